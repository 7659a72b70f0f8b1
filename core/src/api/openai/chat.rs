//! Chat completions (API reference, "Chat"): the objects
//! `chat.completion.chunk` and `chat.completion`.

mod chunks;
pub mod wish;

pub use chunks::Chunks;

use super::tools::takes;
use super::usage::Usage;
use super::{logprobs, request};
use crate::api::out::Out;
use crate::api::{Dialect, Said};
use crate::ask::Ask;
use crate::json::Digits;
use crate::reply::Body;
use crate::saying::{Call, Finish, Saying};
use crate::short::Short;

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

    fn prompt_fields(&self) -> &'static [&'static str] {
        &["messages", "tools", "functions"]
    }

    fn stream(&self, said: &Said) -> Body {
        Body::Chat(Chunks::new(said))
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        const AROUND: usize = 120;
        const A_PART: usize = 160;
        let each = said.saying.size(A_PART) + AROUND;
        let usage = Usage::detailed(said);
        let head = head(b"", said, "chat.completion");
        let around = head.as_bytes().len() + usage.longest() + AROUND;
        let mut out = Vec::with_capacity(around + said.choices * each);
        out.put_all(&[head.as_bytes(), b"\",\"choices\":["]);
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
            out.extend_from_slice(reason(&said.saying, said.ask.is_legacy_call));
            out.extend_from_slice(b"\"}");
        }
        out.extend_from_slice(b"],\"usage\":");
        usage.put(&mut out);
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

/// What all objects of a reply begin with, up to the last string before the
/// list of choices. One with a model's name of up to 26 letters lies in its
/// stream.
type Head = Short<142>;

/// What all objects of a reply begin with, after the `framing`.
fn head(framing: &[u8], said: &Said, object: &str) -> Head {
    const NOT_THERE: (&[u8], &[u8]) = (b"", b"");
    let (tier_name, tier) = match said.ask.service_tier {
        None => NOT_THERE,
        Some(tier) => (b"\",\"service_tier\":\"".as_slice(), tier.as_bytes()),
    };
    // Who gives a seed looks here whether it was kept.
    let (fingerprint_name, fingerprint) = match said.ask.seed {
        None => NOT_THERE,
        Some(_) => (b"\",\"system_fingerprint\":\"".as_slice(), FINGERPRINT),
    };
    Head::new(&[
        framing,
        b"{\"id\":\"",
        said.id.as_bytes(),
        b"\",\"object\":\"",
        object.as_bytes(),
        b"\",\"created\":",
        Digits::of(said.created).as_bytes(),
        b",\"model\":\"",
        said.model.as_bytes(),
        tier_name,
        tier,
        fingerprint_name,
        fingerprint,
    ])
}

/// The field `system_fingerprint`: it changes when what is made of a seed does.
const FINGERPRINT: &[u8] = b"fp_0000000001";

/// `finish_reason`
fn reason(saying: &Saying, is_legacy_call: bool) -> &'static [u8] {
    match (saying.finish(), saying.has_calls()) {
        (Finish::Length, _) => b"length",
        (Finish::Stop, false) => b"stop",
        (Finish::Stop, true) if is_legacy_call => b"function_call",
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
