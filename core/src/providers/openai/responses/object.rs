//! The `response` object (API reference, "Responses", "The response object").

use crate::completion::{Completion, ContentPart, FinishReason, Generation};
use crate::engine::Sink;
use crate::json::escape::Digits;
use crate::providers::openai::tools::input_field;

/// The status of a response, or of an item of its output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// There is no output yet.
    InProgress,
    /// The output is complete.
    Completed,
    /// `max_output_tokens` truncated the output.
    Incomplete,
}

impl Status {
    /// Returns the final status of a response.
    pub fn at_end(completion: &Completion) -> Self {
        match completion.finish() {
            FinishReason::Stop => Self::Completed,
            FinishReason::Length => Self::Incomplete,
        }
    }

    /// Returns the value of the field `status`.
    pub fn name(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Incomplete => "incomplete",
        }
    }

    /// Returns the value of `incomplete_details`.
    fn details(self) -> &'static [u8] {
        match self {
            Self::Incomplete => b"{\"reason\":\"max_output_tokens\"}",
            Self::InProgress | Self::Completed => b"null",
        }
    }
}

/// A response whose constant parts are rendered once.
pub struct Response {
    /// The object up to the status.
    opening: Vec<u8>,
    /// The object from the model to the list of output items.
    middle: Vec<u8>,
    usage: Vec<u8>,
    /// The random part of the id of a message.
    random: Vec<u8>,
    /// The output items: one message, or tool calls.
    pub completion: Completion,
}

impl Response {
    /// Creates the object for a completion.
    pub fn of(generation: &Generation) -> Self {
        Self {
            opening: [
                b"{\"id\":\"",
                generation.id.as_bytes(),
                b"\",\"object\":\"response\",\"created_at\":",
                Digits::of(generation.timing.start_seconds()).as_bytes(),
                b",\"status\":\"",
            ]
            .concat(),
            middle: [
                b",\"model\":\"".as_slice(),
                generation.model.as_bytes(),
                b"\",",
                &generation.request.echo,
                b",\"output\":[",
            ]
            .concat(),
            usage: usage(generation),
            random: generation.id.random().to_vec(),
            completion: generation.completion.clone(),
        }
    }

    /// Returns an upper bound of the bytes that [`Response::put`] writes.
    pub fn len(&self) -> usize {
        const FIXED: usize = 400;
        const AN_ITEM: usize = 240;
        let parts = [&self.opening, &self.middle, &self.usage, &self.random];
        let parts: usize = parts.iter().map(|part| part.len()).sum();
        FIXED + parts + self.completion.size(AN_ITEM)
    }

    /// Writes the whole object.
    pub fn put(&self, status: Status, out: &mut impl Sink) {
        out.put_all(&[
            &self.opening,
            status.name().as_bytes(),
            b"\",\"error\":null,\"incomplete_details\":",
            status.details(),
            &self.middle,
        ]);
        if status == Status::InProgress {
            out.put(b"]}");
            return;
        }
        for (index, item) in self.completion.parts().iter().enumerate() {
            if index > 0 {
                out.put(b",");
            }
            self.put_item(item, self.status_at_end(index), out);
        }
        out.put_all(&[b"],\"usage\":", &self.usage, b"}"]);
    }

    /// Returns the final status of output item `index`. Only the last item can
    /// be truncated.
    pub fn status_at_end(&self, index: usize) -> Status {
        match index + 1 == self.completion.parts().len() {
            true => Status::at_end(&self.completion),
            false => Status::Completed,
        }
    }

    /// Writes an output item. An item in progress has no content.
    pub fn put_item(&self, item: &ContentPart, status: Status, out: &mut impl Sink) {
        let text = match status {
            Status::InProgress => b"",
            Status::Completed | Status::Incomplete => item.text(),
        };
        out.put(b"{\"id\":\"");
        self.put_item_id(item, out);
        let Some(call) = item.call() else {
            out.put_all(&[
                b"\",\"type\":\"message\",\"status\":\"",
                status.name().as_bytes(),
                b"\",\"role\":\"assistant\",\"content\":[",
            ]);
            if status != Status::InProgress {
                put_content(text, out);
            }
            out.put(b"]}");
            return;
        };
        let kind: &[u8] = match call.is_custom {
            true => b"custom_tool_call",
            false => b"function_call",
        };
        out.put_all(&[
            b"\",\"type\":\"",
            kind,
            b"\",\"status\":\"",
            status.name().as_bytes(),
            b"\",\"call_id\":\"",
            call.id(0).as_bytes(),
            b"\",\"name\":\"",
            call.name.as_bytes(),
            b"\",\"",
            input_field(call),
            b"\":\"",
            text,
            b"\"}",
        ]);
    }

    /// Writes the id of an output item.
    pub fn put_item_id(&self, item: &ContentPart, out: &mut impl Sink) {
        let Some(call) = item.call() else {
            out.put_all(&[b"msg_", &self.random]);
            return;
        };
        out.put(if call.is_custom { b"ctc_" } else { b"fc_" });
        out.put(call.id(0).random());
    }
}

/// Writes the only content part of a message.
pub fn put_content(text: &[u8], out: &mut impl Sink) {
    out.put(b"{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"");
    out.put_all(&[text, b"\"}"]);
}

/// Renders the `usage` object. There are no cached and no reasoning tokens.
fn usage(generation: &Generation) -> Vec<u8> {
    let output = generation.completion.tokens() as u64;
    [
        b"{\"input_tokens\":",
        Digits::of(generation.prompt_tokens).as_bytes(),
        b",\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0}",
        b",\"output_tokens\":",
        Digits::of(output).as_bytes(),
        b",\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":",
        Digits::of(generation.prompt_tokens.saturating_add(output)).as_bytes(),
        b"}",
    ]
    .concat()
}
