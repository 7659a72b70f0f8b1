//! Google's Gemini API.

pub mod error;
