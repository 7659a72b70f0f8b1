//! Anthropic's API.

pub mod error;
pub mod forms;
pub mod messages;
mod request;
pub mod tokens;
mod wording;
