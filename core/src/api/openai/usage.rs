//! What a reply cost, in tokens (API reference, "Chat", object `usage`), and
//! the end of a stream, which tells it.

use crate::api::Said;
use crate::api::out::Out;
use crate::batch::Batch;
use crate::json::Digits;
use crate::sse;

/// The object `usage`.
pub struct Usage {
    prompt: u64,
    completion: u64,
    is_detailed: bool,
}

/// Nothing is cached, reasoned about, spoken or predicted.
const DETAILS: &[u8] = b",\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},\
    \"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,\
    \"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}";

impl Usage {
    /// Of a reply.
    pub fn of(said: &Said) -> Self {
        Self::with(said, false)
    }

    /// The same with what the tokens were spent on.
    pub fn detailed(said: &Said) -> Self {
        Self::with(said, true)
    }

    fn with(said: &Said, is_detailed: bool) -> Self {
        Self {
            prompt: said.prompt_tokens,
            completion: (said.saying.tokens() as u64).saturating_mul(said.choices as u64),
            is_detailed,
        }
    }

    fn details(&self) -> &'static [u8] {
        if self.is_detailed { DETAILS } else { b"" }
    }

    /// No less than what [`Usage::put`] writes, in bytes.
    pub fn longest(&self) -> usize {
        const COUNTS: usize = 120;
        COUNTS + self.details().len()
    }

    /// Appends it as JSON.
    pub fn put(&self, out: &mut impl Out) {
        let Self {
            prompt, completion, ..
        } = *self;
        out.put_all(&[
            b"{\"prompt_tokens\":",
            Digits::of(prompt).as_bytes(),
            b",\"completion_tokens\":",
            Digits::of(completion).as_bytes(),
            b",\"total_tokens\":",
            Digits::of(prompt.saturating_add(completion)).as_bytes(),
            self.details(),
            b"}",
        ]);
    }
}

/// How the chunks of a stream end, and the stream.
pub struct Ending(Option<Usage>);

impl Ending {
    /// Of a stream that tells of the usage if the client wants it.
    pub fn new(said: &Said, usage: Usage) -> Self {
        Self(said.include_usage.then_some(usage))
    }

    /// The end of a chunk, after its list of choices.
    pub fn put_chunk(&self, out: &mut Batch) {
        out.put(match self.0 {
            None => b"}",
            Some(_) => b",\"usage\":null}",
        });
        out.put(sse::END);
    }

    /// The end of the stream, whose chunks begin with `head`, up to the last
    /// string before the list of choices.
    pub fn put_stream(&self, head: &[u8], out: &mut Batch) {
        if let Some(usage) = &self.0 {
            out.put_all(&[head, b"\",\"choices\":[],\"usage\":"]);
            usage.put(out);
            out.put_all(&[b"}", sse::END]);
        }
        out.put(sse::DONE);
    }
}
