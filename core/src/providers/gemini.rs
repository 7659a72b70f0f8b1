//! Google's Gemini API.

pub mod generate;
pub mod models;
mod output;
mod provider;
mod request;
pub mod specs;
mod violations;

pub use provider::Gemini;

use crate::providers::count_tokens::CountTokens;

/// `:countTokens` (API reference, "Counting tokens").
pub static COUNT_TOKENS: CountTokens<4> = CountTokens {
    fields: request::PROMPT,
    opening: "{\"totalTokens\":",
};
