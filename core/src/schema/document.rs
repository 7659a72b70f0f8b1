//! Writes a document that is valid under a schema.

use super::LONGEST_DOCUMENT;
use super::dice::Dice;
use super::height::{ENDLESS, Heights};
use super::index::Index;
use super::rules::{MOST_NODES, Rules, Source, Types};
use super::tape::{Node, Tape};
use super::text;

/// Objects and lists stand in one another to this depth at most.
const MOST_DEPTH: usize = 32;

/// So many items of a list are compared with each other at most, where no two
/// may be the same.
const MOST_COMPARED: usize = 1024;

/// How much memory writing takes at most, in bytes.
pub fn memory(tape: &Tape) -> usize {
    // At each depth the names of an object, the schemas that hold for it, and
    // where the items of a list are. What grows takes up to three times what
    // it holds; a name or a constant is written before its length counts.
    let names = tape.len().saturating_mul(size_of::<&str>());
    let nodes = tape.len().min(MOST_NODES) * 8 * size_of::<Node>();
    let items = MOST_COMPARED * size_of::<(usize, usize)>();
    let text = LONGEST_DOCUMENT + tape.text_len();
    let each = names.saturating_add(nodes + items + size_of::<Rules>());
    each.saturating_mul(3 * MOST_DEPTH).saturating_add(3 * text)
}

/// Steps that may be taken for the documents of one reply: some milliseconds.
const FUEL: usize = 1_000_000;

