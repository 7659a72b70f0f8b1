//! Mistral's API, where it differs from OpenAI's. Errors have OpenAI's format.

pub mod fim;
