//! Derives the expected reply of a server from a first one.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use httparse::{EMPTY_HEADER, Response, Status};
use serde_json::Value;

use crate::expect::{Expected, Template, slot};
use crate::http1::{self, MOST_HEADERS};

/// The expected reply and its text.
#[derive(Debug, Clone)]
pub struct Learned {
    /// The template of further replies.
    pub expected: Expected,
    /// The text, if it came as a stream.
    pub text: String,
}

/// Headers that differ from reply to reply.
const VARYING: [&str; 4] = ["date", "x-request-id", "request-id", "etag"];

/// Longest time without a byte.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends a request and makes a template of the reply: the id, the time of
/// creation and some headers may differ, nothing else.
///
/// # Errors
///
/// There is no reply, or its status is not 200.
pub fn learn(address: SocketAddr, request: &[u8]) -> Result<Learned> {
    let bytes = exchange(address, request)?;
    let Some(answer) = Answer::parse(&bytes)? else {
        bail!("the server closes the connection within its reply");
    };
    ensure!(answer.status == 200, "it answers {}", answer.status);
    let mut expected = Expected {
        length: (!answer.is_chunked).then_some(answer.body.len() as u64),
        ..Expected::default()
    };
    for line in answer.head.split_inclusive("\r\n") {
        match line.split_once(": ") {
            Some((name, _)) if VARYING.contains(&name.to_ascii_lowercase().as_str()) => {
                expected.head.text(&format!("{name}: {}\r\n", slot::ANY));
            }
            _ => expected.head.text(line),
        }
    }
    let text = events(&answer.body, &mut expected.body);
    Ok(Learned { expected, text })
}

/// Appends the events of a stream to `template`, and returns their text. A
/// chunk ends with each event that has text.
fn events(body: &str, template: &mut Template) -> String {
    let mut text = String::new();
    for event in body.split_inclusive("\n\n") {
        let data = event.trim_start_matches("data:").trim();
        let json: Value = serde_json::from_str(data).unwrap_or_default();
        let mut event = event.to_owned();
        if let Some(id) = json.get("id").and_then(Value::as_str) {
            event = event.replacen(&format!("\"{id}\""), &format!("\"{}\"", slot::ID), 1);
        }
        if let Some(created) = json.get("created").and_then(Value::as_u64) {
            event = event.replacen(&created.to_string(), slot::CREATED, 1);
        }
        template.text(&event);
        let content = json
            .pointer("/choices/0/delta/content")
            .and_then(Value::as_str);
        if let Some(content) = content.filter(|content| !content.is_empty()) {
            text += content;
            template.mark();
        }
    }
    text
}

/// The bytes of one reply, or those that arrived before the server closed the
/// connection.
fn exchange(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        if count == 0 || Answer::parse(&bytes)?.is_some() {
            return Ok(bytes);
        }
    }
}

/// A complete reply.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    /// Status line and headers as they were sent, with the empty line.
    head: String,
    /// The body without its transfer coding.
    body: String,
    /// Whether the body had the transfer coding `chunked`.
    is_chunked: bool,
}

impl Answer {
    /// `None` if `bytes` are not yet the whole reply.
    fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut response = Response::new(&mut headers);
        let Status::Complete(end) = response.parse(bytes).context("the head of the reply")? else {
            return Ok(None);
        };
        let (head, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
        let length = http1::content_length(response.headers);
        let is_chunked = length.is_none();
        let body = match length {
            Some(length) => rest.get(..length).map(<[u8]>::to_vec),
            None if http1::header(response.headers, "transfer-encoding").is_some() => {
                dechunk(rest)?
            }
            None => bail!("its reply has neither a length nor chunks"),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(body.map(|body| Self {
            status: response.code.unwrap_or_default(),
            head: text(head),
            body: text(&body),
            is_chunked,
        }))
    }
}

/// A body without its transfer coding; `None` if the last chunk is not there yet.
fn dechunk(mut rest: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let size = httparse::parse_chunk_size(rest).map_err(|_| anyhow!("broken chunks"))?;
        let Status::Complete((start, size)) = size else {
            return Ok(None);
        };
        let end = start.saturating_add(usize::try_from(size)?);
        let (Some(data), Some(after)) = (rest.get(start..end), rest.get(end..)) else {
            return Ok(None);
        };
        let Some((line_end, after)) = after.split_at_checked(2) else {
            return Ok(None);
        };
        ensure!(line_end == b"\r\n", "broken chunks");
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(data);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{self, Fields};

    #[test]
    fn a_stream_of_the_modules_is_learned_as_it_is_written_down() {
        let fields = Fields {
            id: "chatcmpl-1",
            created: "1795353146",
            model: "m",
        };
        let body = wire::steps("powered by openai", fields).concat();
        let mut template = Template::default();
        assert_eq!(events(&body, &mut template), "powered by openai");
        assert_eq!(template.marks(), 3);
        let literal = |template: &Template| {
            let mut t = template.clone();
            t.forget_marks();
            t
        };
        let known = Expected::stream("powered by openai", "m").body;
        assert_eq!(literal(&template), literal(&known));
    }

    #[test]
    fn a_reply_is_parsed_once_it_is_complete() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                       3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
        let with_length = "HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nabc";
        for (reply, status, body) in [(chunked, 200, "abc0123456789"), (with_length, 404, "abc")] {
            for end in 0..reply.len() {
                assert_eq!(
                    Answer::parse(&reply.as_bytes()[..end]).unwrap(),
                    None,
                    "{end}"
                );
            }
            let answer = Answer::parse(reply.as_bytes()).unwrap().unwrap();
            assert_eq!((answer.status, answer.body.as_str()), (status, body));
            assert_eq!(answer.is_chunked, status == 200);
            assert!(reply.starts_with(&answer.head) && answer.head.ends_with("\r\n\r\n"));
        }
    }

    #[test]
    fn a_broken_reply_is_an_error() {
        for reply in [
            "HTTP/2 200",
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
        ] {
            assert!(Answer::parse(reply.as_bytes()).is_err(), "{reply:?}");
        }
    }
}
