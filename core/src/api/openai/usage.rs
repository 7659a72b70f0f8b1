//! What a reply cost, in tokens (API reference, "Chat", object `usage`), and
//! the end of a stream, which tells it.

use crate::api::Said;
use crate::api::out::Out;
use crate::batch::Batch;
use crate::json::Digits;
use crate::sse;

/// The object `usage`, as JSON.
pub struct Usage(Vec<u8>);

/// Nothing is cached, reasoned about, spoken or predicted.
const DETAILS: &[u8] = b",\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},\
    \"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,\
    \"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}";

impl Usage {
    /// Of a reply.
    pub fn of(said: &Said) -> Self {
        Self::with(said, b"")
    }

    /// The same with what the tokens were spent on.
    pub fn detailed(said: &Said) -> Self {
        Self::with(said, DETAILS)
    }

    fn with(said: &Said, details: &[u8]) -> Self {
        const LONGEST: usize = 120;
        let completion = (said.saying.tokens() as u64).saturating_mul(said.choices as u64);
        let mut out = Vec::with_capacity(LONGEST + details.len());
        for (name, tokens) in [
            ("{\"prompt_tokens\":", said.prompt_tokens),
            (",\"completion_tokens\":", completion),
            (
                ",\"total_tokens\":",
                said.prompt_tokens.saturating_add(completion),
            ),
        ] {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(Digits::of(tokens).as_bytes());
        }
        out.put_all(&[details, b"}"]);
        Self(out)
    }

    /// The JSON.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
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

    /// The end of the stream, whose chunks begin with `head`.
    pub fn put_stream(&self, head: &[u8], out: &mut Batch) {
        if let Some(usage) = &self.0 {
            out.put_all(&[head, b"],\"usage\":", usage.as_bytes(), b"}", sse::END]);
        }
        out.put(sse::DONE);
    }
}
