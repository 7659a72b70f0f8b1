//! The stream of chat completions.

use std::borrow::Cow;

use super::{logprobs_of, put_call, reason};
use crate::api::Said;
use crate::api::openai::logprobs;
use crate::api::openai::usage::Usage;
use crate::batch::Batch;
use crate::json::Digits;
use crate::saying::Saying;
use crate::sse;
use crate::stream::Frames;

/// The object `delta`: what comes first, and what stands around each piece.
struct Delta {
    first: Cow<'static, [u8]>,
    before: &'static [u8],
    after: &'static [u8],
}

impl Delta {
    fn of(said: &Said) -> Self {
        const FIRST_OF_A_CALL: usize = 160;
        let Some(call) = said.saying.call() else {
            return Self {
                first: Cow::Borrowed(b"{\"role\":\"assistant\"}"),
                before: b"{\"content\":\"",
                after: b"\"}",
            };
        };
        let is_legacy = said.ask.is_legacy_call;
        let len = FIRST_OF_A_CALL + call.id.len() + call.name.as_bytes().len();
        let mut first = Vec::with_capacity(len);
        first.extend_from_slice(b"{\"role\":\"assistant\",\"content\":null");
        put_call(call, is_legacy, b"\"index\":0,", b"", &mut first);
        first.extend_from_slice(b",\"refusal\":null}");
        let (before, after): (&[u8], &[u8]) = match is_legacy {
            true => (b"{\"function_call\":{\"arguments\":\"", b"\"}}"),
            false => (
                b"{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"",
                b"\"}}]}",
            ),
        };
        Self {
            first: Cow::Owned(first),
            before,
            after,
        }
    }
}

/// A streamed reply. The role comes with the first word, the finish reason and
/// the end of the stream with the last; of a call, its id and the name of the
/// function come with the role.
pub struct Chunks {
    /// What each chunk begins with, rendered once.
    head: Vec<u8>,
    delta: Delta,
    saying: Saying,
    choices: usize,
    reason: &'static [u8],
    /// If the client wants them, each chunk has the field.
    logprobs: Option<usize>,
    /// If the client wants it, each chunk has the field.
    usage: Option<Usage>,
}

impl Chunks {
    /// Of a reply whose chunks begin with `head`.
    pub fn new(head: Vec<u8>, said: &Said) -> Self {
        Self {
            head,
            delta: Delta::of(said),
            saying: said.saying.clone(),
            choices: said.choices,
            reason: reason(said),
            logprobs: logprobs_of(said),
            usage: said.include_usage.then(|| Usage::of(said)),
        }
    }

    /// One chunk of choice `index`; it says piece `said`, if that is a part of
    /// the text.
    fn chunk(&self, index: usize, delta: [&[u8]; 3], said: Option<usize>, out: &mut Batch) {
        self.begin(index, delta, said, out);
        out.put(b",\"finish_reason\":null}]");
        self.end(out);
    }

    /// The last chunk of choice `index`.
    fn last(&self, index: usize, out: &mut Batch) {
        self.begin(index, [b"{}", b"", b""], None, out);
        out.put(b",\"finish_reason\":\"");
        out.put(self.reason);
        out.put(b"\"}]");
        self.end(out);
    }

    fn begin(&self, index: usize, delta: [&[u8]; 3], said: Option<usize>, out: &mut Batch) {
        out.put(&self.head);
        out.put(b"{\"index\":");
        out.put(Digits::of(index as u64).as_bytes());
        out.put(b",\"delta\":");
        for part in delta {
            out.put(part);
        }
        let Some(top) = self.logprobs else { return };
        out.put(b",\"logprobs\":");
        match said {
            None => out.put(b"null"),
            Some(piece) => {
                logprobs::put(&self.saying, piece..piece + 1, top, &mut |part| {
                    out.put(part)
                });
            }
        }
    }

    fn end(&self, out: &mut Batch) {
        out.put(match self.usage {
            None => b"}",
            Some(_) => b",\"usage\":null}",
        });
        out.put(sse::END);
    }
}

impl Frames for Chunks {
    fn steps(&self) -> usize {
        self.saying.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Batch) {
        let is_last = step + 1 == self.steps();
        for index in 0..self.choices {
            if step == 0 {
                self.chunk(index, [&self.delta.first, b"", b""], None, out);
            }
            if !self.saying.is_empty() {
                let word = self.saying.piece(step);
                #[cfg(feature = "inject-panic")]
                crate::inject::panic_if(word.starts_with(b"panic-in-render"));
                let delta = [self.delta.before, word, self.delta.after];
                self.chunk(index, delta, Some(step), out);
            }
            if is_last {
                self.last(index, out);
            }
        }
        if is_last {
            if let Some(usage) = &self.usage {
                out.put(&self.head);
                out.put(b"],\"usage\":");
                out.put(usage.as_bytes());
                out.put(b"}");
                out.put(sse::END);
            }
            out.put(sse::DONE);
        }
    }
}
