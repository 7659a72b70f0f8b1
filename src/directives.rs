//! The directives: names, arguments, and where each value is stored.

use std::ffi::CStr;

use llm_mock_core::completion::ChunkingMode;
use llm_mock_core::tokens::TokenizerMode;

use crate::conf::{RawConf, Reply};
use crate::ngx::{Argument, Logged};
use crate::settings::{self, Setting, Value};

/// A directive, valid in http, server and location.
pub struct Directive {
    /// The name.
    pub name: &'static CStr,
    /// The number of arguments.
    pub arity: Arity,
    /// Stores the value in the configuration.
    pub set: fn(&mut RawConf, &Argument) -> Result<(), Refusal>,
}

/// The number of arguments of a directive. Several arguments are joined into
/// one.
pub enum Arity {
    /// One.
    One,
    /// One or two, joined by a space.
    OneOrTwo,
    /// One or more, joined by line feeds.
    Many,
}

/// Why a directive is refused.
pub enum Refusal {
    /// It is a duplicate in its block.
    Duplicate,
    /// The value is invalid.
    Invalid {
        /// The value.
        value: String,
        /// What is expected instead.
        expected: String,
    },
    /// nginx has logged the reason.
    Logged,
}

impl Refusal {
    fn invalid(value: &[u8], expected: impl Into<String>) -> Self {
        Self::Invalid {
            value: String::from_utf8_lossy(value).into_owned(),
            expected: expected.into(),
        }
    }
}

impl From<Logged> for Refusal {
    fn from(_: Logged) -> Self {
        Self::Logged
    }
}

/// All directives.
pub static DIRECTIVES: [Directive; 11] = [
    Directive {
        name: c"llm_mock",
        arity: Arity::One,
        set: |conf, argument| once(&mut conf.enable, flag(argument)?),
    },
    Directive {
        name: c"llm_mock_reply",
        arity: Arity::One,
        set: |conf, argument| {
            let text = value(argument, |text| Ok(text.into()))?;
            once(&mut conf.reply, Reply::new(text))
        },
    },
    Directive {
        name: settings::DELAY.name,
        arity: Arity::One,
        set: |conf, argument| once(&mut conf.delay, read(argument, &settings::DELAY)?),
    },
    Directive {
        name: settings::FIRST_DELAY.name,
        arity: Arity::One,
        set: |conf, argument| {
            once(
                &mut conf.first_delay,
                read(argument, &settings::FIRST_DELAY)?,
            )
        },
    },
    Directive {
        name: settings::MODEL.name,
        arity: Arity::One,
        set: |conf, argument| once(&mut conf.model, read(argument, &settings::MODEL)?),
    },
    Directive {
        name: settings::MODELS.name,
        arity: Arity::Many,
        set: |conf, argument| {
            // Variables may leave a name empty. An empty constant is a mistake.
            let mut names = argument.text().split(|&byte| byte == b'\n');
            if names.any(<[u8]>::is_empty) {
                return Err(Refusal::invalid(b"", settings::EXPECTED_MODEL));
            }
            once(&mut conf.models, read(argument, &settings::MODELS)?)
        },
    },
    Directive {
        name: settings::STREAM.name,
        arity: Arity::One,
        set: |conf, argument| once(&mut conf.stream, read(argument, &settings::STREAM)?),
    },
    Directive {
        name: settings::VALIDATE.name,
        arity: Arity::One,
        set: |conf, argument| once(&mut conf.validate, read(argument, &settings::VALIDATE)?),
    },
    Directive {
        name: settings::TOKENIZER.name,
        arity: Arity::One,
        set: |conf, argument| {
            let tokenizer = read(argument, &settings::TOKENIZER)?;
            load(match tokenizer {
                Value::Constant(mode) => mode,
                Value::Variable(_) => TokenizerMode::Auto,
            });
            once(&mut conf.tokenizer, tokenizer)
        },
    },
    Directive {
        name: settings::CHUNK.name,
        arity: Arity::OneOrTwo,
        set: |conf, argument| {
            // Variables may leave the unit or the number empty, as above.
            let text = argument.text();
            if text.is_empty() || text != text.trim_ascii() {
                return Err(Refusal::invalid(text, settings::EXPECTED_CHUNK));
            }
            let chunk = read(argument, &settings::CHUNK)?;
            load(match chunk {
                Value::Constant(size) => ChunkingMode::new(size, TokenizerMode::Off).tokenizer,
                Value::Variable(_) => TokenizerMode::Auto,
            });
            once(&mut conf.chunk, chunk)
        },
    },
    Directive {
        name: c"llm_mock_ignore_client_abort",
        arity: Arity::One,
        set: |conf, argument| once(&mut conf.ignore_client_abort, flag(argument)?),
    },
];

fn flag(argument: &Argument) -> Result<bool, Refusal> {
    match argument.text() {
        b"on" => Ok(true),
        b"off" => Ok(false),
        other => Err(Refusal::invalid(other, settings::expected(&["on", "off"]))),
    }
}

fn read<T>(argument: &Argument, setting: &Setting<T>) -> Result<Value<T>, Refusal> {
    value(argument, |text| {
        (setting.parse)(text).map_err(|expected| Refusal::invalid(text, expected))
    })
}

fn value<T>(
    argument: &Argument,
    parse: impl FnOnce(&[u8]) -> Result<T, Refusal>,
) -> Result<Value<T>, Refusal> {
    Ok(match argument.variable()? {
        Some(text) => Value::Variable(text),
        None => Value::Constant(parse(argument.text())?),
    })
}

/// Loads the tokenizers that a mode needs. This happens before the fork, so that
/// the workers share them.
fn load(mode: TokenizerMode) {
    mode.load();
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Refusal> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Refusal::Duplicate),
    }
}
