//! The content of one chunk of a stream: directive `llm_mock_chunk`.

use std::num::NonZeroU32;

use crate::tokens::{Encoding, Tokenizer, TokenizerMode, floor};

/// The unit of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Words, each with the white space after it.
    #[default]
    Word,
    /// Tokens. A token that ends inside a character is joined to the next ones.
    Token,
    /// Characters: Unicode scalar values.
    Char,
}

/// The size of a chunk: a number of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkSize {
    /// The unit.
    pub unit: Unit,
    /// The number of units in a chunk.
    pub count: NonZeroU32,
}

impl Default for ChunkSize {
    fn default() -> Self {
        Self {
            unit: Unit::default(),
            count: NonZeroU32::MIN,
        }
    }
}

impl Unit {
    /// Returns the unit of this name in the configuration.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"word" => Some(Self::Word),
            b"token" => Some(Self::Token),
            b"char" => Some(Self::Char),
            _ => None,
        }
    }
}

impl ChunkSize {
    /// Reads a value of the directive: a unit and an optional number, such as
    /// `word` or `token 2`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let unit = Unit::from_name(words.next()?.as_bytes())?;
        let count = match words.next() {
            None => NonZeroU32::MIN,
            Some(digits) if digits.bytes().all(|it| it.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
        };
        words.next().is_none().then_some(Self { unit, count })
    }

    /// Returns the end of each chunk in a text. `units` are the ends of its
    /// units, the last of which is the end of the text.
    fn ends(self, text: &str, units: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut units_left = self.count.get();
        for end in units {
            units_left = units_left.saturating_sub(1);
            let is_full = units_left == 0 && text.is_char_boundary(end);
            if is_full || end == text.len() {
                ends.push(end);
                units_left = self.count.get();
            }
        }
        ends
    }
}

/// How a text is split into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chunking {
    /// The size of a chunk.
    pub size: ChunkSize,
    /// The encoding of the tokens. Without one, a word is a token.
    pub encoding: Option<Encoding>,
}

/// The positions at which a text is cut, in bytes; none is inside a character.
pub struct Cuts {
    /// The end of each chunk.
    pub chunks: Vec<usize>,
    /// The end of each token, unless each chunk is one token. A token that ends
    /// inside a character ends before it here.
    pub tokens: Option<Vec<usize>>,
}

impl Chunking {
    /// Splits `text`. `words` are the ends of its words, the last of which is
    /// the end of the text.
    pub fn ends(self, text: &str, words: impl Iterator<Item = usize>) -> Cuts {
        if self == Self::default() {
            return Cuts {
                chunks: words.collect(),
                tokens: None,
            };
        }
        let words: Vec<usize> = words.collect();
        let tokens = self.encoding.map(|encoding| {
            let mut tokens = Vec::new();
            Tokenizer::new(encoding).ends(text, |end| tokens.push(end));
            tokens
        });
        let chars = || text.char_indices().map(|(at, c)| at + c.len_utf8());
        let chunks = match (self.size.unit, &tokens) {
            (Unit::Char, _) => self.size.ends(text, chars()),
            (Unit::Token, Some(tokens)) => self.size.ends(text, tokens.iter().copied()),
            (Unit::Word, _) | (Unit::Token, None) => self.size.ends(text, words.iter().copied()),
        };
        let mut tokens = tokens.unwrap_or(words);
        for end in &mut tokens {
            *end = floor(text, *end);
        }
        Cuts {
            chunks,
            tokens: Some(tokens),
        }
    }
}

/// How the texts of one location are split: `llm_mock_chunk` and
/// `llm_mock_tokenizer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChunkingMode {
    /// The size of a chunk.
    pub size: ChunkSize,
    /// How tokens are counted.
    pub tokenizer: TokenizerMode,
}

impl ChunkingMode {
    /// Creates the mode. Chunks of tokens imply a tokenizer.
    pub fn new(size: ChunkSize, tokenizer: TokenizerMode) -> Self {
        let tokenizer = match (size.unit, tokenizer) {
            (Unit::Token, TokenizerMode::Off) => TokenizerMode::Auto,
            _ => tokenizer,
        };
        Self { size, tokenizer }
    }

