//! What a client sends to be read (API reference, fields `input` of
//! "Embeddings" and `prompt` of "Completions"): a string, a list of strings, a
//! list of tokens or a list of lists of tokens.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::request::{BYTES_PER_TOKEN, Text, parse};
use crate::tokens::{Encoding, Tokenizer};

/// The inputs of a request.
#[derive(Debug, Default)]
pub struct Inputs {
    /// What they hold, one after the other: UTF-8, or four bytes a token.
    bytes: Vec<u8>,
    kept: Vec<Kept>,
    count: usize,
    tokens: u64,
}

#[derive(Debug)]
struct Kept {
    /// Where it ends in `bytes`.
    end: usize,
    is_text: bool,
}

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Text.
    Text(&'a str),
    /// What a tokenizer made of a text.
    Tokens(Tokens<'a>),
}

/// A list of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens<'a>(&'a [u8]);

const TOKEN: usize = size_of::<u32>();

impl Iterator for Tokens<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (token, rest) = self.0.split_first_chunk::<TOKEN>()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*token))
    }
}

impl Inputs {
    /// The most that are kept: as many as OpenAI takes.
    pub const MOST: usize = 2048;

    /// How much memory [`Inputs::read`] takes at most, in bytes, for a body of
    /// this length in which each byte may be read as three.
    pub fn memory(body: usize) -> usize {
        // A token of two bytes is kept in four; half a surrogate pair of six
        // bytes is read as nine, once in a string of its own. What grows takes
        // up to three times what it holds.
        body.saturating_mul(3 + 3 * (3 + 3 + 3))
            .saturating_add(3 * Self::MOST * size_of::<Kept>())
    }

    /// One empty text.
    pub fn empty() -> Self {
        let mut inputs = Self::default();
        inputs.text("");
        inputs
    }

    /// Reads a field. `None` if it is of another type.
    pub fn read(value: &RawValue) -> Option<Self> {
        let mut inputs = Self::default();
        match value.get().as_bytes().first() {
            Some(b'"') => inputs.string(value),
            Some(b'[') => {
                let mut json = serde_json::Deserializer::from_str(value.get());
                json.deserialize_seq(List(&mut inputs)).ok()?;
            }
            _ => return None,
        }
        Some(inputs)
    }

    /// How many there were in the request.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// How many tokens they have: those of texts are an estimate.
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    /// How many tokens they have in `encoding`.
    pub fn tokens_in(&self, encoding: Encoding) -> u64 {
        let mut tokenizer = Tokenizer::new(encoding);
        let inputs = (0..self.len()).filter_map(|index| self.get(index));
        let each = inputs.map(|input| match input {
            Input::Text(text) => tokenizer.count(text),
            Input::Tokens(tokens) => tokens.count() as u64,
        });
        each.sum()
    }

    /// One that is kept.
    pub fn get(&self, index: usize) -> Option<Input<'_>> {
        let kept = self.kept.get(index)?;
        let before = index.checked_sub(1).and_then(|it| self.kept.get(it));
        let bytes = self.bytes.get(before.map_or(0, |it| it.end)..kept.end)?;
        Some(match kept.is_text {
            true => Input::Text(std::str::from_utf8(bytes).ok()?),
            false => Input::Tokens(Tokens(bytes)),
        })
    }

    fn string(&mut self, value: &RawValue) {
        let raw = value.get();
        let inside = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        match inside {
            Some(plain) if !plain.contains('\\') => self.text(plain),
            _ => match parse(value) {
                Some(Text(text)) => self.text(&text),
                None => self.text(""),
            },
        }
    }

    fn text(&mut self, text: &str) {
        if self.count < Self::MOST {
            self.bytes.extend_from_slice(text.as_bytes());
            self.tokens += (text.len() as u64).div_ceil(BYTES_PER_TOKEN);
        }
        self.end(true);
    }

    fn token(&mut self, value: &RawValue) {
        if self.count < Self::MOST {
            let token: u32 = parse(value).unwrap_or_default();
            self.bytes.extend_from_slice(&token.to_le_bytes());
            self.tokens += 1;
        }
    }

    fn end(&mut self, is_text: bool) {
        if self.count < Self::MOST {
            let end = self.bytes.len();
            self.kept.push(Kept { end, is_text });
        }
        self.count += 1;
    }
}

