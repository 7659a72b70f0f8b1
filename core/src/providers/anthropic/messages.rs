//! The Messages API (API reference, "Messages" and "Streaming Messages"): the
//! `message` object, and the events of a stream.

use super::request;
use crate::completion::{
    Completion, ContentPart, FinishReason, Generation, GenerationRequest, ToolCall,
};
use crate::engine::{Body, BoxedBody, Buffer, Progress, Sink, sse};
use crate::json::{self, Digits};
use crate::providers::dialect::{Dialect, Source};

/// The dialect of `/v1/messages`.
pub struct Messages;

impl Dialect for Messages {
    fn id_prefix(&self) -> &'static str {
        "msg_"
    }

    fn read(&self, source: &Source) -> GenerationRequest {
        request::read(source.body)
    }

    fn call_id_prefix(&self) -> &'static str {
        "toolu_"
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &request::PROMPT
    }

    fn finish_reason(&self, completion: &Completion, _request: &GenerationRequest) -> &'static str {
        stop_reason(completion)
    }

    fn stream(&self, generation: &Generation) -> BoxedBody {
        BoxedBody::new(Events {
            start: start(generation),
            end: end(generation),
            completion: generation.completion.clone(),
        })
    }

    fn plain(&self, generation: &Generation) -> Vec<u8> {
        let mut out =
            Vec::with_capacity(head_len(generation) + generation.completion.size(A_BLOCK));
        put_head(generation, &mut out);
        for (index, part) in generation.completion.parts().iter().enumerate() {
            out.put(if index == 0 { b"[" } else { b"," });
            put_block(part, &mut out);
        }
        out.put(b"],");
        put_stop(generation, &mut out);
        out.put(b",\"usage\":");
        put_usage(generation, generation.completion.tokens(), &mut out);
        out.put(b"}");
        out
    }
}

/// An upper bound of the bytes around the text and the name of a block.
const A_BLOCK: usize = 120;

/// Writes a content block. A tool call that a limit truncates has an empty
/// input, because a part of its input is not valid JSON.
fn put_block(part: &ContentPart, out: &mut Vec<u8>) {
    let Some(call) = part.call() else {
        out.put_all(&[b"{\"type\":\"text\",\"text\":\"", part.text(), b"\"}"]);
        return;
    };
    put_call(call, out);
    match part.is_whole() {
        true => out.put_document(part.text()),
        false => out.put(b"{}"),
    }
    out.put(b"}");
}

/// Writes the block of a tool call up to its input.
fn put_call(call: &ToolCall, out: &mut impl Sink) {
    out.put_all(&[
        b"{\"type\":\"tool_use\",\"id\":\"",
        call.id(0).as_bytes(),
        b"\",\"name\":\"",
        call.name.as_bytes(),
        b"\",\"input\":",
    ]);
}

/// Writes a message up to its content.
fn put_head(generation: &Generation, out: &mut Vec<u8>) {
    out.put_all(&[
        b"{\"id\":\"",
        generation.id.as_bytes(),
        b"\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"",
        generation.model.as_bytes(),
        b"\",\"content\":",
    ]);
}

/// Returns the stop sequence that ended the text, if there is one.
fn stop_sequence<'a>(generation: &Generation<'a>) -> Option<&'a str> {
    let which = generation.completion.stopped_by()?;
    generation
        .request
        .limits
        .stop
        .get(which)
        .map(String::as_str)
}

/// Returns the value of `stop_reason`.
fn stop_reason(completion: &Completion) -> &'static str {
    match (completion.stopped_by(), completion.finish()) {
        (Some(_), _) => "stop_sequence",
        (None, FinishReason::Length) => "max_tokens",
        (None, FinishReason::Stop) if completion.has_calls() => "tool_use",
        (None, FinishReason::Stop) => "end_turn",
    }
}

/// Writes `stop_reason` and `stop_sequence`.
fn put_stop(generation: &Generation, out: &mut Vec<u8>) {
    let reason = stop_reason(&generation.completion).as_bytes();
    out.put_all(&[b"\"stop_reason\":\"", reason, b"\",\"stop_sequence\":"]);
    match stop_sequence(generation) {
        None => out.put(b"null"),
        Some(sequence) => {
            out.put(b"\"");
            json::escape(sequence, out);
            out.put(b"\"");
        }
    }
}

