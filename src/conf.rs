//! The configuration of one location, before and after the merge.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use llm_mock_core::completion::{ChunkSize, ChunkedTexts, ChunkingMode, Models, StreamMode};
use llm_mock_core::json::Escaped;
use llm_mock_core::tokens::TokenizerMode;
use llm_mock_core::util::time::Micros;
use llm_mock_core::validate;

use crate::settings::{self, Setting, Value};

const DEFAULT_REPLY: &[u8] = b"powered by openai";

/// The directives of one block; `None` for a directive that is absent.
#[derive(Default, Clone)]
pub struct RawConf {
    /// `llm_mock`
    pub enable: Option<bool>,
    /// `llm_mock_reply`
    pub reply: Option<Rc<Reply>>,
    /// `llm_mock_chunk`
    pub chunk: Option<Value<ChunkSize>>,
    /// `llm_mock_tokenizer`
    pub tokenizer: Option<Value<TokenizerMode>>,
    /// `llm_mock_delay`
    pub delay: Option<Value<Micros>>,
    /// `llm_mock_first_delay`
    pub first_delay: Option<Value<Micros>>,
    /// `llm_mock_model`
    pub model: Option<Value<Escaped>>,
    /// `llm_mock_models`
    pub models: Option<Value<Models>>,
    /// `llm_mock_stream`
    pub stream: Option<Value<StreamMode>>,
    /// `llm_mock_validate`
    pub validate: Option<Value<validate::Mode>>,
    /// `llm_mock_ignore_client_abort`
    pub ignore_client_abort: Option<bool>,
}

/// The merged configuration of one location.
pub struct Conf {
    /// Whether the module handles requests.
    pub enable: bool,
    /// The text of `llm_mock_reply`.
    pub text: Text,
    /// `llm_mock_chunk`
    pub chunk: Value<ChunkSize>,
    /// `llm_mock_tokenizer`
    pub tokenizer: Value<TokenizerMode>,
    /// `llm_mock_delay`
    pub delay: Value<Micros>,
    /// `llm_mock_first_delay`
    pub first_delay: Value<Micros>,
    /// `llm_mock_model`
    pub model: Value<Escaped>,
    /// `llm_mock_models`
    pub models: Value<Models>,
    /// `llm_mock_stream`
    pub stream: Value<StreamMode>,
    /// `llm_mock_validate`
    pub validate: Value<validate::Mode>,
    /// Whether a response continues after the client has closed the connection.
    pub ignore_client_abort: bool,
}

/// The text of `llm_mock_reply`.
pub enum Text {
    /// The same text for each request, split when the configuration is read.
    Prepared(Arc<ChunkedTexts>),
    /// The text, or how it is split, depends on variables.
    Evaluated(Rc<Reply>),
}

/// The value of `llm_mock_reply`, which all locations that inherit it share.
pub struct Reply {
    /// The text.
    pub text: Value<Box<[u8]>>,
    /// The text, split for each mode in use.
    prepared: RefCell<Vec<(ChunkingMode, Arc<ChunkedTexts>)>>,
}

impl Reply {
    /// Creates a reply whose text is not split yet.
    pub fn new(text: Value<Box<[u8]>>) -> Rc<Self> {
        let prepared = RefCell::default();
        Rc::new(Self { text, prepared })
    }

    /// Splits a constant text, once for each mode. Returns `None` for a text
    /// with variables.
    fn prepare(&self, mode: ChunkingMode) -> Option<Arc<ChunkedTexts>> {
        let Value::Constant(text) = &self.text else {
            return None;
        };
        let mut prepared = self.prepared.borrow_mut();
        let found = prepared.iter().find(|(it, _)| *it == mode);
        if let Some((_, texts)) = found {
            return Some(Arc::clone(texts));
        }
        let texts = Arc::new(ChunkedTexts::new(text, mode));
        prepared.push((mode, Arc::clone(&texts)));
        Some(texts)
    }
}

thread_local! {
    static DEFAULT: Rc<Reply> = Reply::new(Value::Constant(DEFAULT_REPLY.into()));
}

impl RawConf {
    /// Inherits the directives of the outer block that are absent in this one.
    pub fn inherit(&mut self, outer: &Self) {
        fn inherit<T: Clone>(inner: &mut Option<T>, outer: &Option<T>) {
            if inner.is_none() {
                inner.clone_from(outer);
            }
        }
        inherit(&mut self.enable, &outer.enable);
        inherit(&mut self.reply, &outer.reply);
        inherit(&mut self.chunk, &outer.chunk);
        inherit(&mut self.tokenizer, &outer.tokenizer);
        inherit(&mut self.delay, &outer.delay);
        inherit(&mut self.first_delay, &outer.first_delay);
        inherit(&mut self.model, &outer.model);
        inherit(&mut self.models, &outer.models);
        inherit(&mut self.stream, &outer.stream);
        inherit(&mut self.validate, &outer.validate);
        inherit(&mut self.ignore_client_abort, &outer.ignore_client_abort);
    }
}

impl From<&RawConf> for Conf {
    /// Combines the directives of a block, after inheritance, with the defaults.
    fn from(raw: &RawConf) -> Self {
        fn value<T: Clone>(raw: &Option<Value<T>>, setting: &Setting<T>) -> Value<T> {
            raw.clone()
                .unwrap_or_else(|| Value::Constant((setting.default)()))
        }
        let reply = raw.reply.clone().unwrap_or_else(|| DEFAULT.with(Rc::clone));
        let chunk = value(&raw.chunk, &settings::CHUNK);
        let tokenizer = value(&raw.tokenizer, &settings::TOKENIZER);
        let prepared = match (&chunk, &tokenizer) {
            (Value::Constant(chunk), Value::Constant(tokenizer)) => {
                reply.prepare(ChunkingMode::new(*chunk, *tokenizer))
            }
            _ => None,
        };
        Self {
            enable: raw.enable.unwrap_or(false),
            text: prepared.map_or(Text::Evaluated(reply), Text::Prepared),
            chunk,
            tokenizer,
            delay: value(&raw.delay, &settings::DELAY),
            first_delay: value(&raw.first_delay, &settings::FIRST_DELAY),
            model: value(&raw.model, &settings::MODEL),
            models: value(&raw.models, &settings::MODELS),
            stream: value(&raw.stream, &settings::STREAM),
            validate: value(&raw.validate, &settings::VALIDATE),
            ignore_client_abort: raw.ignore_client_abort.unwrap_or(false),
        }
    }
}
