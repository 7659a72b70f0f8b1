//! Chat completions (API reference, "Chat"): the `chat.completion.chunk` and
//! `chat.completion` objects.

mod chunks;
pub mod output;

pub use chunks::Chunks;

use super::tools::input_field;
use super::usage::Usage;
use super::{logprobs, request};
use crate::completion::{Completion, FinishReason, Generation, GenerationRequest, ToolCall};
use crate::engine::{BoxedBody, Sink};
use crate::providers::dialect::{Dialect, Source};
use crate::util::InlineBytes;

/// The dialect of `/v1/chat/completions`.
pub struct Chat;

impl Dialect for Chat {
    fn id_prefix(&self) -> &'static str {
        "chatcmpl-"
    }

    fn read(&self, source: &Source) -> GenerationRequest {
        let request = request::read(source.body);
        #[cfg(feature = "inject-panic")]
        crate::util::inject::panic_if(request.model.as_deref() == Some("panic in ask"));
        request
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &["messages", "tools", "functions"]
    }

    fn finish_reason(&self, completion: &Completion, request: &GenerationRequest) -> &'static str {
        reason(completion, request.is_legacy_call)
    }

    fn stream(&self, generation: &Generation) -> BoxedBody {
        BoxedBody::new(Chunks::new(generation))
    }

    fn plain(&self, generation: &Generation) -> Vec<u8> {
        const AROUND: usize = 120;
        const A_PART: usize = 160;
        let top = logprobs_of(generation);
        let logprobs = top.map_or(0, |top| logprobs::longest(&generation.completion, top));
        let each = generation.completion.size(A_PART) + logprobs + AROUND;
        let usage = Usage::detailed(generation);
        let head = head(
            b"{\"id\":\"",
            generation,
            b"\",\"object\":\"chat.completion\",\"created\":",
            NO_FIELDS,
        );
        let around = head.as_bytes().len() + usage.longest() + AROUND;
        let mut out = Vec::with_capacity(around + generation.request.choices * each);
        out.put_all(&[head.as_bytes(), b"\",\"choices\":["]);
        for choice in 0..generation.request.choices {
            out.extend_from_slice(if choice == 0 {
                b"{\"index\":"
            } else {
                b",{\"index\":"
            });
            out.extend_from_slice(itoa::Buffer::new().format(choice).as_bytes());
            out.extend_from_slice(b",\"message\":{\"role\":\"assistant\",\"content\":");
            put_message(generation, choice, &mut out);
            out.extend_from_slice(b",\"refusal\":null},\"logprobs\":");
            match top {
                None => out.extend_from_slice(b"null"),
                Some(top) => logprobs::put(
                    &generation.completion,
                    0..generation.completion.len(),
                    top,
                    &mut |part| {
                        out.extend_from_slice(part);
                    },
                ),
            }
            out.extend_from_slice(b",\"finish_reason\":\"");
            let reason = reason(&generation.completion, generation.request.is_legacy_call);
            out.extend_from_slice(reason.as_bytes());
            out.extend_from_slice(b"\"}");
        }
        out.extend_from_slice(b"],\"usage\":");
        usage.put(&mut out);
        // Clients rely on the tier of a plain response: litellm's Groq provider
        // reads it.
        let tier = generation.request.service_tier.unwrap_or("default");
        out.put_all(&[b",\"service_tier\":\"", tier.as_bytes()]);
        if generation.request.seed.is_some() {
            out.put(FINGERPRINT);
        }
        out.put(b"\"}");
        out
    }
}

/// Writes the message of a plain response, from the value of `content` on.
fn put_message(generation: &Generation, choice: usize, out: &mut Vec<u8>) {
    let parts = generation.completion.parts();
    let calls = parts.iter().filter_map(|part| Some((part.call()?, part)));
    for (index, (call, part)) in calls.enumerate() {
        if generation.request.is_legacy_call {
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
    if !generation.completion.has_calls() {
        out.put_all(&[b"\"", generation.completion.text(), b"\""]);
    } else if !generation.request.is_legacy_call {
        out.put(b"]");
    }
}

/// Writes an item of the list `tool_calls`, after its opening brace.
fn put_call(call: &ToolCall, choice: usize, input: &[u8], out: &mut impl Sink) {
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

/// Writes the name of the function or tool, and its input.
fn put_function(call: &ToolCall, input: &[u8], out: &mut impl Sink) {
    let name = call.name.as_bytes();
    out.put_all(&[
        b"{\"name\":\"",
        name,
        b"\",\"",
        input_field(call),
        b"\":\"",
        input,
        b"\"}",
    ]);
}

/// Returns the type of a tool call, which is also the name of the field with
/// the tool.
fn kind(call: &ToolCall) -> &'static [u8] {
    if call.is_custom {
        b"custom"
    } else {
        b"function"
    }
}

/// The beginning of all objects of a response, up to the last string before the
/// list of choices. With a model name of up to 26 letters it is stored inline.
type Head = InlineBytes<142>;

/// The optional fields of a chunk, after the model: the field `service_tier` up
/// to its value (with the quote that ends the model), the tier, and the
/// fingerprint.
type Fields = [&'static [u8]; 3];

const NO_FIELDS: Fields = [b""; 3];

/// Returns the optional fields of each chunk, if the request asks for them.
fn fields_of_chunks(generation: &Generation) -> Fields {
    let [mut tier_name, mut tier, mut fingerprint] = NO_FIELDS;
    if let Some(name) = generation.request.service_tier {
        (tier_name, tier) = (b"\",\"service_tier\":\"", name.as_bytes());
    }
    // Clients that send a seed compare this field.
    if generation.request.seed.is_some() {
        fingerprint = FINGERPRINT;
    }
    [tier_name, tier, fingerprint]
}

/// Renders the beginning of all objects of a response: `opening`, the id,
/// `object`, the time, the model, and the optional fields.
fn head(opening: &[u8], generation: &Generation, object: &[u8], fields: Fields) -> Head {
    let [tier_name, tier, fingerprint] = fields;
    Head::new(&[
        opening,
        generation.id.as_bytes(),
        object,
        itoa::Buffer::new()
            .format(generation.timing.start_seconds())
            .as_bytes(),
        b",\"model\":\"",
        generation.model.as_bytes(),
        tier_name,
        tier,
        fingerprint,
    ])
}

/// The end of a string, and the field `system_fingerprint` without its closing
/// quote. Change the value when the data that a seed generates changes.
const FINGERPRINT: &[u8] = b"\",\"system_fingerprint\":\"fp_0000000001";

/// Returns the value of `finish_reason`.
fn reason(completion: &Completion, is_legacy_call: bool) -> &'static str {
    match (completion.finish(), completion.has_calls()) {
        (FinishReason::Length, _) => "length",
        (FinishReason::Stop, false) => "stop",
        (FinishReason::Stop, true) if is_legacy_call => "function_call",
        (FinishReason::Stop, true) => "tool_calls",
    }
}

/// Returns the number of likely tokens listed for each token, or `None` if the
/// response has no probabilities. Tool calls and very long responses have none.
fn logprobs_of(generation: &Generation) -> Option<usize> {
    let top = generation.request.logprobs?;
    let tokens = generation
        .completion
        .tokens()
        .saturating_mul(generation.request.choices);
    let has_any = !generation.completion.has_calls() && tokens <= logprobs::MOST_TOKENS;
    has_any.then_some(top)
}

#[cfg(test)]
mod tests;
