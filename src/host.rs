//! Passes requests of nginx to core, and implements [`Host`] over nginx.

use std::borrow::Cow;
use std::ffi::CStr;
use std::sync::Arc;

use llm_mock_core::completion::{ChunkedText, ChunkingMode, Models, StreamMode};
use llm_mock_core::error::Error;
use llm_mock_core::host::{Host, Now};
use llm_mock_core::json::Escaped;
use llm_mock_core::response::{Level, Response};
use llm_mock_core::routes::{self, Matched};
use llm_mock_core::tokens::{Encoding, TokenizerMode};
use llm_mock_core::util::time::Micros;
use llm_mock_core::{respond, validate};

use crate::conf::{Conf, Text};
use crate::ngx::{self, ComplexValue, Request};
use crate::settings::{self, Setting, Value};
use crate::worker;

/// Finds the route of a request whose headers have been read.
pub fn route(request: &Request) -> Matched {
    match request.refused_with() {
        // The path is that of the error page. The provider is that of the
        // original request.
        Some(status) => routes::refused(status, request.target(), request),
        None => routes::find(request.method(), request.path(), request),
    }
}

/// Composes the response to a request, and logs its error, if any.
pub fn answer(request: &Request, matched: Matched, body: &[u8]) -> Response {
    let host = RequestHost {
        conf: request.conf(),
        request,
    };
    let mut response = respond(
        &llm_mock_core::Request {
            matched,
            method: request.method(),
            method_name: request.method_name(),
            path: request.path(),
            args: request.args(),
            headers: request,
            body,
        },
        &host,
    );
    if let Some(line) = response.log.take() {
        // nginx appends ", client: ...".
        let message = line.message.trim_end_matches('.');
        match line.level {
            Level::Error => request.log_error(message),
            Level::Info => request.log_info(message),
        }
    }
    response
}

/// The host of one request.
struct RequestHost<'r> {
    conf: &'r Conf,
    request: &'r Request,
}

impl<'r> RequestHost<'r> {
    fn get<T: Clone>(
        &self,
        value: &'r Value<T>,
        setting: &Setting<T>,
    ) -> Result<Cow<'r, T>, Error> {
        match value {
            Value::Constant(value) => Ok(Cow::Borrowed(value)),
            Value::Variable(text) => setting
                .evaluated(self.evaluate(text, setting.name)?)
                .map(Cow::Owned),
        }
    }

    fn evaluate(&self, text: &ComplexValue, name: &CStr) -> Result<&'r [u8], Error> {
        self.request.evaluate(text).ok_or_else(|| {
            let name = name.to_string_lossy();
            Error::bad_setting(format!("the variables in \"{name}\" can't be evaluated"))
        })
    }

    fn chunking_mode(&self) -> Result<ChunkingMode, Error> {
        let size = self.get(&self.conf.chunk, &settings::CHUNK)?;
        let tokenizer = self.get(&self.conf.tokenizer, &settings::TOKENIZER)?;
        Ok(ChunkingMode::new(*size, *tokenizer))
    }
}

impl Host for RequestHost<'_> {
    fn delay(&self) -> Result<Micros, Error> {
        self.get(&self.conf.delay, &settings::DELAY).map(|it| *it)
    }

    fn first_delay(&self) -> Result<Micros, Error> {
        self.get(&self.conf.first_delay, &settings::FIRST_DELAY)
            .map(|it| *it)
    }

    fn model(&self) -> Result<Cow<'_, Escaped>, Error> {
        self.get(&self.conf.model, &settings::MODEL)
    }

    fn models(&self) -> Result<Cow<'_, Models>, Error> {
        self.get(&self.conf.models, &settings::MODELS)
    }

    fn stream_mode(&self) -> Result<StreamMode, Error> {
        self.get(&self.conf.stream, &settings::STREAM).map(|it| *it)
    }

    fn tokenizer(&self) -> Result<TokenizerMode, Error> {
        Ok(self.chunking_mode()?.tokenizer)
    }

    fn validation(&self) -> Result<validate::Mode, Error> {
        self.get(&self.conf.validate, &settings::VALIDATE)
            .map(|it| *it)
    }

    fn text(&self, encoding: Option<Encoding>) -> Result<Arc<ChunkedText>, Error> {
        let reply = match &self.conf.text {
            Text::Prepared(texts) => return Ok(Arc::clone(texts.of(encoding))),
            Text::Evaluated(reply) => reply,
        };
        let text = match &reply.text {
            Value::Constant(text) => text,
            Value::Variable(text) => self.evaluate(text, c"llm_mock_reply")?,
        };
        Ok(worker::text(text, self.chunking_mode()?.of(encoding)))
    }

    fn now(&self) -> Now {
        ngx::now()
    }

    fn random(&self) -> u64 {
        worker::random()
    }
}
