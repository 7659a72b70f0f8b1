//! OpenAI's error messages for invalid bodies. The messages, params and codes
//! are those that clients have reported in issues of openai-python, openai-node
//! and the tools built on them, and recorded in tests.

use crate::error::Error;
use crate::validate::messages::{Counted, Messages, Range, Type, Violation, quoted};
use crate::validate::path::Path;
use crate::validate::spec::Rule;

/// OpenAI's messages.
pub struct Violations {
    /// Whether the message calls an unknown field of the body a "request
    /// argument", as in chat, or a "parameter", as in Responses.
    pub has_arguments: bool,
}

/// The messages of the endpoints that are older than Responses.
pub static ARGUMENTS: Violations = Violations {
    has_arguments: true,
};

/// The messages of Responses.
pub static PARAMETERS: Violations = Violations {
    has_arguments: false,
};

const NOT_JSON: &str = "We could not parse the JSON body of your request. (HINT: This likely means \
you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was \
sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us \
through our help center at help.openai.com.)";

impl Messages for Violations {
    fn violation(&self, path: &Path, violation: &Violation) -> Error {
        let field = path.brackets();
        let is_content = path.name() == "content" && !path.is_top();
        let (message, code) = match violation {
            Violation::NotJson | Violation::NotAnObject => {
                return Error::invalid(NOT_JSON, None, None);
            }
            Violation::NoModel => {
                let message = "you must provide a model parameter".to_owned();
                return Error::invalid(message, None, None);
            }
            Violation::Unknown if path.is_top() && self.has_arguments => {
                let message = format!("Unrecognized request argument supplied: {field}");
                return Error::invalid(message, None, None);
            }
            Violation::Missing if is_content => return no_content(&field),
            Violation::Type {
                got: Type::Null, ..
            } if is_content => return no_content(&field),
            Violation::Unknown => (
                format!("Unknown parameter: '{field}'."),
                Some("unknown_parameter"),
            ),
            Violation::Missing => (
                format!("Missing required parameter: '{field}'."),
                Some("missing_required_parameter"),
            ),
            Violation::Type { rules, got, .. } => (
                format!(
                    "Invalid type for '{field}': expected {}, but got {} instead.",
                    expected(rules),
                    got_name(*got)
                ),
                Some("invalid_type"),
            ),
            Violation::NotAmong { words, text, .. } => (
                format!(
                    "Invalid value: '{text}'. Supported values are: {}.",
                    quoted(words, "and")
                ),
                Some("invalid_value"),
            ),
            Violation::OutOfRange {
                range,
                is_above,
                json,
            } => out_of_range(&field, *range, *is_above, json),
            Violation::Short { what, least, len } => short(&field, *what, *least, *len),
            Violation::Long {
                what: Counted::Items,
                most,
                len,
            } => return Error::too_long(field, *most, *len),
            Violation::Long { what, most, len } => long(&field, *what, *most, *len),
            Violation::NoName => (
                format!(
                    "Invalid '{field}': string does not match pattern. Expected a string that \
                     matches the pattern '^[a-zA-Z0-9_-]+$'."
                ),
                Some("invalid_value"),
            ),
            Violation::NotEnabled(other) => (
                format!("The '{field}' parameter is only allowed when '{other}' is enabled."),
                None,
            ),
            Violation::NotGiven(other) => (
                format!(
                    "Invalid value for '{field}': '{field}' is only allowed when '{other}' are \
                     specified."
                ),
                None,
            ),
            Violation::NoSuchTool(name) => (
                format!("Tool choice '{name}' not found in 'tools' parameter."),
                None,
            ),
        };
        Error::invalid(message, Some(field.into()), code)
    }
}

/// Returns the error for a message without content.
fn no_content(field: &str) -> Error {
    let message = "Invalid value for 'content': expected a string, got null.".to_owned();
    // Only this error writes a dot before an index.
    Error::invalid(message, Some(field.replace('[', ".[").into()), None)
}

