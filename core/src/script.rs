//! What will be said.

use std::sync::Arc;

use crate::chunk::{Cut, Cutting, Ends};
use crate::json::{self, Escaped};
use crate::tokens::Encoding;

/// What a byte of a text takes at most: one that is escaped is written as six,
/// and where a word of two bytes ends takes eight; a vector that grows has up
/// to three times what it holds.
const OF_A_BYTE: usize = 3 * 6 + 3 * 4;

/// A text, cut into the pieces that a stream sends one by one and escaped for
/// JSON. It is made once, when the configuration is read, unless the text
/// comes from a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    text: Escaped,
    /// Where each piece ends in `text`.
    ends: Vec<usize>,
    /// Where each token does, if not each piece is one.
    tokens: Option<Vec<usize>>,
    cut: Cut,
}

impl Script {
    /// How much memory [`Script::cut`] takes at most, in bytes.
    pub fn memory(text: &[u8], cut: Cut) -> usize {
        const MARGIN: usize = 1024;
        // A byte that is not UTF-8 is read as three.
        let len = text.len().saturating_mul(3);
        len.saturating_add(text.len().saturating_mul(OF_A_BYTE))
            .saturating_add(cut.memory(len))
            .saturating_add(MARGIN)
    }

    /// How much memory [`Script::of_json`] takes at most, in bytes, for a
    /// document of this length.
    pub fn memory_of_json(len: usize, cut: Cut) -> usize {
        len.saturating_mul(OF_A_BYTE)
            .saturating_add(cut.memory(len))
    }

    /// Cuts `text` into words. What is not UTF-8 in it becomes U+FFFD.
    pub fn new(text: &[u8]) -> Self {
        Self::cut(text, Cut::default())
    }

    /// The same, cut in another way.
    pub fn cut(text: &[u8], cut: Cut) -> Self {
        let text = String::from_utf8_lossy(text);
        Self::of_words(&text, word_ends(&text), cut)
    }

    /// Cuts a JSON document.
    pub fn of_json(document: &str, cut: Cut) -> Self {
        Self::of_words(document, json_ends(document), cut)
    }

    fn of_words(text: &str, words: impl Iterator<Item = usize>, cut: Cut) -> Self {
        let Ends {
            mut chunks,
            mut tokens,
        } = cut.ends(text, words);
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
            cut,
        }
    }

    /// How it is cut.
    pub fn how_cut(&self) -> Cut {
        self.cut
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
    pub fn pieces_before(&self, end: usize) -> usize {
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

    /// Where the text first says `what`. It says nothing of what is empty.
    pub fn find(&self, what: &str) -> Option<usize> {
        if what.is_empty() || what.len() > self.text.as_bytes().len() {
            return None;
        }
        let mut escaped = Vec::new();
        json::escape(what, &mut escaped);
        let mut rest = self.text.as_bytes();
        while !rest.starts_with(&escaped) {
            // An escape stands for one character.
            let next = match rest {
                [] => return None,
                [b'\\', b'u', ..] => 6,
                [b'\\', ..] => 2,
                _ => 1,
            };
            rest = rest.get(next..)?;
        }
        Some(self.text.as_bytes().len() - rest.len())
    }

    /// The whole text, as the inside of a JSON string.
    pub fn text(&self) -> &Escaped {
        &self.text
    }
}

/// A text that does not change from request to request, cut for every encoding
/// that a request may need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scripts(Vec<Arc<Script>>);

impl Scripts {
    /// How much memory [`Scripts::new`] takes at most, in bytes.
    pub fn memory(text: &[u8], cutting: Cutting) -> usize {
        let each = ways(cutting).map(|cut| Script::memory(text, cut));
        each.fold(0, usize::saturating_add)
    }

    /// Cuts `text`.
    pub fn new(text: &[u8], cutting: Cutting) -> Self {
        let each = ways(cutting).map(|cut| Arc::new(Script::cut(text, cut)));
        Self(each.collect())
    }

    /// The one for tokens of `encoding`.
    pub fn of(&self, encoding: Option<Encoding>) -> Option<&Arc<Script>> {
        self.0.iter().find(|it| it.cut.encoding == encoding)
    }
}

/// Every way in which the replies of a location are cut.
fn ways(cutting: Cutting) -> impl Iterator<Item = Cut> {
    let encodings = cutting.tokenizer.encodings().map(Some);
    encodings.chain([None]).map(move |it| cutting.of(it))
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

    fn piece(script: &Script, index: usize) -> &[u8] {
        &script.text().as_bytes()[script.start_of(index)..script.start_of(index + 1)]
    }

    fn pieces(text: &str) -> Vec<String> {
        let script = Script::new(text.as_bytes());
        (0..script.len())
            .map(|k| {
                let quoted = [b"\"", piece(&script, k), b"\""].concat();
                serde_json::from_slice(&quoted).unwrap()
            })
            .collect()
    }

    #[test]
    fn a_word_carries_the_space_after_it() {
        assert_eq!(pieces("powered by openai"), ["powered ", "by ", "openai"]);
        assert_eq!(pieces("  two \t\n words \n"), ["  two \t\n ", "words \n"]);
        assert_eq!(pieces("你好 世界"), ["你好 ", "世界"]);
        assert_eq!(pieces("one"), ["one"]);
        assert_eq!(pieces(" \n "), [" \n "]);
        assert_eq!(pieces(""), [""; 0]);
    }

    #[test]
    fn a_document_is_cut_after_its_words() {
        let script = Script::of_json(r#"{"city":"New York","n":-2.5}"#, Cut::default());
        let pieces: Vec<_> = (0..script.len()).map(|k| piece(&script, k)).collect();
        let expected: [&[u8]; 7] = [
            br#"{\"city"#,
            br#"\":\"New"#,
            b" York",
            br#"\",\"n"#,
            br#"\":-2"#,
            b".5",
            b"}",
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn there_is_nothing_past_the_end() {
        let script = Script::new(b"a b");
        assert_eq!(script.start_of(2), 3);
        assert_eq!(script.start_of(3), 3);
        assert_eq!(script.start_of(usize::MAX), 3);
    }

    proptest! {
        #[test]
        fn joined_the_pieces_are_the_text(text in "(\\s|\\PC|[a-z\"\\\\\u{0}\u{2028}]){0,60}") {
            prop_assert_eq!(pieces(&text).concat(), text);
        }

        #[test]
        fn every_piece_but_the_last_ends_in_space(text in "[a-z \t\n]{0,60}") {
            let pieces = pieces(&text);
            for piece in pieces.iter().rev().skip(1) {
                prop_assert!(piece.ends_with(char::is_whitespace));
                prop_assert_eq!(piece.split_whitespace().count(), 1);
            }
        }

        #[test]
        fn pieces_lie_in_the_whole_text(text: String) {
            let script = Script::new(text.as_bytes());
            let joined: Vec<u8> = (0..script.len()).flat_map(|k| piece(&script, k).to_vec()).collect();
            prop_assert_eq!(joined, script.text().as_bytes());
        }
    }
}
