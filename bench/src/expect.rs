//! What a reply must be, byte for byte, and the check of one that arrives.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::wire::{self, Fields};

/// A text some values of which differ from reply to reply.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Part {
    /// These bytes.
    Literal(Vec<u8>),
    /// A value of at least one byte that goes up to byte `end`. The reply's
    /// first decides what slots of the same `name` must hold further on.
    Slot { name: Option<u8>, end: u8 },
    /// No bytes: the reply has come to the end of a chunk.
    Mark,
}

/// Stands for a slot in the text a template is made of.
pub mod slot {
    /// The stream's id.
    pub const ID: &str = "\u{1}";
    /// When it was created.
    pub const CREATED: &str = "\u{2}";
    /// A value that comes once.
    pub const ANY: &str = "\u{3}";
}

/// How many named slots there are.
const NAMES: usize = 2;

impl Template {
    /// Appends a text in which characters of [`slot`] stand for values.
    pub fn text(&mut self, text: &str) {
        let mut literal = Vec::new();
        let mut bytes = text.bytes().peekable();
        while let Some(byte) = bytes.next() {
            let name = match byte {
                1 | 2 => Some(byte - 1),
                3 => None,
                _ => {
                    literal.push(byte);
                    continue;
                }
            };
            self.literal(std::mem::take(&mut literal));
            let end = bytes.peek().copied().unwrap_or_default();
            self.parts.push(Part::Slot { name, end });
        }
        self.literal(literal);
    }

    fn literal(&mut self, bytes: Vec<u8>) {
        match self.parts.last_mut() {
            _ if bytes.is_empty() => {}
            Some(Part::Literal(before)) => before.extend(bytes),
            _ => self.parts.push(Part::Literal(bytes)),
        }
    }

    /// Here a chunk ends.
    pub fn mark(&mut self) {
        self.parts.push(Part::Mark);
    }

    /// The same text, not divided into chunks.
    #[cfg(test)]
    pub fn forget_marks(&mut self) {
        for part in std::mem::take(&mut self.parts) {
            match part {
                Part::Mark => {}
                Part::Literal(bytes) => self.literal(bytes),
                slot => self.parts.push(slot),
            }
        }
    }

    /// How many chunks there are.
    pub fn marks(&self) -> usize {
        self.parts
            .iter()
            .filter(|part| **part == Part::Mark)
            .count()
    }
}

/// A reply to be expected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Status line and headers, with the empty line.
    pub head: Template,
    /// The body, freed of its transfer coding.
    pub body: Template,
    /// The body's length, unless it is chunked.
    pub length: Option<u64>,
}

impl Expected {
    /// A stream of the module with this text.
    pub fn stream(text: &str, model: &str) -> Self {
        let mut head = Template::default();
        head.text(&wire::head(slot::ANY, slot::ANY, slot::ANY));
        let mut body = Template::default();
        let fields = Fields {
            id: slot::ID,
            created: slot::CREATED,
            model,
        };
        for step in wire::steps(text, fields) {
            body.text(&step);
            body.mark();
        }
        Self {
            head,
            body,
            length: None,
        }
    }
}

/// A byte that is not what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch {
    /// How many bytes of the text were right.
    pub at: usize,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "not what was expected after {} bytes", self.at)
    }
}

/// How far a text has been compared with its template.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    part: usize,
    /// In that part.
    offset: usize,
    /// In the whole.
    at: usize,
    values: [Value; NAMES],
}

/// What a named slot holds.
#[derive(Debug, Clone, Default)]
struct Value {
    bytes: Vec<u8>,
    /// Whether all of it is known.
    is_whole: bool,
}

/// What [`Matcher::feed`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fed {
    /// How many bytes belong to the text.
    pub bytes: usize,
    /// How many chunks ended with them.
    pub marks: usize,
    /// Whether the text is complete.
    pub complete: bool,
}

impl Matcher {
    /// Starts anew.
    pub fn reset(&mut self) {
        (self.part, self.offset, self.at) = (0, 0, 0);
        for value in &mut self.values {
            value.bytes.clear();
            value.is_whole = false;
        }
    }

