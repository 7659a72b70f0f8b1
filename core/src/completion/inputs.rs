//! The inputs of a request that may have several: a string, a list of strings, a
//! list of tokens or a list of lists of tokens (OpenAI's API reference, fields
//! `input` of "Embeddings" and `prompt` of "Completions"; Ollama's `input` of
//! "Generate Embeddings" is a string or a list of strings).

use super::prompt_tokens::BYTES_PER_TOKEN;
use crate::json::Value;
use crate::tokens::{Encoding, Tokenizer};

/// The inputs of a request.
#[derive(Debug, Default)]
pub struct Inputs {
    /// All inputs, concatenated: UTF-8, or four bytes for each token.
    bytes: Vec<u8>,
    kept: Vec<Kept>,
    count: usize,
    tokens: u64,
}

#[derive(Debug)]
struct Kept {
    /// Its end in `bytes`.
    end: usize,
    is_text: bool,
}

/// One input.
#[derive(Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Text.
    Text(&'a str),
    /// The tokens of a text.
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
    /// The maximum number of inputs that are kept: as many as OpenAI accepts.
    pub const MOST: usize = 2048;

    /// Creates inputs of one empty text.
    pub fn empty() -> Self {
        let mut inputs = Self::default();
        inputs.text("");
        inputs
    }

    /// Reads a field. Returns `None` if it has another type.
    pub fn read(value: Value) -> Option<Self> {
        let mut inputs = Self::default();
        match value.is_list() {
            true => inputs.list(value),
            false => inputs.string(Some(value).filter(|it| it.is_string())?),
        }
        Some(inputs)
    }

    /// Returns the number of inputs in the request.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Returns the number of inputs that are kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Returns whether no inputs are kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Returns the number of tokens; those of texts are estimated.
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    /// Returns the number of tokens in `encoding`.
    pub fn tokens_in(&self, encoding: Encoding) -> u64 {
        let mut tokenizer = Tokenizer::new(encoding);
        let inputs = (0..self.len()).filter_map(|index| self.get(index));
        let each = inputs.map(|input| match input {
            Input::Text(text) => tokenizer.count(text),
            Input::Tokens(tokens) => tokens.count() as u64,
        });
        each.sum()
    }

    /// Returns an input that is kept.
    pub fn get(&self, index: usize) -> Option<Input<'_>> {
        let kept = self.kept.get(index)?;
        let before = index.checked_sub(1).and_then(|it| self.kept.get(it));
        let bytes = self.bytes.get(before.map_or(0, |it| it.end)..kept.end)?;
        Some(match kept.is_text {
            true => Input::Text(std::str::from_utf8(bytes).ok()?),
            false => Input::Tokens(Tokens(bytes)),
        })
    }

    /// Reads a list of strings, of tokens, or of lists of tokens.
    fn list(&mut self, list: Value) {
        let is_number = |it: Value| {
            it.json()
                .starts_with(|c: char| c == '-' || c.is_ascii_digit())
        };
        match list.items().next() {
            None => {}
            Some(first) if is_number(first) => self.tokens_of(list),
            Some(_) => {
                for value in list.items() {
                    match value.is_list() {
                        true => self.tokens_of(value),
                        false => self.string(value),
                    }
                }
            }
        }
    }

    fn tokens_of(&mut self, list: Value) {
        for token in list.items() {
            self.token(token);
        }
        self.end(false);
    }

    fn string(&mut self, value: Value) {
        match value.is_string() {
            true => self.text(&value.text()),
            false => self.text(""),
        }
    }

    fn text(&mut self, text: &str) {
        if self.count < Self::MOST {
            self.bytes.extend_from_slice(text.as_bytes());
            self.tokens += (text.len() as u64).div_ceil(BYTES_PER_TOKEN);
        }
        self.end(true);
    }

    fn token(&mut self, value: Value) {
        if self.count < Self::MOST {
            let token: u32 = value.parse().unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Option<Vec<String>> {
        let value = Value::new(json);
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
    fn reads_strings_and_lists() {
        for (json, expected) in [
            (r#""a\nb é""#, vec!["a\nb é"]),
            (r#""""#, vec![""]),
            (r#"["a","",  "c\"" ]"#, vec!["a", "", "c\""]),
            ("[1,2, 4294967295]", vec!["[1, 2, 4294967295]"]),
            ("[[1,2],[],[3]]", vec!["[1, 2]", "[]", "[3]"]),
            ("[]", vec![]),
            // Malformed inputs.
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
            let value = Value::new(json);
            assert_eq!(Inputs::read(value).unwrap().tokens(), expected, "{json}");
        }
    }

    #[test]
    fn at_most_as_many_inputs_are_kept_as_openai_accepts() {
        for item in ["\"text\"", "[1,2]", "null"] {
            let list = vec![item; Inputs::MOST + 7].join(",");
            let list = format!("[{list}]");
            let value = Value::new(&list);
            let inputs = Inputs::read(value).unwrap();
            assert_eq!(inputs.len(), Inputs::MOST);
            assert_eq!(inputs.count(), Inputs::MOST + 7);
        }
    }

    proptest! {
        #[test]
        fn reads_what_a_serializer_wrote(
            texts in prop::collection::vec(any::<String>(), 0..5),
            tokens in prop::collection::vec(any::<Vec<u32>>(), 0..5),
        ) {
            let json = serde_json::to_string(&texts).unwrap();
            prop_assert_eq!(read(&json).unwrap(), texts);
            let json = serde_json::to_string(&tokens).unwrap();
            let expected: Vec<_> = tokens.iter().map(|list| format!("{list:?}")).collect();
            prop_assert_eq!(read(&json).unwrap(), expected);
        }
    }
}
