//! A response: its head, and its body with a schedule.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::engine::{Schedule, Stream, WholeBody};
use crate::util::Id;

/// The media type of JSON.
pub const JSON: &str = "application/json";

/// One header of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name of the header, as it is sent.
    pub name: &'static str,
    /// The value of the header.
    pub value: Cow<'static, [u8]>,
}

/// The status and the headers of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// The media type, or `None` if there is no body.
    pub content_type: Option<&'static str>,
    /// The length of the body in bytes, or `None` if it is not known yet.
    pub content_length: Option<usize>,
    /// The name of the header that holds the request id.
    pub request_id_header: &'static str,
    /// The request id.
    pub request_id: Id,
    /// Additional headers.
    pub headers: SmallVec<[Header; 2]>,
}

impl Head {
    /// Creates a head without additional headers.
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

    /// Returns the value of an additional header.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|it| it.name == name)?;
        Some(&found.value)
    }
}

/// The level of a line in the error log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// An error in the configuration.
    Error,
    /// An error of the client.
    Info,
}

/// A line for the error log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The log level.
    pub level: Level,
    /// The text of the line.
    pub message: Cow<'static, str>,
}

/// A response that is ready to be sent.
pub struct Response {
    /// The status line and the headers.
    pub head: Head,
    /// The body, and when its steps are due.
    pub stream: Stream,
    /// The line for the error log, if there is one.
    pub log: Option<LogLine>,
}

impl Response {
    /// Creates a response whose body is sent at once.
    pub fn whole(mut head: Head, body: impl Into<WholeBody>, schedule: Schedule) -> Self {
        let body = body.into();
        head.content_length = Some(body.bytes.len());
        Self::streamed(head, Stream::of(body, schedule))
    }

    /// Creates a response without a body.
    pub fn bodiless(head: Head) -> Self {
        let nothing = WholeBody::from(Vec::new());
        Self::streamed(head, Stream::of(nothing, Schedule::default()))
    }

    /// Creates a response whose body is sent step by step.
    pub fn streamed(head: Head, stream: Stream) -> Self {
        Self {
            head,
            stream,
            log: None,
        }
    }
}
