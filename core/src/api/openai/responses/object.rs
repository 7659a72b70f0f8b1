//! The object `response` (API reference, "Responses", "The response object").

use crate::api::Said;
use crate::api::out::Out;
use crate::json::Digits;
use crate::saying::{Finish, Saying};

/// How far a response is.
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
    /// The id of the one output item, a message.
    pub item_id: Vec<u8>,
    /// What the message says.
    pub saying: Saying,
}

impl Response {
    /// What is said, as this API's object.
    pub fn of(said: &Said) -> Self {
        let random = said.id.strip_prefix(super::ID_PREFIX).unwrap_or(&said.id);
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
            item_id: [b"msg_", random.as_bytes()].concat(),
            saying: said.saying.clone(),
        }
    }

    /// No less than what [`Response::put`] writes.
    pub fn len(&self) -> usize {
        const FIXED: usize = 400;
        let parts = [&self.opening, &self.middle, &self.usage, &self.item_id];
        let parts: usize = parts.iter().map(|part| part.len()).sum();
        FIXED + parts + self.saying.text().len()
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
        match status {
            Status::InProgress => out.put(b"]}"),
            Status::Completed | Status::Incomplete => {
                self.put_item(status, out);
                out.put_all(&[b"],\"usage\":", &self.usage, b"}"]);
            }
        }
    }

    /// The output item; one that is in progress has no content.
    pub fn put_item(&self, status: Status, out: &mut impl Out) {
        out.put_all(&[
            b"{\"id\":\"",
            &self.item_id,
            b"\",\"type\":\"message\",\"status\":\"",
            status.name(),
            b"\",\"role\":\"assistant\",\"content\":[",
        ]);
        if status != Status::InProgress {
            self.put_part(status, out);
        }
        out.put(b"]}");
    }

    /// The part of the item's content; one that is in progress has no text.
    pub fn put_part(&self, status: Status, out: &mut impl Out) {
        out.put(b"{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"");
        if status != Status::InProgress {
            out.put(self.saying.text());
        }
        out.put(b"\"}");
    }
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
