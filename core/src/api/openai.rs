//! OpenAI's API.

pub mod chat;
pub mod error;
mod request;
mod usage;
