//! What is sent: a head, and a body on its schedule.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::engine::{Schedule, Stream, WholeBody};
use crate::util::Id;

/// The media type of JSON.
pub const JSON: &str = "application/json";

/// One header of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name, as it is sent.
    pub name: &'static str,
    /// The value.
    pub value: Cow<'static, [u8]>,
}

/// What goes before the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// The media type; none where there is no body.
    pub content_type: Option<&'static str>,
    /// The length of the body in bytes; none if it is not known yet.
    pub content_length: Option<usize>,
    /// The header that holds the id of the response.
    pub request_id_header: &'static str,
    /// The id of the response.
    pub request_id: Id,
    /// Headers that not every response has.
    pub headers: SmallVec<[Header; 2]>,
}

impl Head {
    /// A head without headers of its own.
    pub fn new(status: u16, request_id_header: &'static str, request_id: Id) -> Self {
        Self {
            status,
            content_type: None,
            content_length: None,
            request_id_header,
            request_id,
            headers: SmallVec::new(),
        }
    }

    /// Adds a header.
    pub fn add(&mut self, name: &'static str, value: impl Into<Cow<'static, [u8]>>) {
        let value = value.into();
        self.headers.push(Header { name, value });
    }

    /// The value of a header that was added.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|it| it.name == name)?;
        Some(&found.value)
    }
}

/// At which level of the error log a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The configuration is wrong.
    Error,
    /// The client is wrong.
    Info,
}

/// A line for the error log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The level.
    pub level: Level,
    /// What is wrong.
    pub message: Cow<'static, str>,
}

/// A response, ready to be sent.
pub struct Response {
    /// The status line and the headers.
    pub head: Head,
    /// The body, and when its steps are due.
    pub stream: Stream,
    /// What goes to the error log, if anything does.
    pub log: Option<LogLine>,
}

impl Response {
    /// A response with this body, in one piece.
    pub fn whole(mut head: Head, body: impl Into<WholeBody>, schedule: Schedule) -> Self {
        let body = body.into();
        head.content_length = Some(body.bytes.len());
        Self::streamed(head, Stream::of(body, schedule))
    }

    /// A response without a body.
    pub fn bodiless(head: Head) -> Self {
        let nothing = WholeBody::from(Vec::new());
        Self::streamed(head, Stream::of(nothing, Schedule::default()))
    }

    /// A response whose body is sent step by step.
    pub fn streamed(head: Head, stream: Stream) -> Self {
        Self {
            head,
            stream,
            log: None,
        }
    }
}
