//! JSON Schema, as clients send it: for the arguments of a function and for
//! the form of a reply. From a schema comes a document that is valid under it,
//! the same for the same seed.
//!
//! Covered is what OpenAI's strict mode allows ("Structured outputs",
//! "Supported schemas") and what pydantic and zod write: `type` and lists of
//! types, `properties`, `required`, `additionalProperties`, `minProperties`,
//! `items`, `prefixItems`, `minItems`, `maxItems`, `uniqueItems`, `enum`,
//! `const`, `anyOf`, `oneOf`, `allOf`, `$ref` within the schema (recursion
//! ends), limits of numbers and of strings, `format`, and `pattern` without
//! look-around, back references and Unicode classes. Google's own form of it
//! (the Gemini API's object `Schema`, a subset of OpenAPI 3.0) is read too: types
//! in upper case, counts as strings, names with underscores. `not`, `if`, `contains`,
//! `patternProperties`, `propertyNames`, `dependentSchemas` and references by
//! `$id` or `$anchor` say nothing; of `oneOf` one branch is made, without
//! looking whether another accepts it too.

mod decimal;
mod dice;
mod document;
mod format;
mod height;
mod index;
mod pattern;
mod pointer;
mod rules;
mod tape;
mod text;

use document::Writer;
use height::Heights;
use index::Index;
pub use tape::LONGEST;
use tape::Tape;

/// The longest document, in bytes: of a schema that asks for more comes `{}`.
pub const LONGEST_DOCUMENT: usize = 64 * 1024;

/// A schema, ready for documents to be made from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    tape: Tape,
    index: Index,
    heights: Heights,
}

impl Schema {
    /// How much memory [`Schema::read`] takes at most for a request of `len`
    /// bytes.
    pub fn memory(len: usize) -> usize {
        // Three bytes of text for one that is not UTF-8; a mark for each comma
        // or bracket, its entry in the index and its height.
        const MARGIN: usize = 4 * 1024;
        len.min(tape::LONGEST)
            .saturating_mul(3 + tape::MARK + index::ENTRY + 1)
            .saturating_add(MARGIN)
    }

    /// How much memory [`Schema::document`] takes at most.
    pub fn document_memory(&self) -> usize {
        document::memory(&self.tape)
    }

    /// Reads a schema from valid JSON. One that is too large or too deep, or
    /// no object, is one that allows any object.
    pub fn read(json: &str) -> Self {
        let tape = Tape::of(json).unwrap_or_default();
        let index = Index::of(&tape);
        let heights = Heights::of(&tape, &index);
        Self {
            tape,
            index,
            heights,
        }
    }

    /// An object that is valid under the schema, or whatever else that asks
    /// for, as JSON.
    pub fn document(&self, seed: u64) -> String {
        self.one_of(1, seed)
    }

    /// The same as one of so many `documents` of one reply, which take no longer
    /// together than one alone may.
    pub fn one_of(&self, documents: usize, seed: u64) -> String {
        let (index, heights) = (&self.index, &self.heights);
        let writer = Writer::new(&self.tape, index, heights, seed, documents);
        writer
            .write()
            .filter(|it| it.len() <= LONGEST_DOCUMENT)
            .unwrap_or_else(|| "{}".to_owned())
    }
}

#[cfg(test)]
mod tests;