/// Writes the `usage` object. No tokens are cached.
fn put_usage(generation: &Generation, output: usize, out: &mut Vec<u8>) {
    out.put_all(&[
        b"{\"input_tokens\":",
        Digits::of(generation.prompt_tokens).as_bytes(),
        b",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":",
        Digits::of(output as u64).as_bytes(),
        b"}",
    ]);
}

/// Returns an upper bound of the bytes around the text of a message, and of the
/// `message_start` and `message_delta` events.
fn head_len(generation: &Generation) -> usize {
    const FIXED: usize = 600;
    const ESCAPED: usize = 6;
    let stop = stop_sequence(generation).map_or(0, str::len);
    FIXED + generation.id.as_bytes().len() + generation.model.as_bytes().len() + stop * ESCAPED
}

/// Renders the event before the content.
fn start(generation: &Generation) -> Vec<u8> {
    let mut out = Vec::with_capacity(head_len(generation));
    out.put(b"event: message_start\ndata: {\"type\":\"message_start\",\"message\":");
    put_head(generation, &mut out);
    out.put(b"[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
    // The first token is already generated when the message starts.
    put_usage(generation, generation.completion.tokens().min(1), &mut out);
    out.put_all(&[b"}}", sse::END]);
    out
}

/// Renders the events after the content.
fn end(generation: &Generation) -> Vec<u8> {
    let mut out = Vec::with_capacity(head_len(generation));
    out.put(b"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{");
    put_stop(generation, &mut out);
    out.put(b"},\"usage\":");
    put_usage(generation, generation.completion.tokens(), &mut out);
    out.put_all(&[
        b"}",
        sse::END,
        b"event: message_stop\ndata: {\"type\":\"message_stop\"}",
        sse::END,
    ]);
    out
}

/// A streamed message. The events before a content block are sent with its
/// first chunk, and the events after it with its last chunk.
struct Events {
    start: Vec<u8>,
    end: Vec<u8>,
    completion: Completion,
}

impl Body for Events {
    fn steps(&self) -> usize {
        self.completion.steps()
    }

    fn render(&self, number: usize, out: &mut Buffer) {
        let Some(step) = self.completion.step(number) else {
            return;
        };
        let index = Digits::of(step.index as u64);
        if number == 0 {
            out.put(&self.start);
        }
        if step.begins {
            put_event(b"content_block_start", &index, out);
            out.put(b",\"content_block\":");
            match step.part.call() {
                None => out.put(b"{\"type\":\"text\",\"text\":\"\"}}"),
                Some(call) => {
                    put_call(call, out);
                    out.put(b"{}}}");
                }
            }
            out.put(sse::END);
        }
        if number == 0 {
            out.put_all(&[b"event: ping\ndata: {\"type\":\"ping\"}", sse::END]);
        }
        if let Some(chunk) = step.chunk {
            put_event(b"content_block_delta", &index, out);
            out.put(match step.part.call() {
                None => b",\"delta\":{\"type\":\"text_delta\",\"text\":\"",
                Some(_) => b",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"",
            });
            out.put_all(&[chunk, b"\"}}", sse::END]);
        }
        if step.ends {
            put_event(b"content_block_stop", &index, out);
            out.put_all(&[b"}", sse::END]);
        }
        if number + 1 == self.steps() {
            out.put(&self.end);
        }
    }

    fn progress(&self, steps: usize) -> Progress {
        let reason = stop_reason(&self.completion);
        self.completion.progress(steps, 1, reason)
    }
}

/// Writes an event about a block, up to the fields of its type.
fn put_event(name: &[u8], index: &Digits, out: &mut Buffer) {
    out.put_all(&[sse::EVENT, name, b"\n", sse::DATA, b"{\"type\":\"", name]);
    out.put_all(&[b"\",\"index\":", index.as_bytes()]);
}

#[cfg(test)]
mod tests;
