//! Generates a document that is valid under a schema.

use super::budget::{Budget, LONGEST_DOCUMENT};
use super::constraints::{Constraints, Source};
use super::min_depth::{ENDLESS, MinDepths};
use super::path::Path;
use super::properties::Properties;
use super::refs::Refs;
use super::rng::Rng;
use super::tape::{Node, Tape};
use super::text;
use super::types::Types;

/// The greatest depth of nested objects and arrays in a document.
const MOST_DEPTH: usize = 32;

/// The most items of an array that are compared with each other, for the
/// keyword `uniqueItems`.
const MOST_COMPARED: usize = 1024;

/// Writes one document.
pub struct Writer<'a> {
    tape: &'a Tape,
    refs: &'a Refs,
    min_depths: &'a MinDepths,
    rng: Rng,
    out: String,
    path: Path,
    budget: Budget,
}

/// The position of a value in the document.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// The value is inside a value of its own kind: what is optional is left
    /// out.
    is_terse: bool,
}

impl Place {
    fn inside(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }
}

impl<'a> Writer<'a> {
    pub fn new(
        tape: &'a Tape,
        refs: &'a Refs,
        min_depths: &'a MinDepths,
        seed: u64,
        budget: Budget,
    ) -> Self {
        Self {
            tape,
            refs,
            min_depths,
            rng: Rng::new(seed),
            out: String::with_capacity(256),
            path: Path::of_root(tape.len()),
            budget,
        }
    }

    /// Writes the document. Returns `None` if it is longer than
    /// [`LONGEST_DOCUMENT`], too deep, or takes more than the budget.
    pub fn write(mut self) -> Option<String> {
        let place = Place {
            depth: 0,
            is_terse: false,
        };
        self.value(&[0], place)?;
        (self.out.len() <= LONGEST_DOCUMENT).then_some(self.out)
    }

    /// Takes the steps of sorting the elements of a keyword: one for each value
    /// inside it, and for each 64 bytes of text that comparisons may read.
    fn spend_on_sorting(&mut self, node: Node) -> Option<()> {
        const BYTES_PER_STEP: usize = 64;
        let bytes = self.tape.json(node).len() / BYTES_PER_STEP;
        self.budget.spend(self.tape.size(node) + bytes)
    }

    /// Writes a value that is valid under all of `schemas`.
    fn value(&mut self, schemas: &[Node], place: Place) -> Option<()> {
        /// What the shortest value takes.
        const STEPS: usize = 8;
        if place.depth > MOST_DEPTH || self.out.len() > LONGEST_DOCUMENT {
            return None;
        }
        self.budget.spend(STEPS)?;
        let mut source = Source {
            tape: self.tape,
            refs: self.refs,
            min_depths: self.min_depths,
            path: &self.path,
            rng: &mut self.rng,
            budget: &mut self.budget,
        };
        let constraints = Constraints::collect(schemas, place.is_terse, &mut source)?;
        let place = Place {
            is_terse: place.is_terse || constraints.is_recursive,
            ..place
        };
        let mark = self.path.enter(&constraints.targets);
        let written = self.constrained(&constraints, place);
        self.path.leave(mark);
        written
    }

    fn constrained(&mut self, constraints: &Constraints, place: Place) -> Option<()> {
        /// How often [`Self::choice`] visits an element.
        const PASSES: usize = 4;
        /// What finding a number takes.
        const STEPS_OF_A_NUMBER: usize = 4;
        let choices = constraints.choices.map_or(0, |list| self.tape.size(list));
        self.budget.spend(choices.saturating_mul(PASSES))?;
        if let Some(value) = constraints.constant.or_else(|| self.choice(constraints)) {
            self.out.push_str(self.tape.json(value));
            return Some(());
        }
        match self.one_type(constraints.types, place) {
            Types::NULL => self.out.push_str("null"),
            Types::BOOLEAN => self.out.push_str(self.rng.pick(&["true", "false"])),
            number @ (Types::INTEGER | Types::FRACTION) => {
                self.budget.spend(STEPS_OF_A_NUMBER)?;
                let is_whole = number == Types::INTEGER;
                self.out
                    .push_str(&constraints.range.pick(is_whole, &mut self.rng));
            }
            Types::ARRAY => return self.array(constraints, place),
            Types::OBJECT => return self.object(constraints, place),
            _ => text::write(
                self.tape,
                constraints,
                &mut self.rng,
                &mut self.budget,
                &mut self.out,
            )?,
        }
        (self.out.len() <= LONGEST_DOCUMENT).then_some(())
    }

    /// Returns an element of `enum` that has the right type; null only if there
    /// is no other.
    fn choice(&mut self, constraints: &Constraints) -> Option<Node> {
        let list = constraints.choices?;
        let tape = self.tape;
        let fits = |types: Types| {
            let types = types.and(constraints.types);
            tape.items(list)
                .filter(move |&it| types.has(Types::of_value(tape, it)))
        };
        let some = Types::ANY.without(Types::NULL);
        let nth = self.rng.below(fits(some).count());
        fits(some)
            .nth(nth)
            .or_else(|| fits(Types::ANY).next())
            .or_else(|| tape.items(list).next())
    }

