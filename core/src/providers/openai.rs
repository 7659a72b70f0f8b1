//! OpenAI's API, which many other providers implement too.

pub mod chat;
pub mod completions;
pub mod embeddings;
mod logprobs;
pub mod models;
pub mod moderations;
mod prediction;
mod provider;
mod request;
pub mod responses;
pub mod specs;
mod tools;
mod usage;
mod violations;

pub use provider::OpenAi;
