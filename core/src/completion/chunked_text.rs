//! What will be said.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::chunking::{Chunking, ChunkingMode, Cuts};
use crate::json::{self, Escaped};
use crate::tokens::Encoding;

/// A text, cut into the pieces that a stream sends one by one and escaped for
/// JSON. It is made once, when the configuration is read, unless the text
/// comes from a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkedText {
    text: Escaped,
    /// Where each piece ends in `text`.
    ends: Vec<usize>,
    /// Where each token does, if not each piece is one.
    tokens: Option<Vec<usize>>,
    chunking: Chunking,
}

impl ChunkedText {
    /// Cuts `text`. Bytes that are not UTF-8 become U+FFFD.
    pub fn new(text: &[u8], chunking: Chunking) -> Self {
        let text = String::from_utf8_lossy(text);
        Self::of_words(&text, word_ends(&text), chunking)
    }

    /// Cuts a JSON document.
    pub fn of_json(document: &str, chunking: Chunking) -> Self {
        Self::of_words(document, json_ends(document), chunking)
    }

    fn of_words(text: &str, words: impl Iterator<Item = usize>, chunking: Chunking) -> Self {
        let Cuts {
            mut chunks,
            mut tokens,
        } = chunking.ends(text, words);
        let mut escaped = Vec::with_capacity(text.len());
        let mut start = 0;
        {
            let mut chunks = chunks.iter_mut().peekable();
            let mut tokens = tokens.iter_mut().flatten().peekable();
            loop {
                let next = chunks.peek().into_iter().chain(tokens.peek());
                let Some(end) = next.map(|end| **end).min() else {
                    break;
                };
                json::escape(text.get(start..end).unwrap_or_default(), &mut escaped);
                start = end;
                for place in [
                    chunks.next_if(|it| **it == end),
                    tokens.next_if(|it| **it == end),
                ] {
                    place.into_iter().for_each(|it| *it = escaped.len());
                }
            }
        }
        chunks.shrink_to_fit();
        if let Some(tokens) = &mut tokens {
            tokens.shrink_to_fit();
        }
        Self {
            text: Escaped::from_escaped(escaped),
            ends: chunks,
            tokens,
            chunking,
        }
    }

    /// How it is cut.
    pub fn chunking(&self) -> Chunking {
        self.chunking
    }

    /// How many pieces there are; 0 for an empty text.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Where piece `index` begins in the text; past the last, where that ends.
    pub fn start_of(&self, index: usize) -> usize {
        self.start(&self.ends, index)
    }

    /// How many pieces begin before this place in the text.
    pub fn chunks_before(&self, end: usize) -> usize {
        begun(&self.ends, end)
    }

    /// Where token `index` begins in the text; past the last, where that ends.
    pub fn start_of_token(&self, index: usize) -> usize {
        self.start(self.token_ends(), index)
    }

    /// How many tokens there are.
    pub fn tokens(&self) -> usize {
        self.token_ends().len()
    }

    /// How many tokens begin before this place in the text.
    pub fn tokens_before(&self, end: usize) -> usize {
        begun(self.token_ends(), end)
    }

    fn token_ends(&self) -> &[usize] {
        self.tokens.as_deref().unwrap_or(&self.ends)
    }

    fn start(&self, ends: &[usize], index: usize) -> usize {
        match index.checked_sub(1) {
            None => 0,
            Some(before) => {
                let end = ends.get(before).copied();
                end.unwrap_or(self.text.as_bytes().len())
            }
        }
    }

    /// Where `what` first occurs in the text; an empty string occurs nowhere.
    /// Takes linear time: both may come from a client.
    pub fn find(&self, what: &str) -> Option<usize> {
        let text = self.text.as_bytes();
        if what.is_empty() || what.len() > text.len() {
            return None;
        }
        let mut escaped = Vec::new();
        json::escape(what, &mut escaped);
        let found = memmem::find(text, &escaped)?;
        if is_boundary(text, found) {
            return Some(found);
        }
        // It begins within an escape, as `n` does in `\n`. There may be as many
        // such places as characters, so that going on from each would be
        // quadratic. Without escapes, the first place is the one.
        let unescaped: String = serde_json::from_slice(&[b"\"", text, b"\""].concat()).ok()?;
        let before = unescaped.get(..memmem::find(unescaped.as_bytes(), what.as_bytes())?)?;
        escaped.clear();
        json::escape(before, &mut escaped);
        Some(escaped.len())
    }

    /// The whole text, as the inside of a JSON string.
    pub fn text(&self) -> &Escaped {
        &self.text
    }
}

/// A text that is the same for each request, cut for every encoding that a
/// request may need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkedTexts {
    /// With estimated tokens.
    estimated: Arc<ChunkedText>,
    encoded: Vec<Arc<ChunkedText>>,
}

impl ChunkedTexts {
    /// Cuts `text`.
    pub fn new(text: &[u8], mode: ChunkingMode) -> Self {
        let cut = |encoding| Arc::new(ChunkedText::new(text, mode.of(encoding)));
        Self {
            estimated: cut(None),
            encoded: mode.tokenizer.encodings().map(|it| cut(Some(it))).collect(),
        }
    }

