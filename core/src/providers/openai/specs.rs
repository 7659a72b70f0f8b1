//! Validation rules for the bodies of OpenAI's endpoints (API reference, one
//! file for each): the tables that [`validate`](crate::validate) uses.

mod chat;
mod completions;
mod embeddings;
mod messages;
mod moderations;
mod responses;
mod tools;

pub use chat::CHAT;
pub use completions::COMPLETIONS;
pub use embeddings::EMBEDDINGS;
pub use moderations::MODERATIONS;
pub use responses::RESPONSES;

use crate::completion::{MOST_CHOICES, MOST_LOGPROBS};
use crate::validate::spec::{ANY_STRING, BOOLEAN, Field, Object, Rule, STRING, closed};

/// The maximum length of the name of a function or of a schema.
const LONGEST_NAME: usize = 64;

const NULLABLE_BOOLEAN: &[Rule] = &[Rule::Null, Rule::Boolean];
const NULLABLE_STRING: &[Rule] = &[Rule::Null, ANY_STRING];

/// The type of the model. Azure clients send null if the path names a
/// deployment (langchain-openai's `AzureChatOpenAI`).
const MODEL: &[Rule] = NULLABLE_STRING;

const TEMPERATURE: &[Rule] = &[Rule::Null, decimal(0.0, 2.0)];
const TOP_P: &[Rule] = &[Rule::Null, decimal(0.0, 1.0)];
const PENALTY: &[Rule] = &[Rule::Null, decimal(-2.0, 2.0)];
const CHOICES: &[Rule] = &[Rule::Null, integer(1, MOST_CHOICES as i64)];
const LOGPROBS: &[Rule] = &[Rule::Null, integer(0, MOST_LOGPROBS as i64)];
const SEED: &[Rule] = &[Rule::Null, integer(i64::MIN, i64::MAX)];

const STOP: &[Rule] = &[
    Rule::Null,
    ANY_STRING,
    Rule::Array {
        items: STRING,
        least: 1,
        most: super::request::MOST_STOPS,
    },
];

const LOGIT_BIAS: &[Rule] = &[
    Rule::Null,
    Rule::Map {
        values: &[decimal(-100.0, 100.0)],
        most: usize::MAX,
    },
];

const METADATA: &[Rule] = &[
    Rule::Null,
    Rule::Map {
        values: &[Rule::String {
            least: 0,
            most: 512,
        }],
        most: 16,
    },
];

const SERVICE_TIER: &[Rule] = &[
    Rule::Null,
    Rule::Word(&["auto", "default", "fast", "flex", "scale", "priority"]),
];

const EFFORT: &[Rule] = &[
    Rule::Null,
    Rule::Word(&["none", "minimal", "low", "medium", "high", "xhigh", "max"]),
];

const VERBOSITY: &[Rule] = &[Rule::Null, Rule::Word(&["low", "medium", "high"])];

const CACHE_RETENTION: &[Rule] = &[Rule::Null, Rule::Word(&["in_memory", "24h"])];

const STREAM_OPTIONS: &[Rule] = &[Rule::Null, Rule::Object(&STREAMED)];

static STREAMED: Object = closed(&[
    Field::optional("include_usage", BOOLEAN),
    Field::optional("include_obfuscation", BOOLEAN),
]);

const fn decimal(least: f64, most: f64) -> Rule {
    Rule::Number { least, most }
}

const fn integer(least: i64, most: i64) -> Rule {
    Rule::Integer { least, most }
}

/// A text format that has a type and nothing else.
static FORMAT: Object = closed(&[Field::required("type", STRING)]);

#[cfg(test)]
mod tests;