    /// Returns how a text is split for tokens of `encoding`.
    pub fn of(self, encoding: Option<Encoding>) -> Chunking {
        Chunking {
            size: self.size,
            encoding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunks(text: &str, unit: Unit, count: u32) -> Vec<&str> {
        Encoding::O200kBase.load();
        let chunking = Chunking {
            size: ChunkSize {
                unit,
                count: count.try_into().unwrap(),
            },
            encoding: Some(Encoding::O200kBase),
        };
        let words = crate::completion::chunked_text::word_ends(text);
        let mut start = 0;
        let ends = chunking.ends(text, words).chunks.into_iter();
        ends.map(|end| &text[std::mem::replace(&mut start, end)..end])
            .collect()
    }

    #[test]
    fn a_chunk_holds_the_given_number_of_units() {
        use Unit::*;
        for (text, unit, size, expected) in [
            ("one two three", Word, 1, vec!["one ", "two ", "three"]),
            ("one two three", Word, 2, vec!["one two ", "three"]),
            ("one two three", Word, 9, vec!["one two three"]),
            ("one two three", Token, 1, vec!["one", " two", " three"]),
            ("one two three", Token, 2, vec!["one two", " three"]),
            // Three tokens; the last two form one character.
            ("a\u{1f980}", Token, 1, vec!["a", "\u{1f980}"]),
            ("a \u{1f980}b", Token, 1, vec!["a", " \u{1f980}", "b"]),
            ("a\u{1f980}b", Token, 2, vec!["a\u{1f980}", "b"]),
            ("né\u{1f980}", Char, 1, vec!["n", "é", "\u{1f980}"]),
            ("abcdefg", Char, 3, vec!["abc", "def", "g"]),
            ("", Char, 1, vec![]),
            ("", Token, 1, vec![]),
        ] {
            assert_eq!(chunks(text, unit, size), expected, "{text} {unit:?} {size}");
        }
    }

    #[test]
    fn a_value_is_a_unit_and_an_optional_whole_number() {
        for text in [
            "",
            "2",
            "words",
            "word 0",
            "word -1",
            "word +1",
            "word 1.5",
            "word x",
            "word 1 2",
            "word 4294967296",
        ] {
            assert_eq!(ChunkSize::parse(text), None, "{text}");
        }
        for (text, unit, count) in [
            ("word", Unit::Word, 1),
            ("token 12", Unit::Token, 12),
            (" char  3 ", Unit::Char, 3),
        ] {
            let size = ChunkSize::parse(text).map(|it| (it.unit, it.count.get()));
            assert_eq!(size, Some((unit, count)), "{text}");
        }
    }

    #[test]
    fn tokens_imply_a_tokenizer() {
        let token = ChunkSize {
            unit: Unit::Token,
            ..ChunkSize::default()
        };
        for (size, tokenizer, expected) in [
            (token, TokenizerMode::Off, TokenizerMode::Auto),
            (
                token,
                TokenizerMode::Always(Encoding::Cl100kBase),
                TokenizerMode::Always(Encoding::Cl100kBase),
            ),
            (ChunkSize::default(), TokenizerMode::Off, TokenizerMode::Off),
        ] {
            assert_eq!(ChunkingMode::new(size, tokenizer).tokenizer, expected);
        }
    }

    proptest! {
        #[test]
        fn chunks_join_to_the_text(
            text in "(\\s|\\PC|[a-z]|\u{1f980}){0,60}",
            unit in prop::sample::select(vec![Unit::Word, Unit::Token, Unit::Char]),
            size in 1u32..5,
        ) {
            let chunks = chunks(&text, unit, size);
            prop_assert!(chunks.iter().all(|chunk| !chunk.is_empty()));
            prop_assert_eq!(chunks.concat(), text);
        }
    }
}
