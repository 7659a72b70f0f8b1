//! What is asked of a schema again and again, found once: the types that it
//! allows at first sight, and what its `$ref` stands for.

use super::pointer;
use super::rules::Types;
use super::tape::{Node, Tape};

/// What an entry takes, in bytes.
pub const ENTRY: usize = size_of::<Entry>();

/// What may be spent on following references, in fields passed. Those that are
/// left say nothing.
const MOST_WORK: usize = 4_000_000;

/// Of each value on a tape, as a schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index(Vec<Entry>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    types: Types,
    target: Option<Node>,
}

impl Index {
    pub fn of(tape: &Tape) -> Self {
        let mut work = MOST_WORK;
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
                    "$ref" => entry.target = pointer::resolve(tape, value, &mut work),
                    _ => {}
                }
            }
            entries.push(entry);
        }
        Self(entries)
    }

    /// What the schema's `$ref` stands for.
    pub fn target(&self, schema: Node) -> Option<Node> {
        self.0.get(schema as usize)?.target
    }

    /// The types that it allows at first sight.
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
