//! A second implementation of the module's wire format: an oracle that shares
//! no code with the module.

use std::fmt::Write;

/// The fields of a stream that are the same in all its chunks.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    /// The stream's identifier.
    pub id: &'a str,
    /// When it was made, in seconds since 1970.
    pub created: &'a str,
    /// The model that the request names.
    pub model: &'a str,
}

/// Those of a server that makes no identifiers.
pub const FIXED: Fields = Fields {
    id: "chatcmpl-JCw8U5edaGnJqhK6bq3Suv5Kqy5yn",
    created: "1795353146",
    model: "gpt-4o",
};

/// The words of a text, each with the space that follows it.
pub fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(' ').collect()
}

/// The events of a stream, as they are sent together: the role comes with the
/// first word, the finish reason and the end of the stream with the last.
pub fn steps(text: &str, fields: Fields) -> Vec<String> {
    let words = words(text);
    let last = words.len().saturating_sub(1);
    let mut steps = Vec::with_capacity(words.len());
    for (k, word) in words.iter().enumerate() {
        let mut step = String::new();
        if k == 0 {
            event(&mut step, fields, r#"{"role":"assistant"}"#, "null");
        }
        event(
            &mut step,
            fields,
            &format!(r#"{{"content":"{word}"}}"#),
            "null",
        );
        if k == last {
            event(&mut step, fields, "{}", r#""stop""#);
            step.push_str("data: [DONE]\n\n");
        }
        steps.push(step);
    }
    steps
}

fn event(out: &mut String, fields: Fields, delta: &str, finish_reason: &str) {
    let Fields { id, created, model } = fields;
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "data: {{\"id\":\"{id}\",\"object\":\"chat.completion.chunk\",\"created\":{created},\
         \"model\":\"{model}\",\"choices\":[{{\"index\":0,\"delta\":{delta},\
         \"finish_reason\":{finish_reason}}}]}}\n\n"
    );
}

/// The headers of the module's streams beyond those of HTTP itself.
pub const HEADERS: [(&str, &str); 4] = [
    ("Cache-Control", "no-cache"),
    ("X-Accel-Buffering", "no"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "x-request-id"),
];

/// The head of a stream over HTTP/1.1.
pub fn head(server: &str, date: &str, request_id: &str) -> String {
    let mut out = format!(
        "HTTP/1.1 200 OK\r\nServer: {server}\r\nDate: {date}\r\n\
         Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n"
    );
    for (name, value) in HEADERS {
        let _ = write!(out, "{name}: {value}\r\n");
    }
    let _ = write!(out, "x-request-id: {request_id}\r\n\r\n");
    out
}

/// The frames that a server writes one by one: the head goes with the first,
/// the end of the chunked body with the last.
pub fn frames(head: &str, steps: &[String]) -> Vec<Vec<u8>> {
    let last = steps.len().saturating_sub(1);
    let frame = |(k, step): (usize, &String)| {
        let before = if k == 0 { head } else { "" };
        let after = if k == last { "0\r\n\r\n" } else { "" };
        format!("{before}{:x}\r\n{step}\r\n{after}", step.len()).into_bytes()
    };
    steps.iter().enumerate().map(frame).collect()
}
