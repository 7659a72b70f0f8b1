//! OpenAI's API.

pub mod chat;
pub mod completions;
pub mod embeddings;
pub mod error;
pub mod forms;
mod inputs;
pub mod logprobs;
pub mod models;
pub mod moderations;
mod prediction;
pub(crate) mod request;
pub mod responses;
mod tools;
mod usage;
mod wording;