pub struct Writer<'a> {
    tape: &'a Tape,
    index: &'a Index,
    heights: &'a Heights,
    dice: Dice,
    out: String,
    /// What was referred to by the objects and lists around the next value.
    path: Vec<Node>,
    fuel: usize,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// It is within a value of its own kind: nothing that may be left out.
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
    /// Of one of `documents` that are made together: each has its share of the
    /// steps.
    pub fn new(
        tape: &'a Tape,
        index: &'a Index,
        heights: &'a Heights,
        seed: u64,
        documents: usize,
    ) -> Self {
        Self {
            tape,
            index,
            heights,
            dice: Dice::new(seed),
            out: String::with_capacity(256),
            path: vec![0],
            fuel: FUEL / documents.max(1),
        }
    }

    /// The document. `None` if it would be too long or too deep, or take too
    /// long to find.
    pub fn write(mut self) -> Option<String> {
        let place = Place {
            depth: 0,
            is_terse: false,
        };
        self.value(&[0], place)?;
        Some(self.out)
    }

    /// Takes so many steps, if they may be taken.
    fn spend(&mut self, steps: usize) -> Option<()> {
        self.fuel = self.fuel.checked_sub(steps)?;
        Some(())
    }

    /// A value for which all of `schemas` hold.
    fn value(&mut self, schemas: &[Node], place: Place) -> Option<()> {
        if place.depth > MOST_DEPTH || self.out.len() > LONGEST_DOCUMENT {
            return None;
        }
        let mut source = Source {
            tape: self.tape,
            index: self.index,
            heights: self.heights,
            path: &self.path,
            dice: &mut self.dice,
            fuel: &mut self.fuel,
        };
        let rules = Rules::gather(schemas, place.is_terse, &mut source)?;
        let place = Place {
            is_terse: place.is_terse || rules.recurs(&self.path),
            ..place
        };
        let around = self.path.len();
        self.path.extend_from_slice(&rules.targets);
        let written = self.write_by(&rules, place);
        self.path.truncate(around);
        written
    }

    fn write_by(&mut self, rules: &Rules, place: Place) -> Option<()> {
        /// How often the list of choices is gone through.
        const PASSES: usize = 4;
        let choices = rules.choices.map_or(0, |list| self.tape.size(list));
        self.spend(choices.saturating_mul(PASSES))?;
        if let Some(value) = rules.constant.or_else(|| self.choice(rules)) {
            self.out.push_str(self.tape.json(value));
            return Some(());
        }
        match self.one_type(rules.types, place) {
            Types::NULL => self.out.push_str("null"),
            Types::BOOLEAN => self.out.push_str(self.dice.pick(&["true", "false"])),
            Types::INTEGER => self.out.push_str(&rules.range.pick(true, &mut self.dice)),
            Types::FRACTION => self.out.push_str(&rules.range.pick(false, &mut self.dice)),
            Types::ARRAY => return self.array(rules, place),
            Types::OBJECT => return self.object(rules, place),
            _ => {
                let fuel = &mut self.fuel;
                text::write(self.tape, rules, &mut self.dice, fuel, &mut self.out)?;
            }
        }
        (self.out.len() <= LONGEST_DOCUMENT).then_some(())
    }

    /// One of the field `enum`, of the right type; null only if there is no
    /// other.
    fn choice(&mut self, rules: &Rules) -> Option<Node> {
        let list = rules.choices?;
        let tape = self.tape;
        let fits = |types: Types| {
            let types = types.and(rules.types);
            tape.items(list)
                .filter(move |&it| types.has(Types::of_value(tape, it)))
        };
        let some = Types::ANY.without(Types::NULL);
        let nth = self.dice.below(fits(some).count());
        fits(some)
            .nth(nth)
            .or_else(|| fits(Types::ANY).next())
            .or_else(|| tape.items(list).next())
    }

    /// Which of several types the value is of.
    fn one_type(&mut self, types: Types, place: Place) -> Types {
        if types == Types::ANY {
            // Nothing is said of it. Arguments and documents are objects.
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
        let nth = self.dice.below(wanted.0.count_ones() as usize);
        let bits = (0..8).map(|bit| Types(1 << bit));
        let one = bits.filter(|&bit| wanted.has(bit)).nth(nth);
        one.unwrap_or(Types::STRING)
    }

    fn object(&mut self, rules: &Rules, place: Place) -> Option<()> {
        let tape = self.tape;
        let names = |lists: &[Node]| -> Vec<&'a str> {
            let all = lists.iter().flat_map(|&list| tape.items(list));
            let mut names: Vec<_> = all.filter_map(|it| tape.raw_string(it)).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        for list in rules.required.iter().chain(&rules.properties) {
            self.spend(tape.size(*list))?;
        }
        let required = names(&rules.required);
        let mut optional = rules.most_properties.saturating_sub(required.len());
        let mut known: Vec<&str> = Vec::new();
        let mut count = 0;
        self.out.push('{');
        for (nth, &list) in rules.properties.iter().enumerate() {
            for (name, value) in tape.fields(list) {
                let before = rules.properties.get(..nth).unwrap_or_default();
                for &list in before {
                    self.spend(tape.size(list))?;
                }
                if before.iter().any(|&it| tape.field(it, name).is_some()) {
                    continue;
                }
                known.push(name);
                if required.binary_search(&name).is_err() {
                    let ends = self.heights.get(value) < ENDLESS && tape.json(value) != "false";
                    let is_missed = count < rules.least_properties;
                    if optional == 0 || !ends || (place.is_terse && !is_missed) {
                        continue;
                    }
                    optional -= 1;
                }
                self.name(&mut count, name);
                self.property(rules, nth, name, value, place)?;
            }
        }
        known.sort_unstable();
        let additional: Vec<Node> = rules.additional.into_iter().collect();
        for name in required {
            if known.binary_search(&name).is_err() {
                self.name(&mut count, name);
                self.value(&additional, place.inside())?;
            }
        }
        // A map of names to values has an entry, to show what they are.
        let is_map = rules.properties.is_empty() && !place.is_terse && !rules.is_closed;
        let is_map = is_map && additional.iter().any(|&it| tape.is_object(it)) && optional > 0;
        let least = rules.least_properties.max(usize::from(is_map));
        for nth in 1..=least.saturating_sub(count) {
            self.name(&mut count, &format!("key{nth}"));
            self.value(&additional, place.inside())?;
        }
        self.out.push('}');
        Some(())
    }

    /// The value of a property that list `nth` is the first to name.
    fn property(
        &mut self,
        rules: &Rules,
        nth: usize,
        name: &str,
        value: Node,
        place: Place,
    ) -> Option<()> {
        let after = rules.properties.get(nth + 1..).unwrap_or_default();
        if after.is_empty() {
            return self.value(&[value], place.inside());
        }
        let mut schemas = vec![value];
        for &list in after {
            self.spend(self.tape.size(list))?;
            schemas.extend(self.tape.field(list, name));
        }
        self.value(&schemas, place.inside())
    }

    /// What goes before a value of an object.
    fn name(&mut self, count: &mut usize, name: &str) {
        if *count > 0 {
            self.out.push(',');
        }
        *count += 1;
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
    }

    fn array(&mut self, rules: &Rules, place: Place) -> Option<()> {
        /// As many as show that it is a list.
        const USUAL: usize = 3;
        /// How often another value is tried where no two may be the same.
        const TRIES: usize = 32;
        let tape = self.tape;
        self.spend(rules.prefix.map_or(0, |list| tape.size(list)))?;
        let prefix: Vec<Node> = rules
            .prefix
            .into_iter()
            .flat_map(|it| tape.items(it))
            .collect();
        let ends = rules.items.iter().all(|&it| self.heights.get(it) < ENDLESS);
        let least = rules.least_items;
        // Where the items may be anything, none is right for whoever knows more:
        // langchain leaves the schema out where it refers to itself.
        let is_open = |&it: &Node| matches!(tape.json(it), "{}" | "true");
        let is_open = prefix.is_empty() && rules.items.iter().all(is_open);
        let usual = match place.is_terse || !ends || is_open {
            true => least,
            false => self.dice.between(1, USUAL).max(prefix.len()).max(least),
        };
        let mut most = usual.min(rules.most_items);
        if rules.is_full {
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
                None => self.value(&rules.items, place.inside())?,
            }
            self.spend(written.len())?;
            let (done, item) = self.out.split_at(start);
            if !(written.iter()).any(|&(from, to)| done.get(from..to) == Some(item)) {
                count += 1;
                if rules.is_unique && written.len() < MOST_COMPARED {
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
