//! Holds a body against what a service takes (`llm_mock_validate strict`).
//!
//! What an endpoint takes is a table ([`form`]); the walk over the body
//! ([`walk`]) reads each value where it stands, builds no tree, and goes no
//! deeper than the table does. Each service words what is wrong
//! ([`wording::Messages_`]).

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
    /// They are not: whatever is sent gets an answer.
    #[default]
    Lenient,
    /// What the service would refuse is refused.
    Strict,
}

impl Mode {
    /// The mode's name in the configuration.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"lenient" => Some(Self::Lenient),
            b"strict" => Some(Self::Strict),
            _ => None,
        }
    }
}

/// Checks a body. `names_model` says that the path names the model, so that
/// the body need not.
///
/// # Errors
///
/// 400: the first thing that is wrong, as the service words it. Of one object,
/// what is missing comes before what is not known and that before a wrong
/// value, as OpenAI's API reports them, unless the service has another order;
/// of several wrong values it is the first in the body; what fields say of one
/// another comes last. No body at all is an empty object.
pub fn check(spec: &Spec, body: &[u8], names_model: bool) -> Result<(), Error> {
    const NOTHING: &str = "{}";
    let not_json = || spec.messages.violation(&Path::BODY, &Violation::NotJson);
    let body = std::str::from_utf8(body).map_err(|_| not_json())?;
    let body = if body.is_empty() { NOTHING } else { body };
    let body = Value::new(body.trim_ascii());
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
    let walk = Check { spec, names_model };
    walk.object(body, spec.body, &Path::BODY)?;
    walk.tool_choice(body)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