fn out_of_range(
    field: &str,
    range: Range,
    is_above: bool,
    json: &str,
) -> (String, Option<&'static str>) {
    let (kind, least, most, below, above) = match range {
        Range::Integer(least, most) => (
            "integer",
            least.to_string(),
            most.to_string(),
            "integer_below_min_value",
            "integer_above_max_value",
        ),
        Range::Decimal(least, most) => (
            "decimal",
            least.to_string(),
            most.to_string(),
            "decimal_below_min_value",
            "decimal_above_max_value",
        ),
    };
    let (beyond, limit, code) = match is_above {
        true => ("above maximum", format!("<= {most}"), above),
        false => ("below minimum", format!(">= {least}"), below),
    };
    let message = format!(
        "Invalid '{field}': {kind} {beyond} value. Expected a value {limit}, but got {json} instead."
    );
    (message, Some(code))
}

fn short(field: &str, what: Counted, least: usize, len: usize) -> (String, Option<&'static str>) {
    let (noun, empty, code) = match what {
        Counted::Characters => ("string", "empty_string", "string_below_min_length"),
        Counted::Items | Counted::Properties => ("array", "empty_array", "array_below_min_length"),
    };
    let article = article(noun);
    if len == 0 {
        let message = format!(
            "Invalid '{field}': empty {noun}. Expected {article} {noun} with minimum length {least}, \
             but got an empty {noun} instead."
        );
        return (message, Some(empty));
    }
    let message = format!(
        "Invalid '{field}': {noun} too short. Expected {article} {noun} with minimum length {least}, \
         but got {article} {noun} with length {len} instead."
    );
    (message, Some(code))
}

fn long(field: &str, what: Counted, most: usize, len: usize) -> (String, Option<&'static str>) {
    match what {
        Counted::Properties => (
            format!(
                "Invalid '{field}': too many properties. Expected an object with at most {most} \
                 properties, but got an object with {len} properties instead."
            ),
            Some("object_above_max_properties"),
        ),
        Counted::Characters | Counted::Items => (
            format!(
                "Invalid '{field}': string too long. Expected a string with maximum length {most}, \
                 but got a string with length {len} instead."
            ),
            Some("string_above_max_length"),
        ),
    }
}

/// Names the types that a value may have: `one of a string or array of
/// objects`.
///
/// The first name has an article, which is "one of" before words. So OpenAI's
/// message for `tool_choice` in chat is `one of one of 'none', 'auto', or
/// 'required' or object`, and in Responses `one of an object or 'none', 'auto',
/// or 'required'` (recorded by clients in 2026).
fn expected(rules: &[Rule]) -> String {
    let mut names: Vec<String> = rules.iter().filter_map(rule_name).collect();
    if let Some(first) = names.first_mut() {
        *first = match first.starts_with('\'') {
            true => format!("one of {first}"),
            false => format!("{} {first}", article(first)),
        };
    }
    match names.as_slice() {
        [] => "null".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("one of {one} or {two}"),
        [most @ .., last] => format!("one of {}, or {last}", most.join(", ")),
    }
}

/// Names the type of a rule. Null is left out of the expected types.
fn rule_name(rule: &Rule) -> Option<String> {
    let name = match rule {
        Rule::Null => return None,
        Rule::Boolean => "boolean",
        Rule::Integer { .. } => "integer",
        Rule::Number { .. } => "decimal",
        Rule::String { .. } | Rule::Name { .. } => "string",
        Rule::Word(words) => return Some(quoted(words, "or")),
        Rule::Array { items, .. } => match items {
            [Rule::Object(_) | Rule::Tagged { .. }] => "array of objects",
            [Rule::String { .. } | Rule::Word(_)] => "array of strings",
            [Rule::Integer { .. }] => "array of integers",
            _ => "array",
        },
        Rule::Object(_) | Rule::Tagged { .. } | Rule::Map { .. } => "object",
    };
    Some(name.to_owned())
}

fn article(noun: &str) -> &'static str {
    match noun.starts_with(['a', 'i', 'o']) {
        true => "an",
        false => "a",
    }
}

fn got_name(got: Type) -> &'static str {
    match got {
        Type::Null => "null",
        Type::Boolean => "a boolean",
        Type::Integer => "an integer",
        Type::Decimal => "a decimal number",
        Type::String => "a string",
        Type::Array => "an array",
        Type::Object => "an object",
    }
}
