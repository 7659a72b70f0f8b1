//! `POST /api/chat` (`docs/api.md`, "Generate a chat completion").

use super::lines::{Kind, Lines, done_reason};
use super::request;
use crate::completion::{Completion, Framing, Generation, GenerationRequest};
use crate::engine::BoxedBody;
use crate::providers::dialect::{Dialect, Source};

/// The dialect of `/api/chat`.
pub struct Chat;

impl Dialect for Chat {
    /// A response has no id.
    fn id_prefix(&self) -> &'static str {
        ""
    }

    fn read(&self, source: &Source) -> GenerationRequest {
        GenerationRequest {
            framing: Framing::Lines,
            ..request::chat(source.body)
        }
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &request::CHAT_PROMPT
    }

    fn finish_reason(&self, completion: &Completion, request: &GenerationRequest) -> &'static str {
        done_reason(completion, request)
    }

    fn stream(&self, generation: &Generation) -> BoxedBody {
        BoxedBody::new(Lines::of(Kind::Chat, generation))
    }

    fn plain(&self, generation: &Generation) -> Vec<u8> {
        Lines::of(Kind::Chat, generation).plain()
    }
}

#[cfg(test)]
mod tests;
