//! OpenAI's API.

pub mod chat;
pub mod error;
pub mod logprobs;
mod request;
mod tools;
mod usage;