    /// Chooses one of several types.
    fn one_type(&mut self, types: Types, place: Place) -> Types {
        if types == Types::ANY {
            // No keyword restricts the type. Arguments and documents are
            // objects.
            return match place.depth {
                0 => Types::OBJECT,
                _ => Types::STRING,
            };
        }
        if place.is_terse && types.has(Types::NULL) {
            return Types::NULL;
        }
        let flat = types.without(Types::ARRAY.or(Types::OBJECT));
        let mut wanted = match place.is_terse && !flat.is_none() {
            true => flat,
            false => types,
        };
        if wanted != Types::NULL {
            wanted = wanted.without(Types::NULL);
        }
        if wanted.has(Types::FRACTION) {
            wanted = wanted.without(Types::INTEGER);
        }
        let nth = self.rng.below(wanted.0.count_ones() as usize);
        let bits = (0..8).map(|bit| Types(1 << bit));
        let one = bits.filter(|&bit| wanted.has(bit)).nth(nth);
        one.unwrap_or(Types::STRING)
    }

    fn object(&mut self, constraints: &Constraints, place: Place) -> Option<()> {
        let tape = self.tape;
        for list in constraints.required.iter().chain(&constraints.properties) {
            self.spend_on_sorting(*list)?;
        }
        let required = constraints
            .required
            .iter()
            .flat_map(|&list| tape.items(list));
        let mut required: Vec<_> = required.filter_map(|it| tape.raw_string(it)).collect();
        required.sort_unstable();
        required.dedup();
        let properties = Properties::merge(tape, &constraints.properties);
        let mut optional = constraints.max_properties.saturating_sub(required.len());
        let mut count = 0;
        self.out.push('{');
        for property in properties.in_order() {
            let (name, schemas) = (property.name(), property.schemas());
            if required.binary_search(&name).is_err() {
                let ends = schemas.first().is_some_and(|&it| self.is_finite(it));
                let is_missed = count < constraints.min_properties;
                if optional == 0 || !ends || (place.is_terse && !is_missed) {
                    continue;
                }
                optional -= 1;
            }
            self.name(&mut count, name);
            self.value(&schemas, place.inside())?;
        }
        let additional: Vec<Node> = constraints.additional.into_iter().collect();
        for name in required {
            if !properties.has(name) {
                self.name(&mut count, name);
                self.value(&additional, place.inside())?;
            }
        }
        // A map has one entry, to show what its values are.
        let is_map = constraints.properties.is_empty() && !place.is_terse && !constraints.is_closed;
        let is_map = is_map && additional.iter().any(|&it| tape.is_object(it)) && optional > 0;
        let least = constraints.min_properties.max(usize::from(is_map));
        for nth in 1..=least.saturating_sub(count) {
            self.name(&mut count, &format!("key{nth}"));
            self.value(&additional, place.inside())?;
        }
        self.out.push('}');
        Some(())
    }

    /// Returns whether a property of this schema has a finite document.
    fn is_finite(&self, schema: Node) -> bool {
        self.min_depths.get(schema) < ENDLESS && self.tape.json(schema) != "false"
    }

    /// Writes the name of a property, with the comma before it.
    fn name(&mut self, count: &mut usize, name: &str) {
        if *count > 0 {
            self.out.push(',');
        }
        *count += 1;
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
    }

    fn array(&mut self, constraints: &Constraints, place: Place) -> Option<()> {
        /// The most items where the schema specifies no number.
        const USUAL: usize = 3;
        /// How many duplicates are discarded, for the keyword `uniqueItems`.
        const TRIES: usize = 32;
        let tape = self.tape;
        self.budget
            .spend(constraints.prefix.map_or(0, |list| tape.size(list)))?;
        let prefix: Vec<Node> = constraints
            .prefix
            .into_iter()
            .flat_map(|it| tape.items(it))
            .collect();
        let ends = constraints
            .items
            .iter()
            .all(|&it| self.min_depths.get(it) < ENDLESS);
        let least = constraints.min_items;
        // If items of any kind are valid, an empty array is the safest:
        // langchain leaves the schema out where it refers to itself.
        let is_open = |&it: &Node| matches!(tape.json(it), "{}" | "true");
        let is_open = prefix.is_empty() && constraints.items.iter().all(is_open);
        let usual = match place.is_terse || !ends || is_open {
            true => least,
            false => self.rng.between(1, USUAL).max(prefix.len()).max(least),
        };
        let mut most = usual.min(constraints.max_items);
        if constraints.is_full {
            most = most.min(prefix.len());
        }
        self.out.push('[');
        let mut written: Vec<(usize, usize)> = Vec::new();
        let mut tries = TRIES;
        let mut count = 0;
        while count < most {
            let before = self.out.len();
            if count > 0 {
                self.out.push(',');
            }
            let start = self.out.len();
            match prefix.get(count) {
                Some(&schema) => self.value(&[schema], place.inside())?,
                None => self.value(&constraints.items, place.inside())?,
            }
            self.budget.spend(written.len())?;
            let (done, item) = self.out.split_at(start);
            if !(written.iter()).any(|&(from, to)| done.get(from..to) == Some(item)) {
                count += 1;
                if constraints.is_unique && written.len() < MOST_COMPARED {
                    written.push((start, self.out.len()));
                }
                continue;
            }
            self.out.truncate(before);
            tries -= 1;
            if tries == 0 {
                break;
            }
        }
        self.out.push(']');
        Some(())
    }
}
