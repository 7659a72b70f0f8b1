//! OpenAI's API.

pub mod chat;
pub mod error;
pub(crate) mod request;
pub mod responses;
mod usage;
