//! All that holds for one value: the fields of the schemas that apply to it,
//! gathered through references and `allOf`, with one branch of each choice.

use super::decimal::{Decimal, Range};
use super::dice::Dice;
use super::height::{ENDLESS, Heights};
use super::index::Index;
use super::tape::{Node, Tape};

/// So many schemas hold for one value at most.
pub const MOST_NODES: usize = 1024;

/// A set of JSON's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Types(pub u8);

impl Types {
    pub const NULL: Self = Self(1);
    pub const BOOLEAN: Self = Self(2);
    pub const INTEGER: Self = Self(4);
    /// A number that is no integer.
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

    /// What the field `type` names: in upper case, as Google writes it, too.
    pub fn named(tape: &Tape, node: Node) -> Self {
        match tape.raw_string(node) {
            Some("null" | "NULL") => Self::NULL,
            Some("boolean" | "BOOLEAN") => Self::BOOLEAN,
            Some("integer" | "INTEGER") => Self::INTEGER,
            Some("number" | "NUMBER") => Self::NUMBER,
            Some("string" | "STRING") => Self::STRING,
            Some("array" | "ARRAY") => Self::ARRAY,
            Some("object" | "OBJECT") => Self::OBJECT,
            Some(_) => Self::ANY,
            None => {
                let each = tape.items(node).map(|it| Self::named(tape, it));
                let all = each.fold(Self::NONE, Self::or);
                if all.is_none() { Self::ANY } else { all }
            }
        }
    }

    /// Which type a value has.
    pub fn of_value(tape: &Tape, node: Node) -> Self {
        match tape.json(node).as_bytes() {
            [b'n', ..] => Self::NULL,
            [b't' | b'f', ..] => Self::BOOLEAN,
            [b'"', ..] => Self::STRING,
            [b'[', ..] => Self::ARRAY,
            [b'{', ..] => Self::OBJECT,
            number if number.contains(&b'.') => Self::FRACTION,
            _ => Self::INTEGER,
        }
    }

