//! Checks a body against what a provider takes (`llm_mock_validate strict`).
//!
//! What an endpoint takes is a table, a [`spec`]. The check reads each value
//! where it stands, builds no tree, and goes no deeper than the table. Each
//! provider words the violations ([`messages::Messages`]).

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
    /// Every body gets a reply.
    #[default]
    Lenient,
    /// Bodies that the service would refuse are refused.
    Strict,
}

impl Mode {
    /// The mode of this name in the configuration.
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
/// 400: the first violation, as the provider words it. In one object, a missing
/// field comes before an unknown one, and that before a wrong value, as OpenAI
/// reports them, unless the provider has another order; of several wrong values
/// the first in the body comes first; conditions between fields come last. An
/// empty body is an empty object.
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
    let check = Check { spec, names_model };
    check.object(body, spec.body, &Path::BODY)?;
    check.tool_choice(body)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
