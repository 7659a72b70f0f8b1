//! The depth of the flattest document of each schema. Where a schema refers to
//! itself, the generator leaves the recursion by the branch of least depth.
//!
//! A schema, the `anyOf` in it, the objects and arrays that it allows are gates
//! with inputs from other schemas: a gate opens when all of its inputs have, or
//! the first of them, at the depth of the input that opens it. Gates open in
//! order of depth (Knuth, "A Generalization of Dijkstra's Algorithm", 1977), so
//! each input is looked at once, and n values take a time of n log n.

use super::refs::Refs;
use super::tape::{Node, Tape};
use super::types::{Types, keywords};

/// The depth of a schema without a finite document.
pub const ENDLESS: u8 = u8::MAX;

/// The least depths of all values on a tape, as schemas. It is empty if there
/// is no reference: then each document is finite.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MinDepths(Vec<u8>);

impl MinDepths {
    pub fn of(tape: &Tape, refs: &Refs) -> Self {
        if !tape.json(0).contains("\"$ref\"") {
            return Self::default();
        }
        let mut gates = Gates::default();
        gates.closed.resize(tape.len(), NEVER);
        for node in 0..tape.len() {
            gates.add_schema(tape, refs, node as Node);
        }
        let mut depths = gates.open();
        depths.truncate(tape.len());
        Self(depths)
    }

    /// Returns the least depth of a document of this schema; [`ENDLESS`]
    /// without one.
    pub fn get(&self, schema: Node) -> u8 {
        if self.0.is_empty() {
            return 0;
        }
        self.0.get(schema as usize).copied().unwrap_or(ENDLESS)
    }
}

type Gate = u32;

/// The number of closed inputs of a gate that does not open.
const NEVER: u32 = u32::MAX;

/// Gates and their inputs. The first gates are the values on the tape.
#[derive(Default)]
struct Gates {
    /// How many inputs each gate waits for.
    closed: Vec<u32>,
    wires: Vec<Wire>,
}

struct Wire {
    from: Gate,
    to: Gate,
    /// The document of `from` is inside that of `to`.
    is_inside: bool,
}

impl Gates {
    fn add_schema(&mut self, tape: &Tape, refs: &Refs, schema: Node) {
        let json = tape.json(schema);
        if json == "true" {
            self.set(schema, 0);
        }
        if !json.starts_with('{') {
            return;
        }
        let mut types = Types::ANY;
        let mut hints = Types::NONE;
        let (mut properties, mut required) = (None, None);
        let (mut items, mut prefix, mut min_items) = (None, None, 0);
        // The inputs that must all open.
        let first = self.wires.len();
        for (name, value) in keywords(tape, schema) {
            hints = hints.or(Types::hinted(name));
            match name {
                "enum" | "const" => {
                    self.wires.truncate(first);
                    self.set(schema, 0);
                    return;
                }
                "type" => types = Types::named(tape, value),
                "$ref" => refs
                    .target(schema)
                    .into_iter()
                    .for_each(|it| self.wire(it, schema, false)),
                "allOf" => tape
                    .items(value)
                    .for_each(|it| self.wire(it, schema, false)),
                "anyOf" | "oneOf" => {
                    if let Some(any) = self.any(tape.items(value)) {
                        self.wire(any, schema, false);
                    }
                }
                "properties" => properties = Some(value),
                "required" => required = Some(value),
                "items" => items = Some(value),
                "prefixItems" => prefix = Some(value),
                "minItems" => min_items = tape.count(value).unwrap_or(0),
                _ => {}
            }
        }
        if types == Types::ANY {
            types = hints;
        }
        let nests = Types::OBJECT.or(Types::ARRAY);
        if !types.is_none() && types.without(nests).is_none() {
            let mut ways = Vec::with_capacity(2);
            if types.has(Types::ARRAY) {
                let first = prefix.into_iter().flat_map(|list| tape.items(list));
                let items = items.filter(|_| min_items > 0);
                ways.push(self.nested(first.take(min_items).chain(items)));
            }
            if types.has(Types::OBJECT) {
                let names = required.into_iter().flat_map(|list| tape.items(list));
                let mut names: Vec<_> = names.filter_map(|it| tape.raw_string(it)).collect();
                names.sort_unstable();
                let fields = properties.into_iter().flat_map(|it| tape.fields(it));
                let fields = fields.filter(|(name, _)| names.binary_search(name).is_ok());
                ways.push(self.nested(fields.map(|(_, value)| value)));
            }
            if let Some(any) = self.any(ways.into_iter()) {
                self.wire(any, schema, false);
            }
        }
        let inputs = self.wires.get(first..).unwrap_or_default();
        let count = inputs.iter().filter(|wire| wire.to == schema).count();
        self.set(schema, count as u32);
    }

