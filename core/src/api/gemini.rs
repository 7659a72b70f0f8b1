//! Google's Gemini API.

pub mod error;
pub mod forms;
pub mod generate;
mod request;
mod wish;
mod wording;

use super::count::CountTokens;

/// `:countTokens` (API reference, "Counting tokens").
pub static COUNT_TOKENS: CountTokens<4> = CountTokens {
    fields: request::PROMPT,
    opening: "{\"totalTokens\":",
};
