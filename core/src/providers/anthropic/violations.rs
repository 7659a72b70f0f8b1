//! Anthropic's error messages for invalid bodies, as clients have reported them
//! in issues and recorded them in tests. The error object has no field for the
//! position, so the message begins with it.

use crate::error::Error;
use crate::validate::messages::{Counted, Found, Messages, Range, Violation, quoted};
use crate::validate::path::Path;
use crate::validate::spec::Rule;

/// Anthropic's messages.
pub struct Violations;

impl Messages for Violations {
    fn violation(&self, path: &Path, violation: &Violation) -> Error {
        Error::invalid(message(path, violation), None, None)
    }

    fn first(&self, found: Found) -> Option<Error> {
        found.missing.or(found.wrong).or(found.unknown)
    }
}

fn message(path: &Path, violation: &Violation) -> String {
    let problem = match violation {
        Violation::NotJson => return "The request body is not valid JSON".to_owned(),
        Violation::NotAnObject => return "Input should be an object".to_owned(),
        Violation::NoSuchTool(name) => return format!("Tool '{name}' not found in provided tools"),
        Violation::NotGiven(_) | Violation::NotEnabled(_) => {
            return format!(
                "{0} may only be specified while providing tools.",
                path.name()
            );
        }
        Violation::NotAmong { text, .. } if path.name() == "role" => return role(text),
        Violation::NotAmong {
            words,
            is_tag: true,
            text,
        } => {
            let words: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
            return format!(
                "{}: Input tag '{text}' found using '{}' does not match any of the expected \
                 tags: {}",
                path.outer().dots(),
                path.name(),
                words.join(", ")
            );
        }
        Violation::Short {
            what: Counted::Items,
            ..
        } if path.is_top() && path.name() == "messages" => {
            "at least one message is required".to_owned()
        }
        Violation::NoModel | Violation::Missing => "Field required".to_owned(),
        Violation::Unknown => "Extra inputs are not permitted".to_owned(),
        Violation::Type { rules, .. } => format!("Input should be {}", expected(rules)),
        Violation::NotAmong { words, .. } => format!("Input should be {}", quoted(words, "or")),
        Violation::OutOfRange {
            range, is_above, ..
        } => match (range, is_above) {
            (Range::Decimal(least, most), _) => format!("range: {least}..{most}"),
            (Range::Integer(_, most), true) => format!("must be less than or equal to {most}"),
            (Range::Integer(least, _), false) => {
                format!("must be greater than or equal to {least}")
            }
        },
        Violation::Short {
            what: Counted::Characters,
            least,
            ..
        } => format!("String should have at least {least} character"),
        Violation::Short { least, len, .. } => {
            format!("List should have at least {least} item after validation, not {len}")
        }
        Violation::Long {
            what: Counted::Characters,
            most,
            ..
        } => format!("String should have at most {most} characters"),
        Violation::Long { most, len, .. } => {
            format!("List should have at most {most} items after validation, not {len}")
        }
        Violation::NoName => "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'".to_owned(),
    };
    format!("{}: {problem}", path.dots())
}

fn role(text: &str) -> String {
    format!("messages: Unexpected role \"{text}\". Allowed roles are \"user\" or \"assistant\"")
}

/// Names the expected type of a value: the last one, if it may have several.
fn expected(rules: &[Rule]) -> String {
    let name = match rules.last() {
        Some(Rule::Word(words)) => return quoted(words, "or"),
        Some(Rule::Null) | None => "null",
        Some(Rule::Boolean) => "a valid boolean",
        Some(Rule::Integer { .. }) => "a valid integer",
        Some(Rule::Number { .. }) => "a valid number",
        Some(Rule::String { .. } | Rule::Name { .. }) => "a valid string",
        Some(Rule::Array { .. }) => "a valid array",
        Some(Rule::Object(_) | Rule::Tagged { .. } | Rule::Map { .. }) => "an object",
    };
    name.to_owned()
}