    /// Adds a gate that opens with the first of its inputs. Returns `None`
    /// without inputs.
    fn any(&mut self, inputs: impl Iterator<Item = Gate>) -> Option<Gate> {
        let gate = self.new_gate();
        let count = inputs.map(|it| self.wire(it, gate, false)).count();
        self.set(gate, 1);
        (count > 0).then_some(gate)
    }

    /// Adds the gate of an object or an array that holds documents of all
    /// `inputs`.
    fn nested(&mut self, inputs: impl Iterator<Item = Gate>) -> Gate {
        let gate = self.new_gate();
        let count = inputs.map(|it| self.wire(it, gate, true)).count();
        self.set(gate, count as u32);
        gate
    }

    fn new_gate(&mut self) -> Gate {
        self.closed.push(NEVER);
        self.closed.len() as u32 - 1
    }

    fn set(&mut self, gate: Gate, closed: u32) {
        if let Some(it) = self.closed.get_mut(gate as usize) {
            *it = closed;
        }
    }

    fn wire(&mut self, from: Gate, to: Gate, is_inside: bool) {
        self.wires.push(Wire {
            from,
            to,
            is_inside,
        });
    }

    /// Opens the gates. Returns the depth of each.
    fn open(mut self) -> Vec<u8> {
        self.wires.sort_unstable_by_key(|wire| wire.from);
        let mut depths = vec![ENDLESS; self.closed.len()];
        let gates = (0..).zip(&self.closed);
        let mut open: Vec<Gate> = gates
            .filter_map(|(gate, &closed)| (closed == 0).then_some(gate))
            .collect();
        for depth in 0..ENDLESS {
            let mut deeper = Vec::new();
            while let Some(gate) = open.pop() {
                if let Some(it) = depths.get_mut(gate as usize) {
                    *it = depth;
                }
                let start = self.wires.partition_point(|wire| wire.from < gate);
                let wires = self.wires.get(start..).unwrap_or_default();
                for wire in wires.iter().take_while(|wire| wire.from == gate) {
                    let Some(closed) = self.closed.get_mut(wire.to as usize) else {
                        continue;
                    };
                    // One that never opens, or is open already, stays as it is.
                    if *closed == 0 || *closed == NEVER {
                        continue;
                    }
                    *closed -= 1;
                    if *closed == 0 {
                        let next = if wire.is_inside {
                            &mut deeper
                        } else {
                            &mut open
                        };
                        next.push(wire.to);
                    }
                }
            }
            if deeper.is_empty() {
                break;
            }
            open = deeper;
        }
        depths
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_depth_of_the_flattest_document() {
        for (schema, expected) in [
            (r##"{"$ref":"#"}"##, ENDLESS),
            (r##"{"anyOf":[{"$ref":"#"},{"type":"null"}]}"##, 0),
            (r##"{"properties":{"a":{"$ref":"#"}}}"##, 0),
            (
                r##"{"properties":{"a":{"$ref":"#"}},"required":["a"]}"##,
                ENDLESS,
            ),
            (
                r##"{"type":["object","null"],"properties":{"a":{"$ref":"#"}},"required":["a"]}"##,
                0,
            ),
            (
                r##"{"properties":{"a":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["a"]}"##,
                1,
            ),
            (
                r##"{"properties":{"a":{"type":"array","items":{"$ref":"#"}}},"required":["a"]}"##,
                1,
            ),
            (
                r##"{"type":"array","items":{"$ref":"#"},"minItems":1}"##,
                ENDLESS,
            ),
            (r##"{"allOf":[{"$ref":"#/x"}],"x":{"type":"string"}}"##, 0),
            (
                r##"{"x":{"$ref":"#/y"},"y":{"enum":[1]},"properties":{"a":{"$ref":"#/x"}},"required":["a"]}"##,
                1,
            ),
        ] {
            let tape = Tape::of(schema).unwrap();
            assert_eq!(
                MinDepths::of(&tape, &Refs::of(&tape)).get(0),
                expected,
                "{schema}"
            );
        }
    }
}
