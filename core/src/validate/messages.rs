//! The violations that a body can have, and their messages.

use super::path::Path;
use super::spec::Rule;
use crate::error::Error;
use crate::json::Value;

/// A violation of a spec by a value or a field.
pub enum Violation<'a> {
    /// The body is not JSON.
    NotJson,
    /// The body is not an object.
    NotAnObject,
    /// No model is named.
    NoModel,
    /// The field is absent, or null where it must have a value.
    Missing,
    /// The field is unknown.
    Unknown,
    /// The value has the wrong type.
    Type {
        /// The rules for the allowed types.
        rules: &'static [Rule],
        /// The type of the value.
        got: Type,
        /// An excerpt of its JSON.
        json: &'a str,
    },
    /// The string is not one of the allowed ones.
    NotAmong {
        /// The allowed strings.
        words: Vec<&'static str>,
        /// Whether the string selects the table of an object ([`Rule::Tagged`]).
        is_tag: bool,
        /// An excerpt of the string, decoded.
        text: String,
    },
    /// The number is out of range.
    OutOfRange {
        /// The limits.
        range: Range,
        /// Whether it is too large, as opposed to too small.
        is_above: bool,
        /// An excerpt of its JSON.
        json: &'a str,
    },
    /// There are too few of something.
    Short {
        /// What is counted.
        what: Counted,
        /// The minimum number.
        least: usize,
        /// The actual number.
        len: usize,
    },
    /// There are too many of something.
    Long {
        /// What is counted.
        what: Counted,
        /// The maximum number.
        most: usize,
        /// The actual number.
        len: usize,
    },
    /// The string is not a name.
    NoName,
    /// The field is present, but this other field is not true.
    NotEnabled(&'static str),
    /// The field is present, but this other field is not.
    NotGiven(&'static str),
    /// The tool of this name is chosen but not offered.
    NoSuchTool(String),
}

/// The minimum and the maximum of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// Of whole numbers.
    Integer(i64, i64),
    /// Of any numbers.
    Decimal(f64, f64),
}

/// The unit of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// The characters of a string.
    Characters,
    /// The values of a list.
    Items,
    /// The fields of an object.
    Properties,
}

/// The types of JSON. The notation of a number decides between two types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean,
    /// A number without a point or an exponent.
    Integer,
    /// Any other number.
    Decimal,
    /// A string.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

impl Type {
    /// Returns the type of a value.
    pub fn of(value: Value) -> Self {
        let json = value.json();
        match json.as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            Some(b'"') => Self::String,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'n') | None => Self::Null,
            Some(_) if json.contains(['.', 'e', 'E']) => Self::Decimal,
            Some(_) => Self::Integer,
        }
    }
}

/// The violations of an object, one of each kind.
#[derive(Debug, Default)]
pub struct Found {
    /// A field that is absent.
    pub missing: Option<Error>,
    /// A field that is unknown.
    pub unknown: Option<Error>,
    /// A value that is wrong.
    pub wrong: Option<Error>,
}

/// The messages of a provider.
pub trait Messages: Sync {
    /// Returns the error for a violation.
    fn violation(&self, path: &Path, violation: &Violation) -> Error;

    /// Selects the error to report.
    fn first(&self, found: Found) -> Option<Error> {
        found.missing.or(found.unknown).or(found.wrong)
    }
}

/// Lists words in quotes, with `and` or `or` before the last one: `'a', 'b', and
/// 'c'`.
pub fn quoted(words: &[&str], joint: &str) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} {joint} {two}"),
        [most @ .., last] => format!("{}, {joint} {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_listed_as_in_english() {
        assert_eq!(quoted(&[], "or"), "");
        assert_eq!(quoted(&["a"], "or"), "'a'");
        assert_eq!(quoted(&["a", "b"], "or"), "'a' or 'b'");
        assert_eq!(quoted(&["a", "b", "c"], "and"), "'a', 'b', and 'c'");
    }
}
