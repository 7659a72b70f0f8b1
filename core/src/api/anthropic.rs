//! Anthropic's API.

pub mod error;
pub mod messages;
mod request;
pub mod tokens;
