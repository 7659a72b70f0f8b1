//! Takes an HTTP/1.1 reply apart and checks it on the way.
//!
//! The head is compared with its template, byte for byte, and not parsed.

use std::fmt;

use httparse::Status;

use crate::expect::{Expected, Matcher, Mismatch};

/// A reply that is arriving.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    state: State,
    head: Matcher,
    body: Matcher,
    body_is_complete: bool,
    /// What has arrived of the line with a chunk's size.
    size_line: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Head,
    /// In the line with the size of the next chunk of the transfer coding.
    Size,
    /// So many bytes of the body come next; with a transfer coding then a line
    /// end and another chunk.
    Data {
        left: u64,
        chunked: bool,
    },
    /// In the line end after a chunk, or in the empty line after the last.
    LineEnd {
        seen: u8,
        last: bool,
    },
    Over,
}

/// What a reply has that it should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The status line or the headers.
    Head(Mismatch),
    /// The framing of the body.
    Framing,
    /// The body.
    Body(Mismatch),
    /// The body ends too early.
    Short,
    /// The body goes on after its end.
    Long,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Head(mismatch) => write!(f, "head: {mismatch}"),
            Self::Framing => f.write_str("broken framing of the body"),
            Self::Body(mismatch) => write!(f, "body: {mismatch}"),
            Self::Short => f.write_str("the body ends too early"),
            Self::Long => f.write_str("more than the reply"),
        }
    }
}

/// What [`Reply::feed`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// How many chunks have become complete.
    pub chunks: usize,
    /// Whether the reply has.
    pub complete: bool,
}

impl Reply {
    /// Gets ready for the next reply.
    pub fn reset(&mut self) {
        self.state = State::Head;
        self.head.reset();
        self.body.reset();
        self.body_is_complete = false;
        self.size_line.clear();
    }

    /// Checks the bytes that come next.
    ///
    /// # Errors
    ///
    /// They are not as expected.
    pub fn feed(&mut self, expected: &Expected, mut bytes: &[u8]) -> Result<Arrived, Wrong> {
        let mut chunks = 0;
        while let Some(&byte) = bytes.first() {
            let taken = match self.state {
                State::Head => {
                    let fed = self.head.feed(&expected.head, bytes).map_err(Wrong::Head)?;
                    if fed.complete {
                        self.state = match expected.length {
                            None => State::Size,
                            Some(left) => State::Data {
                                left,
                                chunked: false,
                            },
                        };
                    }
                    fed.bytes
                }
                State::Size => {
                    self.size_line.push(byte);
                    if let Some(size) = chunk_size(&self.size_line)? {
                        self.size_line.clear();
                        self.state = match size {
                            0 => State::LineEnd {
                                seen: 0,
                                last: true,
                            },
                            left => State::Data {
                                left,
                                chunked: true,
                            },
                        };
                    }
                    1
                }
                State::Data { left, chunked } => {
                    let len = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    let data = bytes.get(..len).unwrap_or_default();
                    chunks += self.data(expected, data)?;
                    let left = left - len as u64;
                    self.state = match (left, chunked) {
                        (0, true) => State::LineEnd {
                            seen: 0,
                            last: false,
                        },
                        (0, false) => State::Over,
                        _ => State::Data { left, chunked },
                    };
                    len
                }
                State::LineEnd { seen, last } => {
                    self.state = match (seen, byte, last) {
                        (0, b'\r', _) => State::LineEnd { seen: 1, last },
                        (1, b'\n', false) => State::Size,
                        (1, b'\n', true) => State::Over,
                        _ => return Err(Wrong::Framing),
                    };
                    1
                }
                State::Over => return Err(Wrong::Long),
            };
            bytes = bytes.get(taken..).unwrap_or_default();
        }
        let complete = self.state == State::Over;
        if complete && !self.body_is_complete {
            return Err(Wrong::Short);
        }
        Ok(Arrived { chunks, complete })
    }

