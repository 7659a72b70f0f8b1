//! Ollama's error messages for invalid bodies. They are those of Go's
//! `encoding/json`, except for a few fields (`server/routes.go` and
//! `api/types.go`). The message for invalid JSON is this module's own: Go names
//! the invalid character, which is not known here.

use crate::error::Error;
use crate::validate::messages::{Found, Messages, Type, Violation};
use crate::validate::path::Path;
use crate::validate::spec::Rule;

/// Ollama's messages for a body that Go reads into this struct.
pub struct Violations(pub &'static str);

impl Messages for Violations {
    fn violation(&self, path: &Path, violation: &Violation) -> Error {
        match violation {
            Violation::NotJson => Error::new(400, "the request body is not valid JSON"),
            Violation::NotAnObject => {
                let name = self.0;
                let message = format!(
                    "json: cannot unmarshal the request body into Go value of type api.{name}"
                );
                Error::new(400, message)
            }
            Violation::Type { rules, got, json } => {
                Error::new(400, self.wrong_type(path, rules, *got, json))
            }
            // The number does not fit into 64 bits.
            Violation::OutOfRange { json, .. } => {
                let path = without_indexes(&path.dots());
                Error::new(400, self.mismatch(&path, &format!("number {json}"), "int"))
            }
            // Only this endpoint looks up an empty name.
            Violation::NoModel | Violation::Missing if self.0 == "GenerateRequest" => {
                Error::new(404, "model '' not found")
            }
            Violation::NoModel | Violation::Missing => Error::new(400, "model is required"),
            // No spec of this provider has a rule that leads here.
            _ => Error::new(400, format!("{} is not valid", path.dots())),
        }
    }

    /// Ollama checks types while it reads the body, and the model after that.
    fn first(&self, found: Found) -> Option<Error> {
        found.wrong.or(found.missing).or(found.unknown)
    }
}

impl Violations {
    fn wrong_type(&self, path: &Path, rules: &[Rule], got: Type, json: &str) -> String {
        let path = without_indexes(&path.dots());
        match path.as_str() {
            "input" => return "invalid input type".to_owned(),
            "think" => {
                return "think must be a boolean or string (\"high\", \"medium\", \"low\", \
                        \"max\", true, or false)"
                    .to_owned();
            }
            _ => {}
        }
        let got = match got {
            Type::Null => "null".to_owned(),
            Type::Boolean => "bool".to_owned(),
            Type::Integer => "number".to_owned(),
            Type::Decimal => format!("number {json}"),
            Type::String => "string".to_owned(),
            Type::Array => "array".to_owned(),
            Type::Object => "object".to_owned(),
        };
        self.mismatch(&path, &got, go_type(&path, rules))
    }

    fn mismatch(&self, path: &str, got: &str, expected: &str) -> String {
        let name = self.0;
        format!(
            "json: cannot unmarshal {got} into Go struct field {name}.{path} of type {expected}"
        )
    }
}

/// Returns the Go type of a field, or of its items.
fn go_type(path: &str, rules: &[Rule]) -> &'static str {
    let last = path.rsplit('.').next().unwrap_or_default();
    match (rules.first(), last) {
        (Some(Rule::Boolean), _) => "bool",
        (Some(Rule::Integer { .. }), _) => "int",
        (Some(Rule::Array { .. }), "messages") => "[]api.Message",
        (Some(Rule::Object(_)), "messages") => "api.Message",
        (Some(Rule::Array { .. }), "tools") => "api.Tools",
        (Some(Rule::Object(_)), "tools") => "api.Tool",
        (Some(Rule::Array { .. }), "tool_calls") => "[]api.ToolCall",
        (Some(Rule::Object(_)), "tool_calls") => "api.ToolCall",
        (Some(Rule::Array { .. }), "images") => "[]api.ImageData",
        (Some(Rule::String { .. }), "images") => "api.ImageData",
        (Some(Rule::Object(_)), _) => "map[string]interface {}",
        _ => "string",
    }
}

/// Removes indexes from a path: `messages.0.content` becomes
/// `messages.content`.
fn without_indexes(path: &str) -> String {
    let is_index = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let names = path.split('.').filter(|part| !is_index(part));
    names.collect::<Vec<_>>().join(".")
}
