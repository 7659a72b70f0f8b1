//! JSON Schema, as clients send it for the arguments of a function and for the
//! format of a response. The generator makes a document that is valid under a
//! schema, the same for the same seed.
//!
//! It covers what OpenAI's strict mode allows ("Structured outputs",
//! "Supported schemas") and what pydantic and zod write: `type` and lists of
//! types, `properties`, `required`, `additionalProperties`, `minProperties`,
//! `items`, `prefixItems`, `minItems`, `maxItems`, `uniqueItems`, `enum`,
//! `const`, `anyOf`, `oneOf`, `allOf`, `$ref` within the schema (recursion
//! ends), limits of numbers and of strings, `format`, and `pattern` without
//! look-around, back references and Unicode classes. It also reads Google's
//! dialect (the Gemini API's object `Schema`, a subset of OpenAPI 3.0): types
//! in upper case, counts as strings, names with underscores. It ignores `not`,
//! `if`, `contains`, `patternProperties`, `propertyNames`, `dependentSchemas`
//! and references by `$id` or `$anchor`. Of `oneOf` it takes one branch and
//! does not check whether another accepts the document too.
//!
//! Reading takes a time of n log n for a schema of n bytes. Generating takes a
//! bounded number of steps (`budget`).

mod budget;
mod constraints;
mod decimal;
mod document;
mod format;
mod min_depth;
mod path;
mod pattern;
mod pointer;
mod properties;
mod refs;
mod rng;
mod tape;
mod text;
mod types;

use budget::Budget;
pub use budget::LONGEST_DOCUMENT;
use document::Writer;
use min_depth::MinDepths;
use refs::Refs;
pub use tape::LONGEST;
use tape::Tape;

/// A schema, ready to generate documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    tape: Tape,
    refs: Refs,
    min_depths: MinDepths,
}

impl Schema {
    /// Reads a schema from valid JSON. One that is longer than [`LONGEST`], too
    /// deep or not an object allows any object.
    pub fn read(json: &str) -> Self {
        let tape = Tape::of(json).unwrap_or_default();
        let refs = Refs::of(&tape);
        let min_depths = MinDepths::of(&tape, &refs);
        Self {
            tape,
            refs,
            min_depths,
        }
    }

    /// Returns a document that is valid under the schema, as JSON: an object,
    /// unless the schema is for another type. It is `{}` if there is no such
    /// document, or none within [`LONGEST_DOCUMENT`].
    pub fn document(&self, seed: u64) -> String {
        self.one_of(1, seed)
    }

    /// Returns a document that is one of several `documents` of one response,
    /// which together take no longer than one alone may.
    pub fn one_of(&self, documents: usize, seed: u64) -> String {
        let budget = Budget::share(documents);
        Writer::new(&self.tape, &self.refs, &self.min_depths, seed, budget)
            .write()
            .unwrap_or_else(|| "{}".to_owned())
    }
}

#[cfg(test)]
mod tests;
