//! The text of a response, split into chunks.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::chunking::{Chunking, ChunkingMode, Cuts};
use crate::json::{self, Escaped};
use crate::tokens::Encoding;

/// A text, split into the chunks that a stream sends one by one and escaped for
/// JSON. It is created once, when the configuration is read, unless the text
/// comes from a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkedText {
    text: Escaped,
    /// The end of each chunk in `text`.
    ends: Vec<usize>,
    /// The end of each token in `text`, unless each chunk is one token.
    tokens: Option<Vec<usize>>,
    chunking: Chunking,
}

impl ChunkedText {
    /// Splits `text` into chunks. Bytes that are not UTF-8 become U+FFFD.
    pub fn new(text: &[u8], chunking: Chunking) -> Self {
        let text = String::from_utf8_lossy(text);
        Self::of_words(&text, word_ends(&text), chunking)
    }

    /// Splits a JSON document into chunks.
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
                for slot in [
                    chunks.next_if(|it| **it == end),
                    tokens.next_if(|it| **it == end),
                ] {
                    slot.into_iter().for_each(|it| *it = escaped.len());
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

    /// Returns how the text is split.
    pub fn chunking(&self) -> Chunking {
        self.chunking
    }

    /// Returns the number of chunks: 0 for an empty text.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the start of chunk `index` in the text, or the end of the text if
    /// there are fewer chunks.
    pub fn start_of(&self, index: usize) -> usize {
        self.start(&self.ends, index)
    }

    /// Returns the number of chunks that begin before the position `end`.
    pub fn chunks_before(&self, end: usize) -> usize {
        begun(&self.ends, end)
    }

    /// Returns the start of token `index` in the text, or the end of the text if
    /// there are fewer tokens.
    pub fn start_of_token(&self, index: usize) -> usize {
        self.start(self.token_ends(), index)
    }

    /// Returns the number of tokens.
    pub fn tokens(&self) -> usize {
        self.token_ends().len()
    }

    /// Returns the number of tokens that begin before the position `end`.
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

    /// Returns the position of the first occurrence of `what` in the text, or
    /// `None` for an empty string. Takes linear time, because both may come from
    /// a client.
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
        // The match begins within an escape, as `n` does in `\n`. Every
        // character may be such a match, so searching on from each takes
        // quadratic time. The first match in the unescaped text is the right
        // one.
        let unescaped: String = serde_json::from_slice(&[b"\"", text, b"\""].concat()).ok()?;
        let before = unescaped.get(..memmem::find(unescaped.as_bytes(), what.as_bytes())?)?;
        escaped.clear();
        json::escape(before, &mut escaped);
        Some(escaped.len())
    }

    /// Returns the whole text, as the inside of a JSON string.
    pub fn text(&self) -> &Escaped {
        &self.text
    }
}

/// A text that is the same for each request, split for every encoding that a
/// request may need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkedTexts {
    /// The text with estimated tokens.
    estimated: Arc<ChunkedText>,
    encoded: Vec<Arc<ChunkedText>>,
}

impl ChunkedTexts {
    /// Splits `text` for each encoding of `mode`.
    pub fn new(text: &[u8], mode: ChunkingMode) -> Self {
        let split = |encoding| Arc::new(ChunkedText::new(text, mode.of(encoding)));
        Self {
            estimated: split(None),
            encoded: mode
                .tokenizer
                .encodings()
                .map(|it| split(Some(it)))
                .collect(),
        }
    }

    /// Returns the text whose tokens are counted in `encoding`, which is one of
    /// the mode's.
    pub fn of(&self, encoding: Option<Encoding>) -> &Arc<ChunkedText> {
        let mut encoded = self.encoded.iter();
        let found = encoded.find(|it| it.chunking.encoding == encoding);
        found.unwrap_or(&self.estimated)
    }
}

/// Returns whether a position in an escaped text is outside of its escapes.
fn is_boundary(escaped: &[u8], position: usize) -> bool {
    let mut at = 0;
    while at < position {
        let rest = escaped.get(at..position).unwrap_or_default();
        let Some(plain) = memchr(b'\\', rest) else {
            return true;
        };
        at += plain;
        at += match escaped.get(at + 1) {
            Some(b'u') => 6,
            _ => 2,
        };
    }
    at == position
}

/// Returns how many of the parts with these `ends` begin before `end`.
fn begun(ends: &[usize], end: usize) -> usize {
    match end {
        0 => 0,
        _ => ends.partition_point(|&it| it < end) + 1,
    }
}

/// Returns the end of each word of a text. A word includes the white space after
/// it, and the first word also that before it, so that the words join to the
/// text.
pub fn word_ends(text: &str) -> impl Iterator<Item = usize> {
    let mut has_word = false;
    let mut spaces = false;
    text.char_indices()
        .filter_map(move |(at, c)| {
            let starts_word = spaces && !c.is_whitespace();
            has_word |= !c.is_whitespace();
            spaces = has_word && c.is_whitespace();
            starts_word.then_some(at)
        })
        .chain((!text.is_empty()).then_some(text.len()))
}

/// Returns the end of each chunk of a document: a word and the punctuation
/// before it, much as a tokenizer splits it.
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
    fn a_word_includes_the_space_after_it() {
        assert_eq!(chunks("powered by openai"), ["powered ", "by ", "openai"]);
        assert_eq!(chunks("  two \t\n words \n"), ["  two \t\n ", "words \n"]);
        assert_eq!(chunks("你好 世界"), ["你好 ", "世界"]);
        assert_eq!(chunks("one"), ["one"]);
        assert_eq!(chunks(" \n "), [" \n "]);
        assert_eq!(chunks(""), [""; 0]);
    }

    #[test]
    fn a_document_is_split_after_each_word() {
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
    fn positions_past_the_end_are_the_end() {
        let chunked = ChunkedText::new(b"a b", Chunking::default());
        assert_eq!(chunked.start_of(2), 3);
        assert_eq!(chunked.start_of(3), 3);
        assert_eq!(chunked.start_of(usize::MAX), 3);
    }

    proptest! {
        #[test]
        fn chunks_join_to_the_text(text in "(\\s|\\PC|[a-z\"\\\\\u{0}\u{2028}]){0,60}") {
            prop_assert_eq!(chunks(&text).concat(), text);
        }

        #[test]
        fn every_chunk_but_the_last_ends_in_space(text in "[a-z \t\n]{0,60}") {
            let chunks = chunks(&text);
            for chunk in chunks.iter().rev().skip(1) {
                prop_assert!(chunk.ends_with(char::is_whitespace));
                prop_assert_eq!(chunk.split_whitespace().count(), 1);
            }
        }

        #[test]
        fn chunks_cover_the_escaped_text(text: String) {
            let chunked = ChunkedText::new(text.as_bytes(), Chunking::default());
            let joined: Vec<u8> = (0..chunked.len()).flat_map(|k| chunk(&chunked, k).to_vec()).collect();
            prop_assert_eq!(joined, chunked.text().as_bytes());
        }
    }
}
