//! Google's Gemini API.

pub mod error;
pub mod forms;
pub mod generate;
mod request;
pub mod tokens;
mod wording;
