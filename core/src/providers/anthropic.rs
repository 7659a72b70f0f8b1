//! Anthropic's API.

pub mod messages;
pub mod models;
mod output;
mod provider;
mod request;
pub mod specs;
pub mod vertex;
mod violations;

pub use provider::Anthropic;

use crate::providers::count_tokens::CountTokens;

/// `/v1/messages/count_tokens` (API reference, "Count tokens in a Message").
pub static COUNT_TOKENS: CountTokens<3> = CountTokens {
    fields: request::PROMPT,
    opening: "{\"input_tokens\":",
};
