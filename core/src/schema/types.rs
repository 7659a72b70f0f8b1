//! Sets of JSON types, and the keywords of a schema.

use super::tape::{Node, Tape};

/// A set of JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Types(pub u8);

impl Types {
    pub const NULL: Self = Self(1);
    pub const BOOLEAN: Self = Self(2);
    pub const INTEGER: Self = Self(4);
    /// Numbers that are not integers.
    pub const FRACTION: Self = Self(8);
    pub const STRING: Self = Self(16);
    pub const ARRAY: Self = Self(32);
    pub const OBJECT: Self = Self(64);
    pub const NUMBER: Self = Self(4 | 8);
    pub const ANY: Self = Self(127);
    pub const NONE: Self = Self(0);

    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    pub fn has(self, other: Self) -> bool {
        !self.and(other).is_none()
    }

    /// Returns the types that the keyword `type` allows: a name or an array of
    /// names, in lower case or, as Google writes them, in upper case.
    pub fn named(tape: &Tape, node: Node) -> Self {
        let one = |node| match tape.raw_string(node) {
            Some("null" | "NULL") => Self::NULL,
            Some("boolean" | "BOOLEAN") => Self::BOOLEAN,
            Some("integer" | "INTEGER") => Self::INTEGER,
            Some("number" | "NUMBER") => Self::NUMBER,
            Some("string" | "STRING") => Self::STRING,
            Some("array" | "ARRAY") => Self::ARRAY,
            Some("object" | "OBJECT") => Self::OBJECT,
            _ => Self::ANY,
        };
        let all = tape.items(node).map(one).fold(Self::NONE, Self::or);
        if all.is_none() { one(node) } else { all }
    }

    /// Returns the type of a value.
    pub fn of_value(tape: &Tape, node: Node) -> Self {
        /// A number may be as long as the schema: only its beginning is read.
        const LONGEST_WHOLE: usize = 32;
        match tape.json(node).as_bytes() {
            [b'n', ..] => Self::NULL,
            [b't' | b'f', ..] => Self::BOOLEAN,
            [b'"', ..] => Self::STRING,
            [b'[', ..] => Self::ARRAY,
            [b'{', ..] => Self::OBJECT,
            number if number.iter().take(LONGEST_WHOLE).any(|&b| b == b'.') => Self::FRACTION,
            _ => Self::INTEGER,
        }
    }

    /// Returns the types that a keyword is about, if it is about some alone.
    pub fn hinted(keyword: &str) -> Self {
        match keyword {
            "properties" | "required" | "additionalProperties" | "minProperties" => Self::OBJECT,
            "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" => Self::ARRAY,
            "minLength" | "maxLength" | "format" | "pattern" => Self::STRING,
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                Self::NUMBER
            }
            _ => Self::NONE,
        }
    }
}

/// Returns the keywords of a schema and their values, under the names of JSON
/// Schema. Google accepts its own in two forms; its SDK for Python sends the
/// one with underscores.
pub fn keywords(tape: &Tape, schema: Node) -> impl Iterator<Item = (&str, Node)> {
    let name = |name| match name {
        "any_of" => "anyOf",
        "min_items" => "minItems",
        "max_items" => "maxItems",
        "min_length" => "minLength",
        "max_length" => "maxLength",
        "min_properties" => "minProperties",
        "max_properties" => "maxProperties",
        "additional_properties" => "additionalProperties",
        other => other,
    };
    let fields = tape.fields(schema);
    fields.map(move |(field, value)| (name(field), value))
}
