//! Ollama's API (`docs/api.md` and `api/types.go` of ollama/ollama).

pub mod chat;
pub mod embed;
pub mod generate;
mod lines;
pub mod models;
mod output;
mod provider;
mod request;
pub mod specs;
mod violations;

pub use provider::Ollama;

/// The body of `GET /api/version`.
pub const VERSION: &str = "{\"version\":\"0.12.6\"}";
