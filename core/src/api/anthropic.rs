//! Anthropic's API.

pub mod error;