    /// The text whose tokens are counted in `encoding`, which is one of the mode's.
    pub fn of(&self, encoding: Option<Encoding>) -> &Arc<ChunkedText> {
        let mut encoded = self.encoded.iter();
        let found = encoded.find(|it| it.chunking.encoding == encoding);
        found.unwrap_or(&self.estimated)
    }
}

/// Whether a place in an escaped text is not within an escape.
fn is_boundary(escaped: &[u8], place: usize) -> bool {
    let mut at = 0;
    while at < place {
        let rest = escaped.get(at..place).unwrap_or_default();
        let Some(plain) = memchr(b'\\', rest) else {
            return true;
        };
        at += plain;
        at += match escaped.get(at + 1) {
            Some(b'u') => 6,
            _ => 2,
        };
    }
    at == place
}

/// How many of the parts that end there begin before `end`.
fn begun(ends: &[usize], end: usize) -> usize {
    match end {
        0 => 0,
        _ => ends.partition_point(|&it| it < end) + 1,
    }
}

/// Where each word of a text ends. A word carries the white space that follows
/// it, the first also what stands before it, so that joined they are the text.
pub fn word_ends(text: &str) -> impl Iterator<Item = usize> {
    let mut spoken = false;
    let mut spaces = false;
    text.char_indices()
        .filter_map(move |(at, c)| {
            let starts_word = spaces && !c.is_whitespace();
            spoken |= !c.is_whitespace();
            spaces = spoken && c.is_whitespace();
            starts_word.then_some(at)
        })
        .chain((!text.is_empty()).then_some(text.len()))
}

/// Where the pieces of a document end, each a word with the signs before it,
/// much like a tokeniser's.
fn json_ends(document: &str) -> impl Iterator<Item = usize> {
    let mut is_in_word = false;
    document
        .char_indices()
        .filter_map(move |(at, c)| {
            let ends_word = is_in_word && !c.is_alphanumeric();
            is_in_word = c.is_alphanumeric();
            ends_word.then_some(at)
        })
        .chain((!document.is_empty()).then_some(document.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunk(chunked: &ChunkedText, index: usize) -> &[u8] {
        &chunked.text().as_bytes()[chunked.start_of(index)..chunked.start_of(index + 1)]
    }

    fn chunks(text: &str) -> Vec<String> {
        let chunked = ChunkedText::new(text.as_bytes(), Chunking::default());
        (0..chunked.len())
            .map(|k| {
                let quoted = [b"\"", chunk(&chunked, k), b"\""].concat();
                serde_json::from_slice(&quoted).unwrap()
            })
            .collect()
    }

    #[test]
    fn a_word_carries_the_space_after_it() {
        assert_eq!(chunks("powered by openai"), ["powered ", "by ", "openai"]);
        assert_eq!(chunks("  two \t\n words \n"), ["  two \t\n ", "words \n"]);
        assert_eq!(chunks("你好 世界"), ["你好 ", "世界"]);
        assert_eq!(chunks("one"), ["one"]);
        assert_eq!(chunks(" \n "), [" \n "]);
        assert_eq!(chunks(""), [""; 0]);
    }

    #[test]
    fn a_document_is_cut_after_its_words() {
        let chunked = ChunkedText::of_json(r#"{"city":"New York","n":-2.5}"#, Chunking::default());
        let chunks: Vec<_> = (0..chunked.len()).map(|k| chunk(&chunked, k)).collect();
        let expected: [&[u8]; 7] = [
            br#"{\"city"#,
            br#"\":\"New"#,
            b" York",
            br#"\",\"n"#,
            br#"\":-2"#,
            b".5",
            b"}",
        ];
        assert_eq!(chunks, expected);
    }

    #[test]
    fn there_is_nothing_past_the_end() {
        let chunked = ChunkedText::new(b"a b", Chunking::default());
        assert_eq!(chunked.start_of(2), 3);
        assert_eq!(chunked.start_of(3), 3);
        assert_eq!(chunked.start_of(usize::MAX), 3);
    }

    proptest! {
        #[test]
        fn joined_the_pieces_are_the_text(text in "(\\s|\\PC|[a-z\"\\\\\u{0}\u{2028}]){0,60}") {
            prop_assert_eq!(chunks(&text).concat(), text);
        }

        #[test]
        fn every_piece_but_the_last_ends_in_space(text in "[a-z \t\n]{0,60}") {
            let chunks = chunks(&text);
            for chunk in chunks.iter().rev().skip(1) {
                prop_assert!(chunk.ends_with(char::is_whitespace));
                prop_assert_eq!(chunk.split_whitespace().count(), 1);
            }
        }

        #[test]
        fn pieces_lie_in_the_whole_text(text: String) {
            let chunked = ChunkedText::new(text.as_bytes(), Chunking::default());
            let joined: Vec<u8> = (0..chunked.len()).flat_map(|k| chunk(&chunked, k).to_vec()).collect();
            prop_assert_eq!(joined, chunked.text().as_bytes());
        }
    }
}
