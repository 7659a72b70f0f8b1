//! What one chunk of a stream holds: directive `llm_mock_chunk`.

use std::num::NonZeroU32;

use crate::tokens::{Encoding, Tokenizer, TokenizerMode, floor};

/// What is counted off into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Words, each with the white space after it.
    #[default]
    Word,
    /// Tokens. One that ends inside a character goes with the next ones.
    Token,
    /// Characters: Unicode scalar values.
    Char,
}

/// So many units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// What is counted.
    pub unit: Unit,
    /// How many are one chunk.
    pub size: NonZeroU32,
}

impl Default for Chunk {
    fn default() -> Self {
        Self {
            unit: Unit::default(),
            size: NonZeroU32::MIN,
        }
    }
}

impl Unit {
    /// The unit's name in the configuration.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"word" => Some(Self::Word),
            b"token" => Some(Self::Token),
            b"char" => Some(Self::Char),
            _ => None,
        }
    }
}

impl Chunk {
    /// The size that is written so.
    pub fn size(text: &[u8]) -> Option<NonZeroU32> {
        let digits = text.iter().all(u8::is_ascii_digit).then_some(text)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    /// Where chunks end in a text of which units end there, the last where the
    /// text does.
    fn ends(self, text: &str, units: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut units_left = self.size.get();
        for end in units {
            units_left = units_left.saturating_sub(1);
            let is_full = units_left == 0 && text.is_char_boundary(end);
            if is_full || end == text.len() {
                ends.push(end);
                units_left = self.size.get();
            }
        }
        ends
    }
}

/// How a text is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cut {
    /// What a chunk is.
    pub chunk: Chunk,
    /// What a token is; a word is one where there is no encoding.
    pub encoding: Option<Encoding>,
}

/// Where a text is cut, in bytes; no cut lies inside a character.
pub struct Ends {
    /// Where each chunk ends.
    pub chunks: Vec<usize>,
    /// Where each token ends, if it is not each chunk. One that ends inside a
    /// character ends before it here.
    pub tokens: Option<Vec<usize>>,
}

impl Cut {
    /// How much memory [`Cut::ends`] takes beyond what it takes for words, at
    /// most, in bytes, for a text of this length.
    pub fn memory(self, len: usize) -> usize {
        const GROWN: usize = 3 * size_of::<usize>();
        if self == Self::default() {
            return 0;
        }
        // A chunk and a token may be a byte each.
        len.saturating_mul(2 * GROWN)
    }

    /// Cuts `text`, of which `words` end there, the last where it ends.
    pub fn ends(self, text: &str, words: impl Iterator<Item = usize>) -> Ends {
        if self == Self::default() {
            return Ends {
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
        let chunks = match (self.chunk.unit, &tokens) {
            (Unit::Char, _) => self.chunk.ends(text, chars()),
            (Unit::Token, Some(tokens)) => self.chunk.ends(text, tokens.iter().copied()),
            (Unit::Word, _) | (Unit::Token, None) => self.chunk.ends(text, words.iter().copied()),
        };
        let mut tokens = tokens.unwrap_or(words);
        for end in &mut tokens {
            *end = floor(text, *end);
        }
        Ends {
            chunks,
            tokens: Some(tokens),
        }
    }
}

/// How the replies of one location are cut: `llm_mock_chunk` and
/// `llm_mock_tokenizer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cutting {
    /// What a chunk is.
    pub chunk: Chunk,
    /// What a token is.
    pub tokenizer: TokenizerMode,
}

impl Cutting {
    /// Chunks of tokens imply a tokenizer.
    pub fn new(chunk: Chunk, tokenizer: TokenizerMode) -> Self {
        let tokenizer = match (chunk.unit, tokenizer) {
            (Unit::Token, TokenizerMode::Off) => TokenizerMode::Auto,
            _ => tokenizer,
        };
        Self { chunk, tokenizer }
    }

    /// How a reply is cut for tokens of `encoding`.
    pub fn of(self, encoding: Option<Encoding>) -> Cut {
        Cut {
            chunk: self.chunk,
            encoding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunks(text: &str, unit: Unit, size: u32) -> Vec<&str> {
        Encoding::O200kBase.load();
        let cut = Cut {
            chunk: Chunk {
                unit,
                size: size.try_into().unwrap(),
            },
            encoding: Some(Encoding::O200kBase),
        };
        let words = crate::script::word_ends(text);
        let mut start = 0;
        let ends = cut.ends(text, words).chunks.into_iter();
        ends.map(|end| &text[std::mem::replace(&mut start, end)..end])
            .collect()
    }

    #[test]
    fn a_chunk_holds_so_many_units() {
        use Unit::*;
        for (text, unit, size, expected) in [
            ("one two three", Word, 1, vec!["one ", "two ", "three"]),
            ("one two three", Word, 2, vec!["one two ", "three"]),
            ("one two three", Word, 9, vec!["one two three"]),
            ("one two three", Token, 1, vec!["one", " two", " three"]),
            ("one two three", Token, 2, vec!["one two", " three"]),
            // Three tokens, of which the last two are one character.
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
    fn a_size_is_a_whole_number() {
        for text in ["", "0", "-1", "+1", "1.5", "x", " 1", "4294967296"] {
            assert_eq!(Chunk::size(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Chunk::size(b"12").map(NonZeroU32::get), Some(12));
    }

    #[test]
    fn tokens_imply_a_tokenizer() {
        let token = Chunk {
            unit: Unit::Token,
            ..Chunk::default()
        };
        for (chunk, said, expected) in [
            (token, TokenizerMode::Off, TokenizerMode::Auto),
            (
                token,
                TokenizerMode::Always(Encoding::Cl100kBase),
                TokenizerMode::Always(Encoding::Cl100kBase),
            ),
            (Chunk::default(), TokenizerMode::Off, TokenizerMode::Off),
        ] {
            assert_eq!(Cutting::new(chunk, said).tokenizer, expected);
        }
    }

    proptest! {
        #[test]
        fn joined_the_chunks_are_the_text(
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
