//! The object `response` (API reference, "Responses", "The response object").

use crate::api::Said;
use crate::api::openai::tools::takes;
use crate::api::out::Out;
use crate::json::Digits;
use crate::saying::{Finish, Part, Saying};

/// How far a response is, or an item of its output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// There is no output yet.
    InProgress,
    /// All is said.
    Completed,
    /// `max_output_tokens` ended it.
    Incomplete,
}

impl Status {
    /// The status in which a response ends.
    pub fn at_end(saying: &Saying) -> Self {
        match saying.finish() {
            Finish::Stop => Self::Completed,
            Finish::Length => Self::Incomplete,
        }
    }

    fn name(self) -> &'static [u8] {
        match self {
            Self::InProgress => b"in_progress",
            Self::Completed => b"completed",
            Self::Incomplete => b"incomplete",
        }
    }

    /// `incomplete_details`
    fn details(self) -> &'static [u8] {
        match self {
            Self::Incomplete => b"{\"reason\":\"max_output_tokens\"}",
            Self::InProgress | Self::Completed => b"null",
        }
    }
}

/// A response; what does not change while it is made is rendered once.
pub struct Response {
    /// Up to the status.
    opening: Vec<u8>,
    /// From the model to where the list of output begins.
    middle: Vec<u8>,
    usage: Vec<u8>,
    /// The random part of the id of a message.
    random: Vec<u8>,
    /// What its output items say: one message, or calls.
    pub saying: Saying,
}

impl Response {
    /// What is said, as this API's object.
    pub fn of(said: &Said) -> Self {
        Self {
            opening: [
                b"{\"id\":\"",
                said.id.as_bytes(),
                b"\",\"object\":\"response\",\"created_at\":",
                Digits::of(said.created).as_bytes(),
                b",\"status\":\"",
            ]
            .concat(),
            middle: [
                b",\"model\":\"".as_slice(),
                said.model.as_bytes(),
                b"\",",
                &said.ask.echo,
                b",\"output\":[",
            ]
            .concat(),
            usage: usage(said),
            random: said.id.random().to_vec(),
            saying: said.saying.clone(),
        }
    }

    /// No less than what [`Response::put`] writes.
    pub fn len(&self) -> usize {
        const FIXED: usize = 400;
        const AN_ITEM: usize = 240;
        let parts = [&self.opening, &self.middle, &self.usage, &self.random];
        let parts: usize = parts.iter().map(|part| part.len()).sum();
        FIXED + parts + self.saying.size(AN_ITEM)
    }

    /// The whole object.
    pub fn put(&self, status: Status, out: &mut impl Out) {
        out.put_all(&[
            &self.opening,
            status.name(),
            b"\",\"error\":null,\"incomplete_details\":",
            status.details(),
            &self.middle,
        ]);
        if status == Status::InProgress {
            out.put(b"]}");
            return;
        }
        for (index, item) in self.saying.parts().iter().enumerate() {
            if index > 0 {
                out.put(b",");
            }
            self.put_item(item, self.status_at_end(index), out);
        }
        out.put_all(&[b"],\"usage\":", &self.usage, b"}"]);
    }

    /// The status in which output item `index` ends: a limit cuts the last.
    pub fn status_at_end(&self, index: usize) -> Status {
        match index + 1 == self.saying.parts().len() {
            true => Status::at_end(&self.saying),
            false => Status::Completed,
        }
    }

    /// An output item; one that is in progress has no content.
    pub fn put_item(&self, item: &Part, status: Status, out: &mut impl Out) {
        let said = match status {
            Status::InProgress => b"",
            Status::Completed | Status::Incomplete => item.text(),
        };
        out.put(b"{\"id\":\"");
        self.put_item_id(item, out);
        let Some(call) = item.call() else {
            out.put_all(&[
                b"\",\"type\":\"message\",\"status\":\"",
                status.name(),
                b"\",\"role\":\"assistant\",\"content\":[",
            ]);
            if status != Status::InProgress {
                put_content(said, out);
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
            status.name(),
            b"\",\"call_id\":\"",
            call.id(0).as_bytes(),
            b"\",\"name\":\"",
            call.name.as_bytes(),
            b"\",\"",
            takes(call),
            b"\":\"",
            said,
            b"\"}",
        ]);
    }

    /// The id of an output item.
    pub fn put_item_id(&self, item: &Part, out: &mut impl Out) {
        let Some(call) = item.call() else {
            out.put_all(&[b"msg_", &self.random]);
            return;
        };
        out.put(if call.is_custom { b"ctc_" } else { b"fc_" });
        out.put(call.id(0).random());
    }
}

/// The one part of a message's content.
pub fn put_content(text: &[u8], out: &mut impl Out) {
    out.put(b"{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"");
    out.put_all(&[text, b"\"}"]);
}

/// `usage`: nothing is cached, nothing reasoned about.
fn usage(said: &Said) -> Vec<u8> {
    let output = said.saying.tokens() as u64;
    [
        b"{\"input_tokens\":",
        Digits::of(said.prompt_tokens).as_bytes(),
        b",\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0}",
        b",\"output_tokens\":",
        Digits::of(output).as_bytes(),
        b",\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":",
        Digits::of(said.prompt_tokens.saturating_add(output)).as_bytes(),
        b"}",
    ]
    .concat()
}
