//! The configuration of one location.

use std::sync::Arc;

use llm_mock_core::api::openai::error::Error;
use llm_mock_core::api::openai::models::Models;
use llm_mock_core::api::validate;
use llm_mock_core::ask::StreamMode;
use llm_mock_core::chunk::{Chunk, Cut, Cutting};
use llm_mock_core::json::Escaped;
use llm_mock_core::quote::cut_bytes;
use llm_mock_core::reply::Settings;
use llm_mock_core::script::{Script, Scripts};
use llm_mock_core::time::{self, Micros};
use llm_mock_core::tokens::{Encoding, TokenizerMode};

use crate::memory;
use crate::ngx::{ComplexValue, Request};
use crate::worker;

const DEFAULT_REPLY: &[u8] = b"powered by openai";
const DEFAULT_DELAY: Micros = 50_000;
const DEFAULT_FIRST_DELAY: Micros = 0;
const DEFAULT_MODEL: &[u8] = b"gpt-3.5-turbo";

/// A directive's value: prepared when the configuration is read, or a text
/// with variables, to be evaluated for each request.
#[derive(Clone)]
pub enum Value<T> {
    /// Holds no variable.
    Constant(T),
    /// Holds variables.
    Variable(ComplexValue),
}

/// What the directives say. Until it is merged, what was not said is `None`.
#[derive(Default)]
pub struct LocationConf {
    /// `llm_mock`
    pub enable: Option<bool>,
    /// `llm_mock_reply`
    pub reply: Option<Value<Arc<[u8]>>>,
    /// `llm_mock_chunk`
    pub chunk: Option<Chunk>,
    /// `llm_mock_tokenizer`
    pub tokenizer: Option<TokenizerMode>,
    /// What these three make, when all is merged.
    scripts: Option<Arc<Scripts>>,
    /// `llm_mock_delay`
    pub delay: Option<Value<Micros>>,
    /// `llm_mock_first_delay`
    pub first_delay: Option<Value<Micros>>,
    /// `llm_mock_model`
    pub model: Option<Escaped>,
    /// `llm_mock_models`
    pub models: Option<Models>,
    /// `llm_mock_stream`
    pub stream: Option<StreamMode>,
    /// `llm_mock_validate`
    pub validate: Option<validate::Mode>,
    /// `llm_mock_ignore_client_abort`
    pub ignore_client_abort: Option<bool>,
}

impl LocationConf {
    /// Takes over from the level above what this one does not say, and the
    /// defaults where neither does. `None` if there is no memory for that.
    pub fn merge(&mut self, above: &Self) -> Option<()> {
        fn inherit<T: Clone>(here: &mut Option<T>, above: &Option<T>, default: impl FnOnce() -> T) {
            if here.is_none() {
                *here = above.clone().or_else(|| Some(default()));
            }
        }
        inherit(&mut self.enable, &above.enable, || false);
        if self.reply.is_none() && self.chunk.is_none() && self.tokenizer.is_none() {
            self.scripts.clone_from(&above.scripts);
        }
        inherit(&mut self.reply, &above.reply, || {
            Value::Constant(DEFAULT_REPLY.into())
        });
        inherit(&mut self.chunk, &above.chunk, Chunk::default);
        inherit(
            &mut self.tokenizer,
            &above.tokenizer,
            TokenizerMode::default,
        );
        if let (None, Some(Value::Constant(text))) = (&self.scripts, &self.reply) {
            let cutting = self.cutting();
            if !memory::is_there(Scripts::memory(text, cutting)) {
                return None;
            }
            self.scripts = Some(Arc::new(Scripts::new(text, cutting)));
        }
        inherit(&mut self.delay, &above.delay, || {
            Value::Constant(DEFAULT_DELAY)
        });
        inherit(&mut self.first_delay, &above.first_delay, || {
            Value::Constant(DEFAULT_FIRST_DELAY)
        });
        inherit(&mut self.model, &above.model, || {
            Escaped::new(DEFAULT_MODEL)
        });
        inherit(&mut self.models, &above.models, Models::default);
        inherit(&mut self.stream, &above.stream, StreamMode::default);
        inherit(&mut self.validate, &above.validate, validate::Mode::default);
        inherit(
            &mut self.ignore_client_abort,
            &above.ignore_client_abort,
            || false,
        );
        Some(())
    }

