//! What an endpoint takes, as a table.

use super::messages::Messages;
use crate::error::Error;
use crate::json::Value;

/// What the body of a request may be.
pub struct Spec {
    /// Its fields.
    pub body: &'static Object,
    /// The messages of its errors.
    pub messages: &'static dyn Messages,
    /// Whether the body is a protocol buffer in JSON (protobuf.dev, "ProtoJSON
    /// Format"): fields have names in camelCase too, null means absent, and a
    /// string may hold a number.
    pub is_proto: bool,
    /// Where a tool is chosen by its name, if it can be.
    pub tool_choice: Option<ToolChoice>,
    /// The error for a body that refers to state that the service would not
    /// have, which it checks before anything else in the body.
    pub unknown_state: Option<fn(Value) -> Option<Error>>,
}

/// A tool that is chosen by name must be among those offered.
pub struct ToolChoice {
    /// The path of its name in the body.
    pub chosen: &'static [&'static str],
    /// The path of the name in each of `tools`.
    pub tool: &'static [&'static str],
    /// Whether one of `tools` provides tools whose names are not in the body.
    pub provides_others: fn(Value) -> bool,
}

/// An object.
pub struct Object {
    /// The fields that are known.
    pub(super) fields: &'static [Field],
    /// Whether it may have others.
    pub(super) is_open: bool,
}

/// A field of an object.
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may be: at most one rule for each type of JSON.
    pub rules: &'static [Rule],
    /// When it must or may be present.
    pub presence: Presence,
}

/// When a field must or may be present.
#[derive(Clone, Copy)]
pub enum Presence {
    /// It may be present.
    Optional,
    /// It must be present.
    Required,
    /// It must be present if none of these is.
    Unless(&'static [&'static str]),
    /// The model, which a gateway before the endpoint asks for. It must be
    /// present and not empty, unless the path names it.
    Model,
    /// The model, which the endpoint asks for. It must be present unless the
    /// path names it.
    Named,
    /// It may be present if this other field is true.
    Enabled(&'static str),
    /// It may be present if this other field is.
    Given(&'static str),
}

/// What a value may be.
pub enum Rule {
    /// `null`, which means absent.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A whole number within limits.
    Integer {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// A number within limits.
    Number {
        /// The least.
        least: f64,
        /// The most.
        most: f64,
    },
    /// A string.
    String {
        /// The least length, in characters.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A string of 1 to `most` characters that are letters of ASCII, digits,
    /// `_` or `-`.
    Name {
        /// The most.
        most: usize,
    },
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A list.
    Array {
        /// What each value may be.
        items: &'static [Rule],
        /// How many there must be.
        least: usize,
        /// How many there may be.
        most: usize,
    },
    /// An object with the fields of a table.
    Object(&'static Object),
    /// An object that has the fields of one of several tables.
    Tagged {
        /// The field that tells which.
        tag: &'static str,
        /// Its values, and the table of each.
        objects: &'static [(&'static str, &'static Object)],
        /// The table of all other values, if there may be others.
        others: Option<&'static Object>,
    },
    /// An object with any names.
    Map {
        /// What each value may be.
        values: &'static [Rule],
        /// How many there may be.
        most: usize,
    },
}

impl Object {
    /// The most fields that a table may have.
    const MOST: usize = u64::BITS as usize;

    const fn new(fields: &'static [Field], is_open: bool) -> Self {
        // Tables are made when this is compiled, and so it fails there.
        assert!(fields.len() <= Self::MOST, "too many fields for one table");
        Self { fields, is_open }
    }
}

impl Field {
    /// One that may be there.
    pub const fn optional(name: &'static str, rules: &'static [Rule]) -> Self {
        Self {
            name,
            rules,
            presence: Presence::Optional,
        }
    }

    /// One that must be there.
    pub const fn required(name: &'static str, rules: &'static [Rule]) -> Self {
        Self::optional(name, rules).when(Presence::Required)
    }

    /// The same, to be there at other times.
    #[must_use]
    pub const fn when(mut self, presence: Presence) -> Self {
        self.presence = presence;
        self
    }
}

/// No limit.
pub const MANY: usize = usize::MAX;

/// `true` or `false`.
pub const BOOLEAN: &[Rule] = &[Rule::Boolean];

/// Any string.
pub const STRING: &[Rule] = &[ANY_STRING];

/// The rule for any string.
pub const ANY_STRING: Rule = Rule::String {
    least: 0,
    most: MANY,
};

/// Any object.
pub const OBJECT: &[Rule] = &[Rule::Object(&ANY)];

/// The table of any object.
pub static ANY: Object = open(&[]);

/// An object that has these fields and no others.
pub const fn closed(fields: &'static [Field]) -> Object {
    Object::new(fields, false)
}

/// An object that has these fields and perhaps others.
pub const fn open(fields: &'static [Field]) -> Object {
    Object::new(fields, true)
}

/// A list of any length.
pub const fn list(items: &'static [Rule]) -> Rule {
    Rule::Array {
        items,
        least: 0,
        most: MANY,
    }
}

/// A list that is not empty.
pub const fn some(items: &'static [Rule]) -> Rule {
    Rule::Array {
        items,
        least: 1,
        most: MANY,
    }
}

/// A whole number from `least` on.
pub const fn at_least(least: i64) -> Rule {
    Rule::Integer {
        least,
        most: i64::MAX,
    }
}
