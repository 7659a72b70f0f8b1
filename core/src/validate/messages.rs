//! What can be wrong with a body, and the messages about it.

use super::path::Path;
use super::spec::Rule;
use crate::error::Error;
use crate::json::Value;

/// What is wrong with a value or with a field.
pub enum Violation<'a> {
    /// The body is not JSON.
    NotJson,
    /// The body is not an object.
    NotAnObject,
    /// Nothing names a model.
    NoModel,
    /// The field is absent, or null where it must have a value.
    Missing,
    /// The field is unknown.
    Unknown,
    /// The value is of another type.
    Type {
        /// What it may be.
        rules: &'static [Rule],
        /// What it is.
        got: Type,
        /// An excerpt of its JSON.
        json: &'a str,
    },
    /// The string is not one of the allowed ones.
    NotAmong {
        /// The allowed ones.
        words: Vec<&'static str>,
        /// Whether they name the tables of an object.
        is_tag: bool,
        /// An excerpt of the string, decoded.
        text: String,
    },
    /// The number is beyond a limit.
    OutOfRange {
        /// The limits.
        range: Range,
        /// Whether it is too large, not too small.
        is_above: bool,
        /// An excerpt of its JSON.
        json: &'a str,
    },
    /// There are too few of something.
    Short {
        /// What is counted.
        what: Counted,
        /// How many there must be.
        least: usize,
        /// How many there are.
        len: usize,
    },
    /// There are too many of something.
    Long {
        /// What is counted.
        what: Counted,
        /// How many there may be.
        most: usize,
        /// How many there are.
        len: usize,
    },
    /// The string is not a name.
    NoName,
    /// The field is present, and this other one is not true.
    NotEnabled(&'static str),
    /// The field is present, and this other one is not.
    NotGiven(&'static str),
    /// The tool of this name is chosen and not offered.
    NoSuchTool(String),
}

/// The limits of a number, the least and the most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// Of whole numbers.
    Integer(i64, i64),
    /// Of any numbers.
    Decimal(f64, f64),
}

/// What a length is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// The characters of a string.
    Characters,
    /// The values of a list.
    Items,
    /// The fields of an object.
    Properties,
}

/// The types of JSON; numbers are told apart by how they are written.
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
    /// The type of a value.
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

/// What is wrong with an object, by kind.
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
    /// The error.
    fn violation(&self, path: &Path, violation: &Violation) -> Error;

    /// Which of several errors is reported.
    fn first(&self, found: Found) -> Option<Error> {
        found.missing.or(found.unknown).or(found.wrong)
    }
}

/// Words in quotes, the last one behind `and` or `or`: `'a', 'b', and 'c'`.
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
