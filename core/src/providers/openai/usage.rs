//! The token usage of a response (API reference, "Chat", object `usage`), and
//! the end of a stream, which may hold it.

use super::prediction::Prediction;
use crate::completion::Generation;
use crate::engine::{Buffer, Sink, sse};

/// The `usage` object.
pub struct Usage {
    prompt: u64,
    completion: u64,
    details: Option<Prediction>,
}

/// There are no cached, reasoning or audio tokens.
const DETAILS: &[u8] = b",\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},\
    \"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,\
    \"accepted_prediction_tokens\":";

impl Usage {
    /// Returns the usage of a response.
    pub fn of(generation: &Generation) -> Self {
        Self::with(generation, None)
    }

    /// Returns the usage of a response with details.
    pub fn detailed(generation: &Generation) -> Self {
        Self::with(generation, Some(Prediction::of(generation)))
    }

    fn with(generation: &Generation, details: Option<Prediction>) -> Self {
        let completion = (generation.completion.tokens() as u64)
            .saturating_mul(generation.request.choices as u64);
        let rejected = details.map_or(0, |prediction| prediction.rejected);
        Self {
            prompt: generation.prompt_tokens,
            completion: completion.saturating_add(rejected),
            details,
        }
    }

    /// Returns an upper bound of the bytes that [`Usage::put`] writes.
    pub fn longest(&self) -> usize {
        const COUNTS: usize = 200;
        COUNTS + DETAILS.len()
    }

    /// Writes the object as JSON.
    pub fn put(&self, out: &mut impl Sink) {
        let Self {
            prompt, completion, ..
        } = *self;
        out.put_all(&[
            b"{\"prompt_tokens\":",
            itoa::Buffer::new().format(prompt).as_bytes(),
            b",\"completion_tokens\":",
            itoa::Buffer::new().format(completion).as_bytes(),
            b",\"total_tokens\":",
            itoa::Buffer::new()
                .format(prompt.saturating_add(completion))
                .as_bytes(),
        ]);
        if let Some(Prediction { accepted, rejected }) = self.details {
            out.put_all(&[
                DETAILS,
                itoa::Buffer::new().format(accepted).as_bytes(),
                b",\"rejected_prediction_tokens\":",
                itoa::Buffer::new().format(rejected).as_bytes(),
                b"}",
            ]);
        }
        out.put(b"}");
    }
}

/// The end of each chunk of a stream, and of the stream.
pub struct Ending(Option<Usage>);

impl Ending {
    /// Creates the end of a stream, with its `usage` if the client asks for it.
    pub fn new(generation: &Generation, usage: fn(&Generation) -> Usage) -> Self {
        let includes_usage = generation.request.include_usage;
        Self(includes_usage.then(|| usage(generation)))
    }

    /// Returns the end of a chunk, after its list of choices, and of its event.
    pub fn of_chunk(&self) -> &'static [u8] {
        match self.0 {
            None => b"}\n\n",
            Some(_) => b",\"usage\":null}\n\n",
        }
    }

    /// Writes the end of the stream. `head` is the beginning of each chunk, up
    /// to the last string before the list of choices.
    pub fn put_stream(&self, head: &[u8], out: &mut Buffer) {
        if let Some(usage) = &self.0 {
            out.put_all(&[head, b"\",\"choices\":[],\"usage\":"]);
            usage.put(out);
            out.put_all(&[b"}", sse::END]);
        }
        out.put(sse::DONE);
    }
}