    /// Whether the module answers here.
    pub fn is_enabled(&self) -> bool {
        self.enable == Some(true)
    }

    /// Whether a body that the service would refuse is refused.
    pub fn is_strict(&self) -> bool {
        self.validate == Some(validate::Mode::Strict)
    }

    /// When a reply is a stream.
    pub fn stream_mode(&self) -> StreamMode {
        self.stream.unwrap_or_default()
    }

    /// Whether a reply goes on when the client has closed its side.
    pub fn ignores_client_abort(&self) -> bool {
        self.ignore_client_abort == Some(true)
    }

    /// How replies are cut here.
    fn cutting(&self) -> Cutting {
        Cutting::new(
            self.chunk.unwrap_or_default(),
            self.tokenizer.unwrap_or_default(),
        )
    }

    /// What is said to one request whose tokens are counted in `encoding`.
    ///
    /// # Errors
    ///
    /// A variable can't be evaluated, or there is no memory for what it holds.
    pub fn script(
        &self,
        encoding: Option<Encoding>,
        request: &Request,
    ) -> Result<Arc<Script>, Error> {
        if let Some(Value::Variable(text)) = &self.reply {
            return said(text, self.cutting().of(encoding), request);
        }
        let script = self.scripts.as_ref().and_then(|it| it.of(encoding));
        script.cloned().ok_or_else(not_configured)
    }

    /// What holds for one request beside the text of its reply, variables
    /// evaluated.
    ///
    /// # Errors
    ///
    /// A variable can't be evaluated, or what it holds is not a value of its
    /// directive.
    pub fn settings(&self, request: &Request) -> Result<Settings<'_>, Error> {
        let Self {
            delay: Some(delay),
            first_delay: Some(first_delay),
            model: Some(model),
            models: Some(models),
            stream: Some(stream),
            ..
        } = self
        else {
            return Err(not_configured());
        };
        Ok(Settings {
            delay: time(delay, "llm_mock_delay", DEFAULT_DELAY, request)?,
            first_delay: time(
                first_delay,
                "llm_mock_first_delay",
                DEFAULT_FIRST_DELAY,
                request,
            )?,
            model,
            models,
            stream: *stream,
            tokenizer: self.cutting().tokenizer,
        })
    }
}

fn not_configured() -> Error {
    Error::bad_setting("llm_mock is not configured")
}

/// A text for one request alone.
fn said(text: &ComplexValue, cut: Cut, request: &Request) -> Result<Arc<Script>, Error> {
    let text = evaluate(text, "llm_mock_reply", request)?;
    worker::script(text, cut)
        .ok_or_else(|| Error::bad_setting("no memory for the text of \"llm_mock_reply\""))
}

/// A variable that is empty, such as the header that a client did not send,
/// leaves the default in force.
fn time(
    value: &Value<Micros>,
    directive: &str,
    default: Micros,
    request: &Request,
) -> Result<Micros, Error> {
    let text = match value {
        Value::Constant(time) => return Ok(*time),
        Value::Variable(text) => evaluate(text, directive, request)?,
    };
    if text.is_empty() {
        return Ok(default);
    }
    time::parse(text).map_err(|expected| {
        let text = cut_bytes(text);
        Error::bad_setting(format!(
            "invalid value \"{text}\" in \"{directive}\": {expected}"
        ))
    })
}

fn evaluate<'r>(
    text: &ComplexValue,
    directive: &str,
    request: &'r Request,
) -> Result<&'r [u8], Error> {
    request.evaluate(text).ok_or_else(|| {
        Error::bad_setting(format!(
            "the variables in \"{directive}\" can't be evaluated"
        ))
    })
}
