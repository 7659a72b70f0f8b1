//! Google's Gemini API.

pub mod error;
pub mod generate;
mod request;
pub mod tokens;