    /// What a field of a schema is about, where it is about one type alone.
    pub fn hinted(field: &str) -> Self {
        match field {
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

/// The fields of a schema, with the names that JSON Schema has for them. Google
/// takes its own in two forms, and its SDK for Python sends this one.
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

/// What holds for one value.
#[derive(Debug)]
pub struct Rules {
    /// The schemas it comes from.
    nodes: Vec<Node>,
    /// What was referred to on the way.
    pub targets: Vec<Node>,
    pub types: Types,
    hints: Types,
    /// The list of a field `enum`, or the value of a field `const`.
    pub choices: Option<Node>,
    pub constant: Option<Node>,
    pub properties: Vec<Node>,
    pub required: Vec<Node>,
    pub additional: Option<Node>,
    pub is_closed: bool,
    pub least_properties: usize,
    pub most_properties: usize,
    pub items: Vec<Node>,
    pub prefix: Option<Node>,
    /// There are no items but those of `prefix`.
    pub is_full: bool,
    pub least_items: usize,
    pub most_items: usize,
    pub is_unique: bool,
    pub range: Range,
    pub least_length: usize,
    pub most_length: usize,
    pub format: Option<Node>,
    pub pattern: Option<Node>,
    branches: Vec<Node>,
}

/// What gathering depends on.
pub struct Source<'a> {
    pub tape: &'a Tape,
    pub index: &'a Index,
    pub heights: &'a Heights,
    /// What was referred to by the objects and lists around the value.
    pub path: &'a [Node],
    pub dice: &'a mut Dice,
    /// How many more steps may be taken.
    pub fuel: &'a mut usize,
}

impl Rules {
    fn new() -> Self {
        Self {
            nodes: Vec::new(),
            targets: Vec::new(),
            types: Types::ANY,
            hints: Types::NONE,
            choices: None,
            constant: None,
            properties: Vec::new(),
            required: Vec::new(),
            additional: None,
            is_closed: false,
            least_properties: 0,
            most_properties: usize::MAX,
            items: Vec::new(),
            prefix: None,
            is_full: false,
            least_items: 0,
            most_items: usize::MAX,
            is_unique: false,
            range: Range::default(),
            least_length: 0,
            most_length: usize::MAX,
            format: None,
            pattern: None,
            branches: Vec::new(),
        }
    }

    /// What all of `schemas` say of a value, which is to be as small as can be
    /// if it `is_terse`. `None` if that is too much to find out.
    pub fn gather(schemas: &[Node], is_terse: bool, source: &mut Source) -> Option<Self> {
        let mut rules = Self::new();
        for &schema in schemas {
            rules.add(schema, source)?;
        }
        // A branch may bring choices of its own.
        let mut chosen = 0;
        while let Some(&list) = rules.branches.get(chosen) {
            let is_terse = is_terse || rules.recurs(source.path);
            let branch = rules.branch(list, is_terse, source);
            rules.add(branch?, source)?;
            chosen += 1;
        }
        if rules.types == Types::ANY && !rules.hints.is_none() {
            rules.types = rules.hints;
        }
        Some(rules)
    }

    /// Whether it is within a value of its own kind.
    pub fn recurs(&self, path: &[Node]) -> bool {
        self.targets.iter().any(|target| path.contains(target))
    }

    /// Adds a schema and those that it refers to, each once.
    fn add(&mut self, schema: Node, source: &mut Source) -> Option<()> {
        let mut next = self.nodes.len();
        self.enqueue(schema, source)?;
        while let Some(&node) = self.nodes.get(next) {
            next += 1;
            if source.tape.json(node) == "false" {
                self.types = Types::NONE;
            }
            for (name, value) in keywords(source.tape, node) {
                let cost = if name == "type" {
                    source.tape.size(value)
                } else {
                    1
                };
                *source.fuel = source.fuel.checked_sub(cost)?;
                match name {
                    "$ref" => {
                        if let Some(target) = source.index.target(node) {
                            if !self.targets.contains(&target) {
                                self.targets.push(target);
                            }
                            self.enqueue(target, source)?;
                        }
                    }
                    "allOf" => {
                        for each in source.tape.items(value) {
                            self.enqueue(each, source)?;
                        }
                    }
                    "anyOf" | "oneOf" => self.branches.push(value),
                    _ => self.set(source.tape, name, value),
                }
            }
        }
        Some(())
    }

    fn enqueue(&mut self, node: Node, source: &mut Source) -> Option<()> {
        *source.fuel = source.fuel.checked_sub(self.nodes.len() + 1)?;
        if !self.nodes.contains(&node) {
            if self.nodes.len() == MOST_NODES {
                return None;
            }
            self.nodes.push(node);
        }
        Some(())
    }

    fn set(&mut self, tape: &Tape, name: &str, value: Node) {
        let number = || Decimal::parse(tape.json(value));
        let count = |default| tape.count(value).unwrap_or(default);
        self.hints = self.hints.or(Types::hinted(name));
        match name {
            "type" => self.types = self.types.and(Types::named(tape, value)),
            "enum" => self.choices = Some(value),
            "const" => self.constant = Some(value),
            "properties" => self.properties.push(value),
            "required" => self.required.push(value),
            "additionalProperties" => match tape.json(value) {
                "false" => self.is_closed = true,
                _ => self.additional = Some(value),
            },
            "minProperties" => self.least_properties = self.least_properties.max(count(0)),
            "maxProperties" => self.most_properties = self.most_properties.min(count(usize::MAX)),
            "items" if tape.json(value) == "false" => self.is_full = true,
            "items" => self.items.push(value),
            "prefixItems" => self.prefix = Some(value),
            "minItems" => self.least_items = self.least_items.max(count(0)),
            "maxItems" => self.most_items = self.most_items.min(count(usize::MAX)),
            "uniqueItems" => self.is_unique |= tape.json(value) == "true",
            "minimum" => number()
                .into_iter()
                .for_each(|it| self.range.at_least(it, false)),
            "maximum" => number()
                .into_iter()
                .for_each(|it| self.range.at_most(it, false)),
            "exclusiveMinimum" => number()
                .into_iter()
                .for_each(|it| self.range.at_least(it, true)),
            "exclusiveMaximum" => number()
                .into_iter()
                .for_each(|it| self.range.at_most(it, true)),
            "multipleOf" => number()
                .into_iter()
                .for_each(|it| self.range.multiple_of(it)),
            "minLength" => self.least_length = self.least_length.max(count(0)),
            "maxLength" => self.most_length = self.most_length.min(count(usize::MAX)),
            "format" => self.format = Some(value),
            "pattern" => self.pattern = Some(value),
            _ => {}
        }
    }

    /// One of the schemas in a list: one that ends and has a type that the
    /// value may have. Null is for where nothing else ends, or for who wants it
    /// terse.
    fn branch(&self, list: Node, is_terse: bool, source: &mut Source) -> Option<Node> {
        /// How often the list is gone through, times the references followed.
        const PASSES: usize = 32;
        let (tape, heights, index) = (source.tape, source.heights, source.index);
        let steps = tape.items(list).count();
        *source.fuel = source.fuel.checked_sub(steps.saturating_mul(PASSES))?;
        let fits = |types: Types| {
            tape.items(list)
                .filter(move |&it| self.types.and(types).has(index.types(it)))
        };
        if is_terse {
            return fits(Types::ANY)
                .chain(tape.items(list))
                .min_by_key(|&it| heights.get(it));
        }
        let ends = |types: Types| fits(types).filter(|&it| heights.get(it) < ENDLESS);
        let mut wanted = Types::ANY.without(Types::NULL);
        if ends(wanted).next().is_none() {
            wanted = Types::ANY;
        }
        let nth = source.dice.below(ends(wanted).count());
        ends(wanted).nth(nth).or_else(|| tape.items(list).next())
    }
}
