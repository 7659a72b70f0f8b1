//! HTTP/1 responses as received: each header, each chunk, and its arrival time.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::memcheck;

/// The module writes once it has rendered this many bytes, even if more is due.
/// The tests have their own constant, so that a change of the module's is noticed.
pub const WRITE_SIZE: usize = 64 * 1024;

/// More than one event of the tests has, in bytes.
const EVENT_SIZE: usize = 1_000;

#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    /// The status line and the headers, as sent.
    pub head: String,
    pub body: Vec<u8>,
    /// Where each chunk of a chunked body ends, and when it arrived.
    pub chunks: Vec<(usize, Instant)>,
    /// When the first byte arrived.
    pub first_byte_at: Instant,
    /// When the last byte arrived.
    pub last_byte_at: Instant,
}

impl Response {
    /// The values of all headers of this name.
    pub fn header_values(&self, name: &str) -> Vec<&str> {
        self.head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    /// The value of a header that must not be repeated.
    pub fn header(&self, name: &str) -> Option<&str> {
        let all = self.header_values(name);
        assert!(all.len() <= 1, "{name} is repeated:\n{}", self.head);
        all.first().copied()
    }

    /// Whether the chunks arrived over time rather than all at once. Memcheck
    /// distorts times, so it is always true there.
    pub fn is_incremental(&self) -> bool {
        let took = self.last_byte_at - self.first_byte_at;
        memcheck::is_on() || (self.chunks.len() > 5 && took > Duration::from_millis(100))
    }

    /// The time between one chunk and the next, in milliseconds.
    pub fn gaps_ms(&self) -> Vec<f64> {
        let gap = |pair: &[(usize, Instant)]| (pair[1].1 - pair[0].1).as_secs_f64() * 1_000.0;
        self.chunks.windows(2).map(gap).collect()
    }

    /// Whether no chunk is larger than one write of the module.
    pub fn has_bounded_chunks(&self) -> bool {
        let ends = self.chunks.iter().map(|chunk| chunk.0);
        let starts = [0].into_iter().chain(ends.clone());
        ends.zip(starts)
            .all(|(end, start)| end - start <= WRITE_SIZE + EVENT_SIZE)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}\n{}", self.head, self.text()))
    }
}

/// An incremental parser for the responses on one connection.
pub struct ResponseParser {
    bytes: Vec<u8>,
    /// How many of `bytes` are parsed.
    read: usize,
    /// When the last bytes arrived.
    at: Instant,
    state: State,
    response: Option<Response>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Head,
    /// A body of known length; this many bytes are missing.
    Sized(usize),
    ChunkSize,
    /// This many bytes of the chunk and its line end are missing.
    Chunk(usize),
    /// The body lasts until the connection is closed.
    ToTheEnd,
}

impl ResponseParser {
    pub fn new() -> Self {
        Self {
            bytes: Vec::new(),
            read: 0,
            at: Instant::now(),
            state: State::Head,
            response: None,
        }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        self.at = Instant::now();
        self.bytes.drain(..std::mem::take(&mut self.read));
        self.bytes.extend_from_slice(bytes);
    }

    /// The part of the current body that has arrived.
    pub fn body(&self) -> &[u8] {
        self.response
            .as_ref()
            .map_or(&[], |response| &response.body)
    }

    /// Whether nothing has arrived beyond the responses already taken.
    pub fn is_empty(&self) -> bool {
        self.response.is_none() && self.read == self.bytes.len()
    }

    /// The next response, once it is complete. A response to HEAD has no body.
    pub fn take(&mut self, to_head: bool) -> Option<Response> {
        loop {
            let rest = &self.bytes[self.read..];
            match self.state {
                State::Head => {
                    let end = find(rest, b"\r\n\r\n")?;
                    let head = String::from_utf8(rest[..end].to_vec()).unwrap();
                    self.read += end + 4;
                    let response = self.begin(head);
                    if response.status == 100 {
                        return Some(response);
                    }
                    let bodiless = to_head || matches!(response.status, 204 | 304);
                    self.state = match (response.header("content-length"), bodiless) {
                        (_, true) => State::Sized(0),
                        (Some(length), _) => State::Sized(length.parse().unwrap()),
                        (None, _) if response.header("transfer-encoding").is_some() => {
                            State::ChunkSize
                        }
                        (None, _) => State::ToTheEnd,
                    };
                    self.response = Some(response);
                }
                State::Sized(0) => return self.end(),
                State::Sized(left) if !rest.is_empty() => {
                    self.state = State::Sized(left - self.body_bytes(left));
                }
                State::ChunkSize => {
                    let line = find(rest, b"\r\n")?;
                    let size = std::str::from_utf8(&rest[..line]).unwrap();
                    let size = usize::from_str_radix(size, 16).unwrap();
                    self.read += line + 2;
                    self.state = State::Chunk(size + 2);
                    if size == 0 {
                        // No trailers: the empty line that ends the body.
                        self.state = State::Chunk(2);
                        self.response
                            .as_mut()
                            .unwrap()
                            .chunks
                            .push((usize::MAX, self.at));
                    }
                }
                State::Chunk(2) => {
                    if rest.len() < 2 {
                        return None;
                    }
                    assert_eq!(&rest[..2], b"\r\n", "a chunk is longer than its size");
                    self.read += 2;
                    self.state = State::ChunkSize;
                    let response = self.response.as_mut().unwrap();
                    if response
                        .chunks
                        .last()
                        .is_some_and(|last| last.0 == usize::MAX)
                    {
                        response.chunks.pop();
                        return self.end();
                    }
                    response.chunks.push((response.body.len(), self.at));
                }
                State::Chunk(left) if !rest.is_empty() => {
                    self.state = State::Chunk(left - self.body_bytes(left - 2));
                }
                State::ToTheEnd if !rest.is_empty() => {
                    self.body_bytes(usize::MAX);
                }
                _ => return None,
            }
        }
    }

    /// The response that ends with the connection.
    pub fn take_closed(&mut self) -> Option<Response> {
        (self.state == State::ToTheEnd)
            .then(|| self.end())
            .flatten()
    }

    fn begin(&self, head: String) -> Response {
        let mut words = head.split(' ');
        assert_eq!(words.next(), Some("HTTP/1.1"), "{head}");
        Response {
            status: words.next().unwrap().parse().unwrap(),
            head,
            body: Vec::new(),
            chunks: Vec::new(),
            first_byte_at: self.at,
            last_byte_at: self.at,
        }
    }

    fn body_bytes(&mut self, most: usize) -> usize {
        let rest = &self.bytes[self.read..];
        let part = &rest[..most.min(rest.len())];
        self.response.as_mut().unwrap().body.extend_from_slice(part);
        self.read += part.len();
        part.len()
    }

    fn end(&mut self) -> Option<Response> {
        self.state = State::Head;
        let mut response = self.response.take()?;
        response.last_byte_at = self.at;
        Some(response)
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
