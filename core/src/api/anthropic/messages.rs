//! Messages (API reference, "Messages" and "Streaming Messages"): the object
//! `message`, and the events of a streamed one.

use super::request;
use crate::api::out::Out;
use crate::api::{Dialect, Said};
use crate::ask::Ask;
use crate::batch::Batch;
use crate::json::{self, Digits};
use crate::reply::Body;
use crate::saying::{Call, Finish, Part, Saying};
use crate::sse;
use crate::stream::Frames;

/// The dialect of `/v1/messages`.
pub struct Messages;

impl Dialect for Messages {
    fn id_prefix(&self) -> &'static str {
        "msg_"
    }

    fn ask(&self, body: &[u8]) -> Ask {
        request::read(body)
    }

    fn call_id_prefix(&self) -> &'static str {
        "toolu_"
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &request::PROMPT
    }

    fn stream(&self, said: &Said) -> Body {
        Body::other(Events {
            start: start(said),
            end: end(said),
            saying: said.saying.clone(),
        })
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        let mut out = Vec::with_capacity(head_len(said) + said.saying.size(A_BLOCK));
        put_head(said, &mut out);
        for (index, part) in said.saying.parts().iter().enumerate() {
            out.put(if index == 0 { b"[" } else { b"," });
            put_block(part, &mut out);
        }
        out.put(b"],");
        put_stop(said, &mut out);
        out.put(b",\"usage\":");
        put_usage(said, said.saying.tokens(), &mut out);
        out.put(b"}");
        out
    }
}

/// No less than what a block has around its text and its name.
const A_BLOCK: usize = 120;

/// A block of the content. A call that a limit has cut takes nothing: what is
/// there of its input is no JSON.
fn put_block(part: &Part, out: &mut Vec<u8>) {
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

/// The block of a call, up to its input.
fn put_call(call: &Call, out: &mut impl Out) {
    out.put_all(&[
        b"{\"type\":\"tool_use\",\"id\":\"",
        call.id(0).as_bytes(),
        b"\",\"name\":\"",
        call.name.as_bytes(),
        b"\",\"input\":",
    ]);
}

/// A message up to its content.
fn put_head(said: &Said, out: &mut Vec<u8>) {
    out.put_all(&[
        b"{\"id\":\"",
        said.id.as_bytes(),
        b"\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"",
        said.model.as_bytes(),
        b"\",\"content\":",
    ]);
}

/// The sequence that ended the text, if one did.
fn stop_sequence<'a>(said: &Said<'a>) -> Option<&'a str> {
    let which = said.saying.stopped_by()?;
    said.ask.limits.stop.get(which).map(String::as_str)
}

/// `stop_reason` and `stop_sequence`
fn put_stop(said: &Said, out: &mut Vec<u8>) {
    match (stop_sequence(said), said.saying.finish()) {
        (Some(sequence), _) => {
            out.put(b"\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"");
            json::escape(sequence, out);
            out.put(b"\"");
        }
        (None, Finish::Stop) if said.saying.has_calls() => {
            out.put(b"\"stop_reason\":\"tool_use\",\"stop_sequence\":null");
        }
        (None, Finish::Stop) => {
            out.put(b"\"stop_reason\":\"end_turn\",\"stop_sequence\":null");
        }
        (None, Finish::Length) => {
            out.put(b"\"stop_reason\":\"max_tokens\",\"stop_sequence\":null");
        }
    }
}

/// `usage`: nothing is cached.
fn put_usage(said: &Said, output: usize, out: &mut Vec<u8>) {
    out.put_all(&[
        b"{\"input_tokens\":",
        Digits::of(said.prompt_tokens).as_bytes(),
        b",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":",
        Digits::of(output as u64).as_bytes(),
        b"}",
    ]);
}

/// No less than what a message has around its text, and `message_start` and
/// `message_delta` around theirs.
fn head_len(said: &Said) -> usize {
    const FIXED: usize = 600;
    const ESCAPED: usize = 6;
    let stop = stop_sequence(said).map_or(0, str::len);
    FIXED + said.id.as_bytes().len() + said.model.as_bytes().len() + stop * ESCAPED
}

/// The event before the content.
fn start(said: &Said) -> Vec<u8> {
    let mut out = Vec::with_capacity(head_len(said));
    out.put(b"event: message_start\ndata: {\"type\":\"message_start\",\"message\":");
    put_head(said, &mut out);
    out.put(b"[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
    // The first token is there when the message starts.
    put_usage(said, said.saying.tokens().min(1), &mut out);
    out.put_all(&[b"}}", sse::END]);
    out
}

/// The events after the content.
fn end(said: &Said) -> Vec<u8> {
    let mut out = Vec::with_capacity(head_len(said));
    out.put(b"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{");
    put_stop(said, &mut out);
    out.put(b"},\"usage\":");
    put_usage(said, said.saying.tokens(), &mut out);
    out.put_all(&[
        b"}",
        sse::END,
        b"event: message_stop\ndata: {\"type\":\"message_stop\"}",
        sse::END,
    ]);
    out
}

/// A streamed message. What comes before a block of the content comes with its
/// first piece, what comes after it with the last.
struct Events {
    start: Vec<u8>,
    end: Vec<u8>,
    saying: Saying,
}

impl Frames for Events {
    fn steps(&self) -> usize {
        self.saying.steps()
    }

    fn render(&self, number: usize, out: &mut Batch) {
        let Some(step) = self.saying.step(number) else {
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
        if let Some(piece) = step.piece {
            put_event(b"content_block_delta", &index, out);
            out.put(match step.part.call() {
                None => b",\"delta\":{\"type\":\"text_delta\",\"text\":\"",
                Some(_) => b",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"",
            });
            out.put_all(&[piece, b"\"}}", sse::END]);
        }
        if step.ends {
            put_event(b"content_block_stop", &index, out);
            out.put_all(&[b"}", sse::END]);
        }
        if number + 1 == self.steps() {
            out.put(&self.end);
        }
    }
}

/// An event about a block, up to the fields that are its own.
fn put_event(name: &[u8], index: &Digits, out: &mut Batch) {
    out.put_all(&[sse::EVENT, name, b"\n", sse::DATA, b"{\"type\":\"", name]);
    out.put_all(&[b"\",\"index\":", index.as_bytes()]);
}

#[cfg(test)]
mod tests;
