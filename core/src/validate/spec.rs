//! The table of what an endpoint accepts.

use super::messages::Messages;
use crate::error::Error;
use crate::json::Value;

/// What an endpoint accepts as the body of a request.
pub struct Spec {
    /// Its fields.
    pub body: &'static Object,
    /// The messages of its errors.
    pub messages: &'static dyn Messages,
    /// Whether the body is a protocol buffer in JSON (protobuf.dev, "ProtoJSON
    /// Format"): fields have names in camelCase too, null means absent, and a
    /// string may hold a number.
    pub is_proto: bool,
    /// How a tool is chosen by name, if the endpoint supports it.
    pub tool_choice: Option<ToolChoice>,
    /// Returns the error for a body that refers to state that the service does
    /// not have. The service checks this before anything else in the body.
    pub unknown_state: Option<fn(Value) -> Option<Error>>,
}

/// How a body chooses a tool by name. The tool must be among those offered.
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
    /// The known fields.
    pub(super) fields: &'static [Field],
    /// Whether other fields are allowed.
    pub(super) is_open: bool,
}

/// A field of an object.
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The allowed values: at most one rule for each type of JSON.
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
    /// It must be present if none of these fields is.
    Unless(&'static [&'static str]),
    /// The model, where a gateway before the endpoint requires it. It must be
    /// present and not empty, unless the path names it.
    Model,
    /// The model, where the endpoint requires it. It must be present unless the
    /// path names it.
    Named,
    /// It may be present if this other field is true.
    Enabled(&'static str),
    /// It may be present if this other field is present.
    Given(&'static str),
}

/// A rule for the values of one type.
pub enum Rule {
    /// `null`, which means absent.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A whole number within limits.
    Integer {
        /// The minimum.
        least: i64,
        /// The maximum.
        most: i64,
    },
    /// A number within limits.
    Number {
        /// The minimum.
        least: f64,
        /// The maximum.
        most: f64,
    },
    /// A string.
    String {
        /// The minimum length, in characters.
        least: usize,
        /// The maximum.
        most: usize,
    },
    /// A string of 1 to `most` characters: ASCII letters, digits, `_` and `-`.
    Name {
        /// The maximum.
        most: usize,
    },
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A list.
    Array {
        /// The rules for each value.
        items: &'static [Rule],
        /// The minimum number.
        least: usize,
        /// The maximum number.
        most: usize,
    },
    /// An object with the fields of a table.
    Object(&'static Object),
    /// An object that has the fields of one of several tables.
    Tagged {
        /// The field that selects the table.
        tag: &'static str,
        /// Its values, and the table of each.
        objects: &'static [(&'static str, &'static Object)],
        /// The table for all other values, if others are allowed.
        others: Option<&'static Object>,
    },
    /// An object with arbitrary names.
    Map {
        /// The rules for each value.
        values: &'static [Rule],
        /// The maximum number.
        most: usize,
    },
}

impl Object {
    /// The maximum number of fields in a table: one bit for each.
    const MOST: usize = u64::BITS as usize;

    const fn new(fields: &'static [Field], is_open: bool) -> Self {
        // Tables are constants, so this fails at compile time.
        assert!(fields.len() <= Self::MOST, "too many fields for one table");
        Self { fields, is_open }
    }
}

impl Field {
    /// Creates a field that may be present.
    pub const fn optional(name: &'static str, rules: &'static [Rule]) -> Self {
        Self {
            name,
            rules,
            presence: Presence::Optional,
        }
    }

    /// Creates a field that must be present.
    pub const fn required(name: &'static str, rules: &'static [Rule]) -> Self {
        Self::optional(name, rules).when(Presence::Required)
    }

    /// Changes when the field must or may be present.
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

/// Creates the table of an object with these fields and no others.
pub const fn closed(fields: &'static [Field]) -> Object {
    Object::new(fields, false)
}

/// Creates the table of an object with these fields and possibly others.
pub const fn open(fields: &'static [Field]) -> Object {
    Object::new(fields, true)
}

/// Creates the rule for a list of any length.
pub const fn list(items: &'static [Rule]) -> Rule {
    Rule::Array {
        items,
        least: 0,
        most: MANY,
    }
}

/// Creates the rule for a list that is not empty.
pub const fn some(items: &'static [Rule]) -> Rule {
    Rule::Array {
        items,
        least: 1,
        most: MANY,
    }
}

/// Creates the rule for a whole number of at least `least`.
pub const fn at_least(least: i64) -> Rule {
    Rule::Integer {
        least,
        most: i64::MAX,
    }
}
