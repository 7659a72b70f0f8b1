//! The constraints on one value: the keywords of the schemas that apply to it,
//! collected through references and `allOf`, with one branch of each choice.

use super::budget::Budget;
use super::decimal::{self, Range};
use super::min_depth::{ENDLESS, MinDepths};
use super::path::Path;
use super::refs::Refs;
use super::rng::Rng;
use super::tape::{Node, Tape};
use super::types::{Types, keywords};

/// The most schemas that apply to one value.
const MOST_SCHEMAS: usize = 1024;

/// The constraints on one value.
#[derive(Debug)]
pub struct Constraints {
    /// The schemas that they come from.
    schemas: Vec<Node>,
    /// Those of them that a `$ref` led to.
    pub targets: Vec<Node>,
    /// The value is inside a value of its own kind.
    pub is_recursive: bool,
    pub types: Types,
    hints: Types,
    /// The array of the keyword `enum`.
    pub choices: Option<Node>,
    /// The value of the keyword `const`.
    pub constant: Option<Node>,
    pub properties: Vec<Node>,
    pub required: Vec<Node>,
    pub additional: Option<Node>,
    /// Without additional properties.
    pub is_closed: bool,
    pub min_properties: usize,
    pub max_properties: usize,
    pub items: Vec<Node>,
    pub prefix: Option<Node>,
    /// Without items after those of `prefix`.
    pub is_full: bool,
    pub min_items: usize,
    pub max_items: usize,
    pub is_unique: bool,
    pub range: Range,
    pub min_length: usize,
    pub max_length: usize,
    pub format: Option<Node>,
    pub pattern: Option<Node>,
    /// The arrays of the keywords `anyOf` and `oneOf`.
    branches: Vec<Node>,
}

/// What collecting constraints depends on.
pub struct Source<'a> {
    pub tape: &'a Tape,
    pub refs: &'a Refs,
    pub min_depths: &'a MinDepths,
    /// The targets of the objects and arrays around the value.
    pub path: &'a Path,
    pub rng: &'a mut Rng,
    pub budget: &'a mut Budget,
}

/// Returns the steps that a keyword takes.
fn steps(name: &str, tape: &Tape, value: Node) -> usize {
    match name {
        "type" => tape.size(value),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => 6,
        // The least common multiple.
        "multipleOf" => 64,
        _ => 1,
    }
}

impl Constraints {
    fn new() -> Self {
        Self {
            schemas: Vec::new(),
            targets: Vec::new(),
            is_recursive: false,
            types: Types::ANY,
            hints: Types::NONE,
            choices: None,
            constant: None,
            properties: Vec::new(),
            required: Vec::new(),
            additional: None,
            is_closed: false,
            min_properties: 0,
            max_properties: usize::MAX,
            items: Vec::new(),
            prefix: None,
            is_full: false,
            min_items: 0,
            max_items: usize::MAX,
            is_unique: false,
            range: Range::default(),
            min_length: 0,
            max_length: usize::MAX,
            format: None,
            pattern: None,
            branches: Vec::new(),
        }
    }

    /// Collects the constraints of `schemas` on one value, which is to be as
    /// small as possible if it `is_terse`. `None` if the budget does not
    /// suffice.
    pub fn collect(schemas: &[Node], is_terse: bool, source: &mut Source) -> Option<Self> {
        let mut constraints = Self::new();
        for &schema in schemas {
            constraints.add(schema, source)?;
        }
        // A branch may have choices of its own.
        let mut chosen = 0;
        while let Some(&list) = constraints.branches.get(chosen) {
            let is_terse = is_terse || constraints.is_recursive;
            let branch = constraints.branch(list, is_terse, source);
            constraints.add(branch?, source)?;
            chosen += 1;
        }
        if constraints.types == Types::ANY && !constraints.hints.is_none() {
            constraints.types = constraints.hints;
        }
        Some(constraints)
    }

    /// Adds a schema and those that it refers to, each once.
    fn add(&mut self, schema: Node, source: &mut Source) -> Option<()> {
        let mut next = self.schemas.len();
        self.enqueue(schema, source)?;
        while let Some(&node) = self.schemas.get(next) {
            next += 1;
            if source.tape.json(node) == "false" {
                self.types = Types::NONE;
            }
            for (name, value) in keywords(source.tape, node) {
                source.budget.spend(steps(name, source.tape, value))?;
                match name {
                    "$ref" => {
                        if let Some(target) = source.refs.target(node) {
                            if !self.targets.contains(&target) {
                                self.targets.push(target);
                                self.is_recursive |= source.path.contains(target);
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
        source.budget.spend(self.schemas.len() + 1)?;
        if !self.schemas.contains(&node) {
            if self.schemas.len() == MOST_SCHEMAS {
                return None;
            }
            self.schemas.push(node);
        }
        Some(())
    }

    fn set(&mut self, tape: &Tape, name: &str, value: Node) {
        let number = || decimal::parse(tape.json(value));
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
            "minProperties" => self.min_properties = self.min_properties.max(count(0)),
            "maxProperties" => self.max_properties = self.max_properties.min(count(usize::MAX)),
            "items" if tape.json(value) == "false" => self.is_full = true,
            "items" => self.items.push(value),
            "prefixItems" => self.prefix = Some(value),
            "minItems" => self.min_items = self.min_items.max(count(0)),
            "maxItems" => self.max_items = self.max_items.min(count(usize::MAX)),
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
            "minLength" => self.min_length = self.min_length.max(count(0)),
            "maxLength" => self.max_length = self.max_length.min(count(usize::MAX)),
            "format" => self.format = Some(value),
            "pattern" => self.pattern = Some(value),
            _ => {}
        }
    }

    /// Returns one of the schemas in a list: one that has a finite document and
    /// a type that the value may have. Null is chosen only if it is the only
    /// such type, or if the value `is_terse`.
    fn branch(&self, list: Node, is_terse: bool, source: &mut Source) -> Option<Node> {
        /// How often the loops below visit an element, times the references
        /// that they follow.
        const PASSES: usize = 32;
        let (tape, min_depths, refs) = (source.tape, source.min_depths, source.refs);
        let steps = tape.items(list).count();
        source.budget.spend(steps.saturating_mul(PASSES))?;
        let fits = |types: Types| {
            tape.items(list)
                .filter(move |&it| self.types.and(types).has(refs.types(it)))
        };
        if is_terse {
            return fits(Types::ANY)
                .chain(tape.items(list))
                .min_by_key(|&it| min_depths.get(it));
        }
        let ends = |types: Types| fits(types).filter(|&it| min_depths.get(it) < ENDLESS);
        let mut wanted = Types::ANY.without(Types::NULL);
        if ends(wanted).next().is_none() {
            wanted = Types::ANY;
        }
        let nth = source.rng.below(ends(wanted).count());
        ends(wanted).nth(nth).or_else(|| tape.items(list).next())
    }
}
