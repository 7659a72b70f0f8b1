//! Anthropic's API.

pub mod error;
pub mod forms;
pub mod messages;
mod request;
mod wish;
mod wording;

use super::count::CountTokens;

/// `/v1/messages/count_tokens` (API reference, "Count tokens in a Message").
pub static COUNT_TOKENS: CountTokens<3> = CountTokens {
    fields: request::PROMPT,
    opening: "{\"input_tokens\":",
};
