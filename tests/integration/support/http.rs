//! HTTP/1 replies as they stand on the wire: each header, each chunk, and when
//! it came.

use std::time::Instant;

use serde_json::Value;

#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// The status line and the headers, as sent.
    pub head: String,
    pub body: Vec<u8>,
    /// Of a chunked body, where each chunk ends and when it was there.
    pub chunks: Vec<(usize, Instant)>,
    /// When the first byte was there.
    pub begun: Instant,
    /// When the last byte was there.
    pub ended: Instant,
}

impl Reply {
    /// The values of all headers of this name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    /// The value of a header that may stand there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() <= 1, "{name} stands there twice:\n{}", self.head);
        all.first().copied()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}\n{}", self.head, self.text()))
    }
}

/// Takes bytes as they come, gives replies.
pub struct Incoming {
    bytes: Vec<u8>,
    /// Up to here they are read.
    read: usize,
    at: Instant,
    state: State,
    reply: Option<Reply>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Head,
    /// So many bytes of the body are missing.
    Sized(usize),
    ChunkSize,
    /// So many bytes of the chunk and its line end are missing.
    Chunk(usize),
    /// The body lasts until the connection is closed.
    ToTheEnd,
}

impl Incoming {
    pub fn new() -> Self {
        Self {
            bytes: Vec::new(),
            read: 0,
            at: Instant::now(),
            state: State::Head,
            reply: None,
        }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        self.at = Instant::now();
        self.bytes.drain(..std::mem::take(&mut self.read));
        self.bytes.extend_from_slice(bytes);
    }

    /// What is there of the body that is coming.
    pub fn body(&self) -> &[u8] {
        self.reply.as_ref().map_or(&[], |reply| &reply.body)
    }

    /// Whether nothing is there beyond the replies that were taken.
    pub fn is_empty(&self) -> bool {
        self.reply.is_none() && self.read == self.bytes.len()
    }

    /// The next reply, once it is whole. A reply to HEAD has no body.
    pub fn take(&mut self, to_head: bool) -> Option<Reply> {
        loop {
            let rest = &self.bytes[self.read..];
            match self.state {
                State::Head => {
                    let end = find(rest, b"\r\n\r\n")?;
                    let head = String::from_utf8(rest[..end].to_vec()).unwrap();
                    self.read += end + 4;
                    let reply = self.begin(head);
                    if reply.status == 100 {
                        return Some(reply);
                    }
                    let bodiless = to_head || matches!(reply.status, 204 | 304);
                    self.state = match (reply.header("content-length"), bodiless) {
                        (_, true) => State::Sized(0),
                        (Some(length), _) => State::Sized(length.parse().unwrap()),
                        (None, _) if reply.header("transfer-encoding").is_some() => {
                            State::ChunkSize
                        }
                        (None, _) => State::ToTheEnd,
                    };
                    self.reply = Some(reply);
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
                        self.reply
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
                    assert_eq!(&rest[..2], b"\r\n", "a chunk is longer than it says");
                    self.read += 2;
                    self.state = State::ChunkSize;
                    let reply = self.reply.as_mut().unwrap();
                    if reply.chunks.last().is_some_and(|last| last.0 == usize::MAX) {
                        reply.chunks.pop();
                        return self.end();
                    }
                    reply.chunks.push((reply.body.len(), self.at));
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

    /// The reply that lasted until the connection was closed.
    pub fn take_closed(&mut self) -> Option<Reply> {
        (self.state == State::ToTheEnd)
            .then(|| self.end())
            .flatten()
    }

    fn begin(&self, head: String) -> Reply {
        let mut words = head.split(' ');
        assert_eq!(words.next(), Some("HTTP/1.1"), "{head}");
        Reply {
            status: words.next().unwrap().parse().unwrap(),
            head,
            body: Vec::new(),
            chunks: Vec::new(),
            begun: self.at,
            ended: self.at,
        }
    }

    fn body_bytes(&mut self, most: usize) -> usize {
        let rest = &self.bytes[self.read..];
        let part = &rest[..most.min(rest.len())];
        self.reply.as_mut().unwrap().body.extend_from_slice(part);
        self.read += part.len();
        part.len()
    }

    fn end(&mut self) -> Option<Reply> {
        self.state = State::Head;
        let mut reply = self.reply.take()?;
        reply.ended = self.at;
        Some(reply)
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
