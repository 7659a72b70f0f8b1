//! Server-Sent Events: the framing of a stream (the event stream format of
//! the HTML standard, section 9.2).

/// The media type of a stream.
pub const CONTENT_TYPE: &str = "text/event-stream";

/// The bytes before the data of an event.
pub const DATA: &[u8] = b"data: ";

/// The bytes before the name of an event.
pub const EVENT: &[u8] = b"event: ";

/// The bytes after the data of an event.
pub const END: &[u8] = b"\n\n";

/// The event with which OpenAI ends a stream.
pub const DONE: &[u8] = b"data: [DONE]\n\n";