/// A list of strings, of tokens, or of lists of tokens.
struct List<'i>(&'i mut Inputs);

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some(first) = seq.next_element::<&RawValue>()? else {
            return Ok(());
        };
        if first
            .get()
            .starts_with(|c: char| c == '-' || c.is_ascii_digit())
        {
            self.0.token(first);
            while let Some(token) = seq.next_element()? {
                self.0.token(token);
            }
            self.0.end(false);
            return Ok(());
        }
        let mut next = Some(first);
        while let Some(value) = next {
            match value.get().as_bytes().first() {
                Some(b'"') => self.0.string(value),
                Some(b'[') => {
                    let mut json = serde_json::Deserializer::from_str(value.get());
                    // It is well-formed, or the list were not.
                    let _ = json.deserialize_seq(TokenList(self.0));
                    self.0.end(false);
                }
                _ => self.0.text(""),
            }
            next = seq.next_element()?;
        }
        Ok(())
    }
}

struct TokenList<'i>(&'i mut Inputs);

impl<'de> Visitor<'de> for TokenList<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tokens")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(token) = seq.next_element()? {
            self.0.token(token);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Option<Vec<String>> {
        let value: &RawValue = serde_json::from_str(json).unwrap();
        let inputs = Inputs::read(value)?;
        assert_eq!(inputs.get(inputs.len()), None);
        let each = (0..inputs.len()).map(|index| match inputs.get(index) {
            Some(Input::Text(text)) => text.to_owned(),
            Some(Input::Tokens(tokens)) => format!("{:?}", tokens.collect::<Vec<_>>()),
            None => panic!("{index}"),
        });
        Some(each.collect())
    }

    #[test]
    fn reads_what_a_client_may_send() {
        for (json, expected) in [
            (r#""a\nb é""#, vec!["a\nb é"]),
            (r#""""#, vec![""]),
            (r#"["a","",  "c\"" ]"#, vec!["a", "", "c\""]),
            ("[1,2, 4294967295]", vec!["[1, 2, 4294967295]"]),
            ("[[1,2],[],[3]]", vec!["[1, 2]", "[]", "[3]"]),
            ("[]", vec![]),
            // What no client should send.
            ("[1,\"a\",-1,0.5,4294967296]", vec!["[1, 0, 0, 0, 0]"]),
            (r#"["a",1,[2],null,{"b":[]}]"#, vec!["a", "", "[2]", "", ""]),
            (r#"["\ud83e"]"#, vec!["\u{fffd}\u{fffd}\u{fffd}"]),
        ] {
            assert_eq!(read(json).unwrap(), expected, "{json}");
        }
        for json in ["1", "null", "true", "{}"] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn tokens_are_counted_or_estimated() {
        for (json, expected) in [
            (r#""12345""#, 2),
            (r#"["a","b"]"#, 2),
            ("[7,8,9]", 3),
            ("[[7,8],[9]]", 3),
            ("\"\"", 0),
        ] {
            let value: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(Inputs::read(value).unwrap().tokens(), expected, "{json}");
        }
    }

    #[test]
    fn no_more_is_kept_than_openai_takes() {
        for item in ["\"text\"", "[1,2]", "null"] {
            let list = vec![item; Inputs::MOST + 7].join(",");
            let list = format!("[{list}]");
            let value: &RawValue = serde_json::from_str(&list).unwrap();
            let inputs = Inputs::read(value).unwrap();
            assert_eq!(inputs.len(), Inputs::MOST);
            assert_eq!(inputs.count(), Inputs::MOST + 7);
        }
    }

    proptest! {
        #[test]
        fn reads_what_a_serializer_wrote(texts: Vec<String>, tokens: Vec<Vec<u32>>) {
            let json = serde_json::to_string(&texts).unwrap();
            prop_assert_eq!(read(&json).unwrap(), texts);
            let json = serde_json::to_string(&tokens).unwrap();
            let expected: Vec<_> = tokens.iter().map(|list| format!("{list:?}")).collect();
            prop_assert_eq!(read(&json).unwrap(), expected);
        }
    }
}
