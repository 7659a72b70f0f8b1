//! Chat completions (API reference, "Chat"): the objects
//! `chat.completion.chunk` and `chat.completion`.

mod chunks;
pub mod wish;

use chunks::Chunks;

use super::tools::takes;
use super::usage::Usage;
use super::{logprobs, request};
use crate::api::out::Out;
use crate::api::prompt::exact;
use crate::api::{Dialect, Said};
use crate::ask::Ask;
use crate::json::Digits;
use crate::saying::{Call, Finish};
use crate::sse;
use crate::stream::Frames;
use crate::tokens::Encoding;

/// The dialect of `/v1/chat/completions`.
pub struct Chat;

impl Dialect for Chat {
    fn id_prefix(&self) -> &'static str {
        "chatcmpl-"
    }

    fn ask(&self, body: &[u8]) -> Ask {
        let ask = request::read(body);
        #[cfg(feature = "inject-panic")]
        crate::inject::panic_if(ask.model.as_deref() == Some("panic in ask"));
        ask
    }

    fn prompt_tokens(&self, body: &[u8], encoding: Encoding) -> u64 {
        exact::of_messages(body, &["messages", "tools", "functions"], encoding)
    }

    fn stream(&self, said: &Said) -> Box<dyn Frames> {
        let mut head = Vec::with_capacity(head_len(said));
        head.extend_from_slice(sse::DATA);
        put_head(said, "chat.completion.chunk", &mut head);
        Box::new(Chunks::new(head, said))
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        const AROUND: usize = 120;
        const A_PART: usize = 160;
        let each = said.saying.size(A_PART) + AROUND;
        let usage = Usage::detailed(said);
        let around = head_len(said) + usage.as_bytes().len() + AROUND;
        let mut out = Vec::with_capacity(around + said.choices * each);
        put_head(said, "chat.completion", &mut out);
        for choice in 0..said.choices {
            out.extend_from_slice(if choice == 0 {
                b"{\"index\":"
            } else {
                b",{\"index\":"
            });
            out.extend_from_slice(Digits::of(choice as u64).as_bytes());
            out.extend_from_slice(b",\"message\":{\"role\":\"assistant\",\"content\":");
            put_message(said, choice, &mut out);
            out.extend_from_slice(b",\"refusal\":null},\"logprobs\":");
            match logprobs_of(said) {
                None => out.extend_from_slice(b"null"),
                Some(top) => logprobs::put(&said.saying, 0..said.saying.len(), top, &mut |part| {
                    out.extend_from_slice(part);
                }),
            }
            out.extend_from_slice(b",\"finish_reason\":\"");
            out.extend_from_slice(reason(said));
            out.extend_from_slice(b"\"}");
        }
        out.extend_from_slice(b"],\"usage\":");
        out.extend_from_slice(usage.as_bytes());
        out.push(b'}');
        out
    }
}

/// What a plain reply's message says, from the value of `content` on.
fn put_message(said: &Said, choice: usize, out: &mut Vec<u8>) {
    let parts = said.saying.parts();
    let calls = parts.iter().filter_map(|part| Some((part.call()?, part)));
    for (index, (call, part)) in calls.enumerate() {
        if said.ask.is_legacy_call {
            out.put(b"null,\"function_call\":");
            put_function(call, part.text(), out);
        } else {
            out.put(if index == 0 {
                b"null,\"tool_calls\":[{"
            } else {
                b",{"
            });
            put_call(call, choice, part.text(), out);
        }
    }
    if !said.saying.has_calls() {
        out.put_all(&[b"\"", said.saying.text(), b"\""]);
    } else if !said.ask.is_legacy_call {
        out.put(b"]");
    }
}

/// One of the list `tool_calls`, after its brace.
fn put_call(call: &Call, choice: usize, input: &[u8], out: &mut impl Out) {
    let kind = kind(call);
    let id = call.id(choice).as_bytes();
    out.put_all(&[
        b"\"id\":\"",
        id,
        b"\",\"type\":\"",
        kind,
        b"\",\"",
        kind,
        b"\":",
    ]);
    put_function(call, input, out);
    out.put(b"}");
}

/// What is called, and what it takes.
fn put_function(call: &Call, input: &[u8], out: &mut impl Out) {
    let name = call.name.as_bytes();
    out.put_all(&[
        b"{\"name\":\"",
        name,
        b"\",\"",
        takes(call),
        b"\":\"",
        input,
        b"\"}",
    ]);
}

/// The type of a call, and the field that says what is called.
fn kind(call: &Call) -> &'static [u8] {
    if call.is_custom {
        b"custom"
    } else {
        b"function"
    }
}

/// The part that all objects of a reply begin with, up to the list of choices.
fn put_head(said: &Said, object: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":\"");
    out.extend_from_slice(said.id.as_bytes());
    out.extend_from_slice(b"\",\"object\":\"");
    out.extend_from_slice(object.as_bytes());
    out.extend_from_slice(b"\",\"created\":");
    out.extend_from_slice(Digits::of(said.created).as_bytes());
    out.extend_from_slice(b",\"model\":\"");
    out.extend_from_slice(said.model.as_bytes());
    if let Some(tier) = said.ask.service_tier {
        out.extend_from_slice(b"\",\"service_tier\":\"");
        out.extend_from_slice(tier.as_bytes());
    }
    // Who gives a seed looks here whether it was kept.
    if said.ask.seed.is_some() {
        out.extend_from_slice(b"\",\"system_fingerprint\":\"");
        out.extend_from_slice(FINGERPRINT);
    }
    out.extend_from_slice(b"\",\"choices\":[");
}

/// The field `system_fingerprint`: it changes when what is made of a seed does.
const FINGERPRINT: &[u8] = b"fp_0000000001";

/// No less than what [`put_head`] writes.
fn head_len(said: &Said) -> usize {
    const FIXED: usize = 110;
    const TIER: usize = 30;
    const SEEDED: usize = 40;
    let tier = said.ask.service_tier.map_or(0, |_| TIER);
    let seeded = said.ask.seed.map_or(0, |_| SEEDED);
    FIXED + said.id.len() + said.model.as_bytes().len() + tier + seeded
}

/// `finish_reason`
fn reason(said: &Said) -> &'static [u8] {
    match (said.saying.finish(), said.saying.has_calls()) {
        (Finish::Length, _) => b"length",
        (Finish::Stop, false) => b"stop",
        (Finish::Stop, true) if said.ask.is_legacy_call => b"function_call",
        (Finish::Stop, true) => b"tool_calls",
    }
}

/// How many likely tokens come with each, if any probability does: the tokens of
/// a call and of a very long reply have none.
fn logprobs_of(said: &Said) -> Option<usize> {
    let tokens = said.saying.tokens().saturating_mul(said.choices);
    let has_any = !said.saying.has_calls() && tokens <= logprobs::MOST_TOKENS;
    said.ask.logprobs.filter(|_| has_any)
}

#[cfg(test)]
mod tests;
