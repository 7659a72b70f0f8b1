//! The directives: their names, and how each reads its arguments.

use std::ffi::CStr;

use llm_mock_core::api::openai::models::Models;
use llm_mock_core::api::validate;
use llm_mock_core::ask::StreamMode;
use llm_mock_core::chunk::{Chunk, Cutting, Unit};
use llm_mock_core::json::Escaped;
use llm_mock_core::time;
use llm_mock_core::tokens::TokenizerMode;

use crate::conf::{LocationConf, Value};
use crate::ngx::Argument;

/// One directive, valid in http, server and location.
pub struct Directive {
    /// Its name in the configuration.
    pub name: &'static CStr,
    /// Puts what it says into the configuration.
    pub set: Setter,
}

/// How a directive takes its arguments.
pub enum Setter {
    /// There must be one.
    One(fn(&mut LocationConf, &Argument) -> Result<(), Refusal>),
    /// There must be one or two.
    OneOrTwo(fn(&mut LocationConf, &Argument, Option<&Argument>) -> Result<(), Refusal>),
    /// There must be one or more.
    Some(fn(&mut LocationConf, &[Argument]) -> Result<(), Refusal>),
}

/// Why a directive can't be accepted.
pub enum Refusal {
    /// It stands twice in one block.
    Duplicate,
    /// An argument is not what it takes.
    Invalid {
        /// What it is.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// nginx has said why.
    Logged,
}

/// Every directive there is.
pub static DIRECTIVES: [Directive; 11] = [
    Directive {
        name: c"llm_mock",
        set: Setter::One(|conf, argument| once(&mut conf.enable, flag(argument)?)),
    },
    Directive {
        name: c"llm_mock_reply",
        set: Setter::One(|conf, argument| {
            let reply = match argument.variable()? {
                Some(text) => Value::Variable(text),
                None => Value::Constant(argument.text().into()),
            };
            once(&mut conf.reply, reply)
        }),
    },
    Directive {
        name: c"llm_mock_delay",
        set: Setter::One(|conf, argument| once(&mut conf.delay, time(argument)?)),
    },
    Directive {
        name: c"llm_mock_first_delay",
        set: Setter::One(|conf, argument| once(&mut conf.first_delay, time(argument)?)),
    },
    Directive {
        name: c"llm_mock_model",
        set: Setter::One(|conf, argument| once(&mut conf.model, Escaped::new(model(argument)?))),
    },
    Directive {
        name: c"llm_mock_models",
        set: Setter::Some(|conf, arguments| {
            arguments.iter().try_for_each(|it| model(it).map(drop))?;
            let names = arguments.iter().map(Argument::text);
            once(&mut conf.models, Models::only(names))
        }),
    },
    Directive {
        name: c"llm_mock_stream",
        set: Setter::One(|conf, argument| {
            let mode = StreamMode::from_name(argument.text())
                .ok_or_else(|| invalid(argument, "expected \"auto\", \"always\" or \"never\""))?;
            once(&mut conf.stream, mode)
        }),
    },
    Directive {
        name: c"llm_mock_validate",
        set: Setter::One(|conf, argument| {
            let mode = validate::Mode::from_name(argument.text())
                .ok_or_else(|| invalid(argument, "expected \"lenient\" or \"strict\""))?;
            once(&mut conf.validate, mode)
        }),
    },
    Directive {
        name: c"llm_mock_tokenizer",
        set: Setter::One(|conf, argument| {
            let mode = TokenizerMode::from_name(argument.text()).ok_or_else(|| {
                let names = "\"off\", \"auto\", \"cl100k_base\" or \"o200k_base\"";
                invalid(argument, &format!("expected {names}"))
            })?;
            load(mode, argument)?;
            once(&mut conf.tokenizer, mode)
        }),
    },
    Directive {
        name: c"llm_mock_chunk",
        set: Setter::OneOrTwo(|conf, unit, size| {
            let size = size.map(|size| {
                Chunk::size(size.text())
                    .ok_or_else(|| invalid(size, "expected a whole number from 1"))
            });
            let chunk = Chunk {
                unit: Unit::from_name(unit.text())
                    .ok_or_else(|| invalid(unit, "expected \"word\", \"token\" or \"char\""))?,
                size: size.transpose()?.unwrap_or(Chunk::default().size),
            };
            load(Cutting::new(chunk, TokenizerMode::Off).tokenizer, unit)?;
            once(&mut conf.chunk, chunk)
        }),
    },
    Directive {
        name: c"llm_mock_ignore_client_abort",
        set: Setter::One(|conf, argument| once(&mut conf.ignore_client_abort, flag(argument)?)),
    },
];

fn flag(argument: &Argument) -> Result<bool, Refusal> {
    match argument.text() {
        b"on" => Ok(true),
        b"off" => Ok(false),
        _ => Err(invalid(argument, "expected \"on\" or \"off\"")),
    }
}

fn time(argument: &Argument) -> Result<Value<time::Micros>, Refusal> {
    Ok(match argument.variable()? {
        Some(text) => Value::Variable(text),
        None => Value::Constant(
            time::parse(argument.text()).map_err(|e| invalid(argument, &e.to_string()))?,
        ),
    })
}

/// Makes ready what `mode` counts with, as `argument` says.
fn load(mode: TokenizerMode, argument: &Argument) -> Result<(), Refusal> {
    match mode.load() {
        true => Ok(()),
        false => Err(invalid(argument, "no memory for the tokenizer")),
    }
}

fn model(argument: &Argument) -> Result<&[u8], Refusal> {
    match argument.text() {
        b"" => Err(invalid(argument, "expected the name of a model")),
        name => Ok(name),
    }
}

fn invalid(argument: &Argument, expected: &str) -> Refusal {
    Refusal::Invalid {
        value: String::from_utf8_lossy(argument.text()).into_owned(),
        expected: expected.to_owned(),
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Refusal> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Refusal::Duplicate),
    }
}
