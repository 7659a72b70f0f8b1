//! The directives: their names, and how each reads its argument.

use std::ffi::CStr;
use std::sync::Arc;

use llm_mock_core::ask::StreamMode;
use llm_mock_core::json::Escaped;
use llm_mock_core::script::Script;
use llm_mock_core::time;

use crate::conf::{LocationConf, Value};
use crate::ngx::Argument;

/// One directive with one argument, valid in http, server and location.
pub struct Directive {
    /// Its name in the configuration.
    pub name: &'static CStr,
    /// Puts the argument into the configuration.
    pub set: fn(&mut LocationConf, &Argument) -> Result<(), Refusal>,
}

/// Why a directive can't be accepted.
pub enum Refusal {
    /// It stands twice in one block.
    Duplicate,
    /// Its argument is not what it takes; this was expected.
    Invalid(String),
    /// nginx has said why.
    Logged,
}

/// Every directive there is.
pub static DIRECTIVES: [Directive; 7] = [
    Directive {
        name: c"llm_mock",
        set: |conf, argument| once(&mut conf.enable, flag(argument)?),
    },
    Directive {
        name: c"llm_mock_reply",
        set: |conf, argument| {
            let reply = match argument.variable()? {
                Some(text) => Value::Variable(text),
                None => Value::Constant(Arc::new(Script::new(argument.text()))),
            };
            once(&mut conf.reply, reply)
        },
    },
    Directive {
        name: c"llm_mock_delay",
        set: |conf, argument| once(&mut conf.delay, time(argument)?),
    },
    Directive {
        name: c"llm_mock_first_delay",
        set: |conf, argument| once(&mut conf.first_delay, time(argument)?),
    },
    Directive {
        name: c"llm_mock_model",
        set: |conf, argument| {
            if argument.text().is_empty() {
                return Err(Refusal::Invalid("expected the name of a model".to_owned()));
            }
            once(&mut conf.model, Escaped::new(argument.text()))
        },
    },
    Directive {
        name: c"llm_mock_stream",
        set: |conf, argument| {
            let mode = StreamMode::from_name(argument.text()).ok_or_else(|| {
                Refusal::Invalid("expected \"auto\", \"always\" or \"never\"".to_owned())
            })?;
            once(&mut conf.stream, mode)
        },
    },
    Directive {
        name: c"llm_mock_ignore_client_abort",
        set: |conf, argument| once(&mut conf.ignore_client_abort, flag(argument)?),
    },
];

fn flag(argument: &Argument) -> Result<bool, Refusal> {
    match argument.text() {
        b"on" => Ok(true),
        b"off" => Ok(false),
        _ => Err(Refusal::Invalid("expected \"on\" or \"off\"".to_owned())),
    }
}

fn time(argument: &Argument) -> Result<Value<time::Micros>, Refusal> {
    Ok(match argument.variable()? {
        Some(text) => Value::Variable(text),
        None => Value::Constant(
            time::parse(argument.text()).map_err(|e| Refusal::Invalid(e.to_string()))?,
        ),
    })
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Refusal> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Refusal::Duplicate),
    }
}
