//! The APIs: one folder for each provider.

pub mod anthropic;
pub mod count_tokens;
pub mod dialect;
pub mod direct;
pub mod gemini;
pub mod mistral;
pub mod ollama;
pub mod openai;
pub mod provider;
