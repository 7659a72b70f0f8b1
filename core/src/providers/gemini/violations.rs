//! Google's error messages for invalid bodies, as clients have reported them in
//! issues and recorded them in tests. Errors of the JSON parser come before
//! errors of the model's service.

use crate::error::Error;
use crate::validate::messages::{Counted, Found, Messages, Range, Violation};
use crate::validate::path::Path;
use crate::validate::spec::Rule;

/// Google's messages.
pub struct Violations;

impl Messages for Violations {
    fn violation(&self, path: &Path, violation: &Violation) -> Error {
        Error::invalid(message(path, violation), None, None)
    }

    fn first(&self, found: Found) -> Option<Error> {
        found.unknown.or(found.wrong).or(found.missing)
    }
}

fn message(path: &Path, violation: &Violation) -> String {
    let (place, name) = (path.brackets(), path.name());
    let problem = match violation {
        Violation::NotJson => return "Invalid JSON payload received. Unexpected token.".to_owned(),
        Violation::NotAnObject => {
            return "Invalid JSON payload received. Unknown name \"\": Root element must be a \
                    message."
                .to_owned();
        }
        Violation::Unknown => {
            let at = match path.is_top() {
                true => String::new(),
                false => format!(" at '{}'", path.outer().brackets()),
            };
            return format!(
                "Invalid JSON payload received. Unknown name \"{name}\"{at}: Cannot find field."
            );
        }
        Violation::Type { rules, json, .. } => {
            return format!("Invalid value at '{place}'{}, {json}", expected(rules));
        }
        Violation::NotAmong { .. } if name == "role" => {
            return "Please use a valid role: user, model.".to_owned();
        }
        Violation::NotAmong { text, .. } => {
            return format!("Invalid value at '{place}', \"{text}\"");
        }
        Violation::OutOfRange { range, .. } => match range {
            Range::Integer(1, i64::MAX) => format!("{name} must be positive."),
            Range::Integer(least, most) => {
                format!("{name} must be in the range [{least}, {most}].")
            }
            Range::Decimal(least, most) => {
                format!("{name} must be in the range [{least:?}, {most:?}].")
            }
        },
        Violation::Short {
            what: Counted::Items,
            ..
        } if !path.is_top() => format!("{} must not be empty.", without_indexes(&place)),
        Violation::Long { most, .. } => format!("the number of {name} must not exceed {most}."),
        Violation::NoName => format!("{name} is not a valid name."),
        Violation::NoModel
        | Violation::Missing
        | Violation::Short { .. }
        | Violation::NotEnabled(_)
        | Violation::NotGiven(_)
        | Violation::NoSuchTool(_) => format!("{name} is not specified"),
    };
    format!("* GenerateContentRequest.{place}: {problem}\n")
}

/// Returns the expected type of a scalar value.
fn expected(rules: &[Rule]) -> &'static str {
    match rules.first() {
        Some(Rule::Boolean) => " (TYPE_BOOL)",
        Some(Rule::Integer { .. }) => " (TYPE_INT32)",
        Some(Rule::Number { .. }) => " (TYPE_FLOAT)",
        Some(Rule::String { .. } | Rule::Name { .. } | Rule::Word(_)) => " (TYPE_STRING)",
        _ => "",
    }
}

/// Removes indexes from a path: `contents[0].parts` becomes `contents.parts`.
fn without_indexes(place: &str) -> String {
    let parts = place.split('.');
    let names = parts.map(|part| part.split('[').next().unwrap_or_default());
    names.collect::<Vec<_>>().join(".")
}
