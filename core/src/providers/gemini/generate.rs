//! Generating content (API reference, "Generating content"): the
//! `GenerateContentResponse` object, whole or as a stream of objects.

use super::request;
use crate::completion::{
    Completion, ContentPart, FinishReason, Framing, Generation, GenerationRequest, StreamField,
};
use crate::engine::{Body, BoxedBody, Buffer, Progress, Sink, sse};
use crate::json::escape::Digits;
use crate::providers::dialect::{Dialect, Source};

/// The dialect of `:generateContent` and `:streamGenerateContent`.
pub struct GenerateContent {
    /// Whether this is `:streamGenerateContent`. The path selects a stream, not
    /// the body.
    pub streams: bool,
}

impl Dialect for GenerateContent {
    fn id_prefix(&self) -> &'static str {
        ""
    }

    fn read(&self, source: &Source) -> GenerationRequest {
        let mut request = request::read(source);
        request.stream = if self.streams {
            StreamField::True
        } else {
            StreamField::False
        };
        request
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &request::PROMPT
    }

    fn finish_reason(&self, completion: &Completion, _request: &GenerationRequest) -> &'static str {
        finish_reason(completion)
    }

    fn stream(&self, generation: &Generation) -> BoxedBody {
        BoxedBody::new(Parts {
            framing: generation.request.framing,
            response: Response::of(generation),
        })
    }

    fn plain(&self, generation: &Generation) -> Vec<u8> {
        const CANDIDATE: usize = 120;
        const A_PART: usize = 60;
        let response = Response::of(generation);
        let candidates =
            generation.request.choices * (generation.completion.size(A_PART) + CANDIDATE);
        let mut out = Vec::with_capacity(response.tail.len() + candidates + CANDIDATE);
        let finish = Some(generation.completion.finish());
        let parts = generation.completion.parts().iter();
        let parts = parts.map(|part| (part, part.text()));
        response.put(parts, finish, generation.completion.tokens(), &mut out);
        out
    }
}

/// Writes a content part: a whole tool call or a chunk of the text. A tool call
/// that a limit truncates has empty arguments, because a part of them is not
/// valid JSON.
fn put_part(part: &ContentPart, chunk: &[u8], out: &mut impl Sink) {
    let Some(call) = part.call() else {
        out.put_all(&[b"{\"text\":\"", chunk, b"\"}"]);
        return;
    };
    out.put(b"{\"functionCall\":{\"name\":\"");
    out.put_all(&[call.name.as_bytes(), b"\",\"args\":"]);
    match part.is_whole() {
        true => out.put_document(part.text()),
        false => out.put(b"{}"),
    }
    out.put(b"}}");
}

/// Returns the value of `finishReason`.
fn finish_reason(completion: &Completion) -> &'static str {
    match completion.finish() {
        FinishReason::Stop => "STOP",
        FinishReason::Length => "MAX_TOKENS",
    }
}

/// The data of all objects of a response.
struct Response {
    completion: Completion,
    candidates: usize,
    prompt_tokens: u64,
    /// The rendered end of each object, from the end of the usage.
    tail: Vec<u8>,
}

impl Response {
    fn of(generation: &Generation) -> Self {
        Self {
            completion: generation.completion.clone(),
            candidates: generation.request.choices,
            prompt_tokens: generation.prompt_tokens,
            tail: [
                b"},\"modelVersion\":\"",
                generation.model.as_bytes(),
                b"\",\"responseId\":\"",
                generation.id.as_bytes(),
                b"\"}",
            ]
            .concat(),
        }
    }

    /// Writes one object. Every candidate has these parts. `tokens` is the
    /// number of tokens that a candidate has so far.
    fn put<'a>(
        &self,
        parts: impl Iterator<Item = (&'a ContentPart, &'a [u8])> + Clone,
        finish: Option<FinishReason>,
        tokens: usize,
        out: &mut impl Sink,
    ) {
        out.put(b"{\"candidates\":[");
        for index in 0..self.candidates {
            if index > 0 {
                out.put(b",");
            }
            out.put(b"{\"content\":{\"parts\":[");
            for (nth, (part, chunk)) in parts.clone().enumerate() {
                if nth > 0 {
                    out.put(b",");
                }
                put_part(part, chunk, out);
            }
            out.put_all(&[
                b"],\"role\":\"model\"},",
                match finish {
                    None => b"".as_slice(),
                    Some(FinishReason::Stop) => b"\"finishReason\":\"STOP\",",
                    Some(FinishReason::Length) => b"\"finishReason\":\"MAX_TOKENS\",",
                },
                b"\"index\":",
                Digits::of(index as u64).as_bytes(),
                b"}",
            ]);
        }
        let tokens = (tokens as u64).saturating_mul(self.candidates as u64);
        out.put_all(&[
            b"],\"usageMetadata\":{\"promptTokenCount\":",
            Digits::of(self.prompt_tokens).as_bytes(),
            b",\"candidatesTokenCount\":",
            Digits::of(tokens).as_bytes(),
            b",\"totalTokenCount\":",
            Digits::of(self.prompt_tokens.saturating_add(tokens)).as_bytes(),
            &self.tail,
        ]);
    }
}

/// A streamed response. Each object holds one chunk of the text, and the last
/// object holds the finish reason. A tool call is one object, sent when its
/// last chunk is due.
struct Parts {
    framing: Framing,
    response: Response,
}

impl Body for Parts {
    fn steps(&self) -> usize {
        self.response.completion.steps()
    }

    fn render(&self, number: usize, out: &mut Buffer) {
        let completion = &self.response.completion;
        let Some(step) = completion.step(number) else {
            return;
        };
        let is_call = step.part.call().is_some();
        if is_call && !step.ends {
            return;
        }
        let is_first = if is_call {
            step.index == 0
        } else {
            step.begins
        };
        let is_last = number + 1 == self.steps();
        out.put(match self.framing {
            Framing::Array if is_first => b"[",
            Framing::Array => b",\r\n",
            _ => sse::DATA,
        });
        let finish = is_last.then(|| completion.finish());
        let tokens = completion.tokens_before(number + 1);
        let part = std::iter::once((step.part, step.chunk.unwrap_or_default()));
        self.response.put(part, finish, tokens, out);
        match self.framing {
            Framing::Array if is_last => out.put(b"]"),
            Framing::Array => {}
            _ => out.put(sse::END),
        }
    }

    fn progress(&self, steps: usize) -> Progress {
        let Response {
            completion,
            candidates,
            ..
        } = &self.response;
        completion.progress(steps, *candidates, finish_reason(completion))
    }
}

#[cfg(test)]
mod tests;