    /// Compares the bytes that come next.
    ///
    /// # Errors
    ///
    /// They differ from the template.
    pub fn feed(&mut self, template: &Template, bytes: &[u8]) -> Result<Fed, Mismatch> {
        let mut rest = bytes;
        let mut marks = 0;
        loop {
            let Some(part) = template.parts.get(self.part) else {
                return Ok(Fed {
                    bytes: bytes.len() - rest.len(),
                    marks,
                    complete: true,
                });
            };
            let (taken, ended) = match part {
                Part::Mark => {
                    marks += 1;
                    (0, true)
                }
                _ if rest.is_empty() => {
                    return Ok(Fed {
                        bytes: bytes.len(),
                        marks,
                        complete: false,
                    });
                }
                Part::Literal(literal) => self.literal(literal, rest)?,
                Part::Slot { name, end } => self.slot(*name, *end, rest)?,
            };
            self.at += taken;
            rest = rest.get(taken..).unwrap_or_default();
            if ended {
                self.part += 1;
                self.offset = 0;
            } else {
                self.offset += taken;
            }
        }
    }

    /// How many bytes of `rest` are the literal's, and whether it ends.
    fn literal(&self, literal: &[u8], rest: &[u8]) -> Result<(usize, bool), Mismatch> {
        let wanted = literal.get(self.offset..).unwrap_or_default();
        let len = wanted.len().min(rest.len());
        if wanted.get(..len) == rest.get(..len) {
            return Ok((len, len == wanted.len()));
        }
        let right = wanted.iter().zip(rest).take_while(|(a, b)| a == b);
        Err(Mismatch {
            at: self.at + right.count(),
        })
    }

    /// How many bytes of `rest` are the slot's value, and whether it ends.
    fn slot(&mut self, name: Option<u8>, end: u8, rest: &[u8]) -> Result<(usize, bool), Mismatch> {
        let found = rest.iter().position(|&byte| byte == end);
        let taken = found.unwrap_or(rest.len());
        let mismatch = Err(Mismatch { at: self.at });
        if found.is_some() && self.offset + taken == 0 {
            return mismatch;
        }
        let bytes = rest.get(..taken).unwrap_or_default();
        let ended = found.is_some();
        let Some(value) = name.and_then(|name| self.values.get_mut(usize::from(name))) else {
            return Ok((taken, ended));
        };
        if !value.is_whole {
            value.bytes.extend_from_slice(bytes);
            value.is_whole = ended;
            return Ok((taken, ended));
        }
        let wanted = value.bytes.get(self.offset..).unwrap_or_default();
        let agrees = match ended {
            true => wanted == bytes,
            false => wanted.starts_with(bytes),
        };
        match agrees {
            true => Ok((taken, ended)),
            false => mismatch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        Expected::stream("powered by openai", "gpt-4o").body
    }

    fn body() -> String {
        let fields = Fields {
            id: "chatcmpl-1",
            created: "12",
            model: "gpt-4o",
        };
        wire::steps("powered by openai", fields).concat()
    }

    /// The marks passed, if it is the whole text and nothing else.
    fn check(text: &[u8], cut: usize) -> Option<usize> {
        let template = template();
        let mut matcher = Matcher::default();
        let mut marks = 0;
        let mut complete = false;
        for piece in text.chunks(cut) {
            let fed = matcher.feed(&template, piece).ok()?;
            if fed.bytes < piece.len() {
                return None;
            }
            marks += fed.marks;
            complete = fed.complete;
        }
        complete.then_some(marks)
    }

    #[test]
    fn a_right_stream_passes_however_it_is_cut() {
        for cut in 1..body().len() {
            assert_eq!(check(body().as_bytes(), cut), Some(3), "cut to {cut}");
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_found() {
        let body = body().into_bytes();
        for at in 0..body.len() {
            let mut damaged = body.clone();
            damaged[at] ^= 1;
            for cut in [1, 7, body.len()] {
                assert_eq!(check(&damaged, cut), None, "byte {at}, cut to {cut}");
            }
        }
    }

    #[test]
    fn a_chunk_that_is_missing_doubled_or_in_another_place_is_found() {
        let body = body();
        let chunks: Vec<&str> = body.split_inclusive("\n\n").collect();
        for k in 0..chunks.len() {
            let mut missing = chunks.clone();
            missing.remove(k);
            assert_eq!(check(missing.concat().as_bytes(), 4_096), None, "{k}");
            let mut doubled = chunks.clone();
            doubled.insert(k, chunks[k]);
            assert_eq!(check(doubled.concat().as_bytes(), 4_096), None, "{k}");
            if k > 0 {
                let mut swapped = chunks.clone();
                swapped.swap(k, k - 1);
                assert_eq!(check(swapped.concat().as_bytes(), 4_096), None, "{k}");
            }
        }
    }
}
