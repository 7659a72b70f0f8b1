//! OpenAI's API.

pub mod chat;
pub mod embeddings;
pub mod error;
mod inputs;
pub mod models;
pub(crate) mod request;
mod usage;
