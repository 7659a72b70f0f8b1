//! What each `$ref` points to, and which types each schema allows at first
//! sight: found once, because the generator looks them up many times.

use super::pointer::Pointers;
use super::tape::{Node, Tape};
use super::types::Types;

/// The targets and types of all values on a tape, as schemas.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refs(Vec<Entry>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    types: Types,
    target: Option<Node>,
}

impl Refs {
    pub fn of(tape: &Tape) -> Self {
        let mut pointers = Pointers::new(tape);
        let mut entries = Vec::with_capacity(tape.len());
        for node in 0..tape.len() {
            let mut entry = Entry {
                types: Types::ANY,
                target: None,
            };
            if tape.json(node as Node) == "false" {
                entry.types = Types::NONE;
            }
            for (name, value) in tape.fields(node as Node) {
                match name {
                    "type" => entry.types = entry.types.and(Types::named(tape, value)),
                    "const" => entry.types = entry.types.and(Types::of_value(tape, value)),
                    "$ref" => entry.target = pointers.resolve(value),
                    _ => {}
                }
            }
            entries.push(entry);
        }
        Self(entries)
    }

    /// Returns the schema that the `$ref` of a schema points to.
    pub fn target(&self, schema: Node) -> Option<Node> {
        self.0.get(schema as usize)?.target
    }

    /// Returns the types that a schema allows, by its own keywords and those
    /// that it refers to.
    pub fn types(&self, schema: Node) -> Types {
        const MOST_REFERENCES: usize = 8;
        let mut types = Types::ANY;
        let mut next = Some(schema);
        for _ in 0..MOST_REFERENCES {
            let Some(entry) = next.and_then(|node| self.0.get(node as usize)) else {
                break;
            };
            types = types.and(entry.types);
            next = entry.target;
        }
        types
    }
}
