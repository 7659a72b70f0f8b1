//! The objects of `/api/chat` and `/api/generate` (`api/types.go`,
//! `ChatResponse`, `GenerateResponse` and `Metrics`). A stream has one on each
//! line, a plain response a single one.

use super::request;
use crate::completion::{
    Completion, ContentPart, FinishReason, Generation, GenerationRequest, Timing,
};
use crate::engine::{Body, Buffer, Progress, Sink};
use crate::json::Digits;
use crate::util::Timestamp;
use crate::util::time::Micros;

/// The endpoint of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `/api/chat`: the text is in a message.
    Chat,
    /// `/api/generate`: the text is in the field `response`.
    Generate,
}

/// Returns the value of `done_reason`. Tool calls have no reason of their own.
pub fn done_reason(completion: &Completion, request: &GenerationRequest) -> &'static str {
    if request::is_load(request) {
        return "load";
    }
    match completion.finish() {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
    }
}

/// A streamed response: a line for each chunk of text or for each whole tool
/// call, and a last line with the reason and the counts.
pub struct Lines {
    kind: Kind,
    completion: Completion,
    /// The rendered beginning of each object, up to the time.
    head: Vec<u8>,
    timing: Timing,
    prompt_tokens: u64,
    done_reason: &'static str,
    /// Whether the request only loads the model. The response then has no
    /// counts.
    is_load: bool,
}

impl Lines {
    /// Creates the response of an endpoint.
    pub fn of(kind: Kind, generation: &Generation) -> Self {
        let model = generation.model.as_bytes();
        Self {
            kind,
            head: [b"{\"model\":\"", model, b"\",\"created_at\":\""].concat(),
            timing: generation.timing,
            prompt_tokens: generation.prompt_tokens,
            done_reason: done_reason(&generation.completion, generation.request),
            is_load: request::is_load(generation.request),
            completion: generation.completion.clone(),
        }
    }

    /// Renders the single object of a plain response.
    pub fn plain(&self) -> Vec<u8> {
        const FIXED: usize = 400;
        const A_PART: usize = 120;
        let len = self.head.len() + self.completion.size(A_PART) + FIXED;
        let mut out = Vec::with_capacity(len);
        let parts = self.completion.parts().iter().enumerate();
        self.put_last(
            parts.map(|(index, part)| (index, part, part.text())),
            &mut out,
        );
        out
    }

    /// Returns the index of the last step.
    fn last(&self) -> usize {
        self.completion.steps() - 1
    }

    /// Writes the object of a step up to, and without, `done`. Each part comes
    /// with its index.
    fn put_open<'a>(
        &self,
        step: usize,
        parts: impl Iterator<Item = (usize, &'a ContentPart, &'a [u8])> + Clone,
        out: &mut impl Sink,
    ) {
        let time = Timestamp::of(self.timing.time_of(step));
        out.put_all(&[&self.head, time.as_bytes()]);
        out.put(match self.kind {
            Kind::Chat => b"\",\"message\":{\"role\":\"assistant\",\"content\":\"",
            Kind::Generate => b"\",\"response\":\"",
        });
        for (_, part, text) in parts.clone() {
            if part.call().is_none() {
                out.put(text);
            }
        }
        out.put(b"\"");
        let mut calls = parts
            .filter(|(_, part, _)| part.call().is_some())
            .peekable();
        if calls.peek().is_some() {
            out.put(b",\"tool_calls\":[");
            for (nth, (index, part, _)) in calls.enumerate() {
                if nth > 0 {
                    out.put(b",");
                }
                put_call(index, part, out);
            }
            out.put(b"]");
        }
        if self.kind == Kind::Chat {
            out.put(b"}");
        }
    }

    /// Writes the last object.
    fn put_last<'a>(
        &self,
        parts: impl Iterator<Item = (usize, &'a ContentPart, &'a [u8])> + Clone,
        out: &mut impl Sink,
    ) {
        self.put_open(self.last(), parts, out);
        out.put_all(&[
            b",\"done\":true,\"done_reason\":\"",
            self.done_reason.as_bytes(),
            b"\"",
        ]);
        if !self.is_load {
            self.put_metrics(out);
        }
        out.put(b"}");
    }

    /// Writes the counts, and the planned durations in nanoseconds. Durations
    /// that clients divide by are never 0, as with real models.
    fn put_metrics(&self, out: &mut impl Sink) {
        const LEAST: Micros = 1;
        let first = self.timing.elapsed(0);
        let prompt = first.max(LEAST);
        let eval = self
            .timing
            .elapsed(self.last())
            .saturating_sub(first)
            .max(LEAST);
        for (name, value) in [
            ("total_duration", nanoseconds(prompt.saturating_add(eval))),
            ("load_duration", 0),
            ("prompt_eval_count", self.prompt_tokens),
            ("prompt_eval_duration", nanoseconds(prompt)),
            ("eval_count", self.completion.tokens() as u64),
            ("eval_duration", nanoseconds(eval)),
        ] {
            let value = Digits::of(value);
            out.put_all(&[b",\"", name.as_bytes(), b"\":", value.as_bytes()]);
        }
    }
}

/// Converts microseconds to nanoseconds, capped to the 64-bit signed integers
/// that Ollama's clients read.
pub fn nanoseconds(micros: Micros) -> u64 {
    micros.saturating_mul(1_000).min(i64::MAX as u64)
}

/// Writes a tool call. Truncated arguments are not valid JSON, so they are
/// replaced with `{}`.
fn put_call(index: usize, part: &ContentPart, out: &mut impl Sink) {
    let Some(call) = part.call() else {
        return;
    };
    out.put_all(&[
        b"{\"id\":\"",
        call.id(0).as_bytes(),
        b"\",\"function\":{\"index\":",
        Digits::of(index as u64).as_bytes(),
        b",\"name\":\"",
        call.name.as_bytes(),
        b"\",\"arguments\":",
    ]);
    match part.is_whole() {
        true => out.put_document(part.text()),
        false => out.put(b"{}"),
    }
    out.put(b"}}");
}

impl Body for Lines {
    fn steps(&self) -> usize {
        self.completion.steps()
    }

    fn render(&self, number: usize, out: &mut Buffer) {
        let Some(step) = self.completion.step(number) else {
            return;
        };
        let is_call = step.part.call().is_some();
        // A tool call is one line, sent when its last chunk is due.
        if let Some(chunk) = step.chunk.filter(|_| !is_call || step.ends) {
            let part = std::iter::once((step.index, step.part, chunk));
            self.put_open(number, part, out);
            out.put(b",\"done\":false}\n");
        }
        if number == self.last() {
            self.put_last(std::iter::empty(), out);
            out.put(b"\n");
        }
    }

    fn progress(&self, steps: usize) -> Progress {
        self.completion.progress(steps, 1, self.done_reason)
    }
}
