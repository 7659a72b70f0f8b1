//! Checks a body against what an API accepts (`llm_mock_validate strict`).
//!
//! A table, the [`spec`], describes what an endpoint accepts. The check reads
//! each value in place, builds no tree, and recurses no deeper than the table.
//! Each provider formats the messages ([`messages::Messages`]).

mod check;
pub mod messages;
mod names;
pub mod path;
pub mod spec;

use crate::error::Error;
use crate::json::Value;
use check::Check;
use messages::Violation;
use path::Path;
use spec::Spec;

/// Whether bodies are checked: directive `llm_mock_validate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Every body is accepted.
    #[default]
    Lenient,
    /// Bodies that the real service refuses are refused.
    Strict,
}

impl Mode {
    /// Returns the mode of this name in the configuration.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"lenient" => Some(Self::Lenient),
            b"strict" => Some(Self::Strict),
            _ => None,
        }
    }
}

/// Checks a body. If `names_model` is set, the path names the model, and the
/// body need not.
///
/// # Errors
///
/// Returns the first violation as an error 400 with the provider's message.
/// Within an object, the order is that of OpenAI unless the provider has
/// another one: a missing field, an unknown field, a wrong value, then
/// conditions between fields. Of several wrong values, the first in the body is
/// reported. An empty body is read as an empty object.
pub fn check(spec: &Spec, body: &[u8], names_model: bool) -> Result<(), Error> {
    const NOTHING: &str = "{}";
    let not_json = || spec.messages.violation(&Path::BODY, &Violation::NotJson);
    let body = std::str::from_utf8(body).map_err(|_| not_json())?;
    let body = if body.is_empty() { NOTHING } else { body };
    // The white space of JSON, without form feed (RFC 8259, section 2).
    let body = Value::new(body.trim_matches([' ', '\t', '\n', '\r']));
    if !body.is_valid() {
        return Err(not_json());
    }
    if !body.is_object() {
        return Err(spec
            .messages
            .violation(&Path::BODY, &Violation::NotAnObject));
    }
    if let Some(error) = spec.unknown_state.and_then(|refuses| refuses(body)) {
        return Err(error);
    }
    let check = Check { spec, names_model };
    check.object(body, spec.body, &Path::BODY)?;
    check.tool_choice(body)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