    fn data(&mut self, expected: &Expected, data: &[u8]) -> Result<usize, Wrong> {
        let fed = self.body.feed(&expected.body, data).map_err(Wrong::Body)?;
        self.body_is_complete = fed.complete;
        match fed.bytes == data.len() {
            true => Ok(fed.marks),
            false => Err(Wrong::Long),
        }
    }
}

/// The size in a chunk's first line; `None` if the line has not ended.
fn chunk_size(line: &[u8]) -> Result<Option<u64>, Wrong> {
    match httparse::parse_chunk_size(line) {
        Ok(Status::Partial) => Ok(None),
        // httparse takes a line without digits for the size 0.
        Ok(Status::Complete((3.., size))) => Ok(Some(size)),
        _ => Err(Wrong::Framing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{self, Fields};

    const TEXT: &str = "powered by openai";

    fn reply(steps: &[String]) -> Vec<u8> {
        let head = wire::head("nginx/1.28.3", "Mon, 23 Nov 2026 02:30:00 GMT", "req_1");
        wire::frames(&head, steps).concat()
    }

    fn steps() -> Vec<String> {
        let fields = Fields {
            id: "chatcmpl-1",
            created: "12",
            model: "m",
        };
        wire::steps(TEXT, fields)
    }

    fn check(bytes: &[u8], cut: usize) -> Result<Arrived, Wrong> {
        let expected = Expected::stream(TEXT, "m");
        let mut reply = Reply::default();
        let mut all = Arrived {
            chunks: 0,
            complete: false,
        };
        for piece in bytes.chunks(cut) {
            let arrived = reply.feed(&expected, piece)?;
            all.chunks += arrived.chunks;
            all.complete = arrived.complete;
        }
        Ok(all)
    }

    #[test]
    fn a_right_reply_passes_however_it_is_cut() {
        let reply = reply(&steps());
        for cut in 1..=reply.len() {
            let arrived = check(&reply, cut);
            let all = Arrived {
                chunks: 3,
                complete: true,
            };
            assert_eq!(arrived, Ok(all), "cut to {cut}");
        }
    }

    #[test]
    fn a_reply_is_not_over_before_its_last_byte() {
        let reply = reply(&steps());
        for len in 0..reply.len() {
            assert!(!check(&reply[..len], 4_096).is_ok_and(|all| all.complete));
        }
    }

    #[test]
    fn damage_outside_the_slots_is_found() {
        let right = reply(&steps());
        let slots = ["nginx/1.28.3", "Mon, 23 Nov 2026 02:30:00 GMT", "req_1"];
        let text = String::from_utf8(right.clone()).unwrap();
        let is_slot = |at: usize| {
            slots.iter().any(|slot| {
                let start = text.find(slot).unwrap();
                (start..start + slot.len()).contains(&at)
            })
        };
        for at in (0..right.len()).filter(|&at| !is_slot(at)) {
            let mut damaged = right.clone();
            damaged[at] ^= 1;
            let passed = check(&damaged, 4_096).is_ok_and(|all| all.complete);
            assert!(!passed, "byte {at}");
        }
    }

    #[test]
    fn a_missing_step_is_found() {
        for k in 0..steps().len() {
            let mut missing = steps();
            missing.remove(k);
            assert!(check(&reply(&missing), 4_096).is_err());
        }
    }

    #[test]
    fn a_last_chunk_without_its_size_is_found() {
        let mut reply = reply(&steps());
        assert!(reply.ends_with(b"\r\n0\r\n\r\n"));
        reply.remove(reply.len() - 5);
        assert_eq!(check(&reply, 4_096), Err(Wrong::Framing));
    }

    #[test]
    fn bytes_after_a_reply_are_found() {
        let mut more = reply(&steps());
        more.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
        assert_eq!(check(&more, 4_096), Err(Wrong::Long));
    }
}
