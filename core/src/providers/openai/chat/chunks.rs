//! The stream of chat completions.

use super::{Head, fields_of_chunks, head, kind, logprobs_of, put_call, put_function, reason};
use crate::completion::{Completion, Generation, Step};
use crate::engine::{Body, Buffer, Progress, Sink};
use crate::providers::openai::logprobs;
use crate::providers::openai::tools::input_field;
use crate::providers::openai::usage::{Ending, Usage};

/// A streamed response. The role comes with the first step, the finish reason
/// and the end of the stream with the last. The id and the name of a tool call
/// come before its first chunk.
pub struct Chunks {
    /// The rendered beginning of each object.
    head: Head,
    completion: Completion,
    is_legacy_call: bool,
    /// The number of choices, at most
    /// [`MOST_CHOICES`](crate::completion::MOST_CHOICES).
    choices: u8,
    /// The number of likely tokens listed for each token, at most
    /// [`MOST_LOGPROBS`](crate::completion::MOST_LOGPROBS). `None` leaves out
    /// the field `logprobs`.
    logprobs: Option<u8>,
    ending: Ending,
}

impl Chunks {
    /// Creates the stream of a generation.
    pub fn new(generation: &Generation) -> Self {
        Self {
            head: head(
                b"data: {\"id\":\"",
                generation,
                b"\",\"object\":\"chat.completion.chunk\",\"created\":",
                fields_of_chunks(generation),
            ),
            completion: generation.completion.clone(),
            is_legacy_call: generation.request.is_legacy_call,
            choices: u8::try_from(generation.request.choices).unwrap_or(u8::MAX),
            logprobs: logprobs_of(generation).map(|top| u8::try_from(top).unwrap_or(u8::MAX)),
            ending: Ending::new(generation, Usage::detailed),
        }
    }

    /// Writes the first `delta` object of a content part.
    fn put_first(&self, step: &Step, choice: usize, out: &mut Buffer) {
        let Some(call) = step.part.call() else {
            out.put(b"{\"role\":\"assistant\"}");
            return;
        };
        let is_first = step.index == 0;
        out.put(if is_first {
            b"{\"role\":\"assistant\",\"content\":null,"
        } else {
            b"{"
        });
        if self.is_legacy_call {
            out.put(b"\"function_call\":");
            put_function(call, b"", out);
        } else {
            put_index(step.index, out);
            put_call(call, choice, b"", out);
            out.put(b"]");
        }
        out.put(if is_first {
            b",\"refusal\":null}"
        } else {
            b"}"
        });
    }

    /// Writes the `delta` object of a chunk.
    fn put_chunk(&self, step: &Step, chunk: &[u8], out: &mut Buffer) {
        match step.part.call() {
            None => out.put_all(&[b"{\"content\":\"", chunk, b"\"}"]),
            Some(_) if self.is_legacy_call => {
                out.put_all(&[b"{\"function_call\":{\"arguments\":\"", chunk, b"\"}}"]);
            }
            Some(call) => {
                let (kind, field) = (kind(call), input_field(call));
                out.put(b"{");
                put_index(step.index, out);
                out.put_all(&[b"\"", kind, b"\":{\"", field, b"\":\"", chunk, b"\"}}]}"]);
            }
        }
    }

    /// Writes an object of one of the choices, up to its delta.
    fn begin(&self, choice: usize, out: &mut Buffer) {
        let head = self.head.as_bytes();
        if choice == 0 {
            out.put_all(&[head, b"\",\"choices\":[{\"index\":0,\"delta\":"]);
            return;
        }
        out.put_all(&[
            head,
            b"\",\"choices\":[{\"index\":",
            itoa::Buffer::new().format(choice).as_bytes(),
            b",\"delta\":",
        ]);
    }

    /// Writes the rest of an object. `chunk` is the index of the text chunk in
    /// it, if there is one.
    fn end(&self, chunk: Option<usize>, reason: Option<&[u8]>, out: &mut Buffer) {
        match (self.logprobs, chunk) {
            (None, _) => {}
            (Some(_), None) => out.put(b",\"logprobs\":null"),
            (Some(top), Some(chunk)) => {
                out.put(b",\"logprobs\":");
                let top = usize::from(top);
                logprobs::put(&self.completion, chunk..chunk + 1, top, &mut |part| {
                    out.put(part)
                });
            }
        }
        let end = self.ending.of_chunk();
        match reason {
            None => out.put_all(&[b",\"finish_reason\":null}]", end]),
            Some(reason) => {
                out.put_all(&[b",\"finish_reason\":\"", reason, b"\"}]", end]);
            }
        }
    }
}

/// Writes the beginning of the list `tool_calls` with the index of its only
/// call.
fn put_index(index: usize, out: &mut Buffer) {
    let mut digits = itoa::Buffer::new();
    let index = digits.format(index).as_bytes();
    out.put_all(&[b"\"tool_calls\":[{\"index\":", index, b","]);
}

impl Body for Chunks {
    fn steps(&self) -> usize {
        self.completion.steps()
    }

    fn render(&self, number: usize, out: &mut Buffer) {
        let Some(step) = self.completion.step(number) else {
            return;
        };
        let is_last = number + 1 == self.steps();
        for choice in 0..usize::from(self.choices) {
            if step.begins {
                self.begin(choice, out);
                self.put_first(&step, choice, out);
                self.end(None, None, out);
            }
            if let Some(chunk) = step.chunk {
                #[cfg(feature = "inject-panic")]
                crate::util::inject::panic_if(chunk.starts_with(b"panic-in-render"));
                self.begin(choice, out);
                self.put_chunk(&step, chunk, out);
                self.end(Some(number), None, out);
            }
            if is_last {
                let reason = reason(&self.completion, self.is_legacy_call);
                self.begin(choice, out);
                out.put(b"{}");
                self.end(None, Some(reason.as_bytes()), out);
            }
        }
        if is_last {
            self.ending.put_stream(self.head.as_bytes(), out);
        }
    }

    fn progress(&self, steps: usize) -> Progress {
        let reason = reason(&self.completion, self.is_legacy_call);
        self.completion
            .progress(steps, usize::from(self.choices), reason)
    }
}
