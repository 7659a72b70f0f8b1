//! Exact token counts with the byte pair encodings of OpenAI's models
//! (github.com/openai/tiktoken). A text of n bytes takes a time of n log n,
//! whatever it holds.
//!
//! Own code: both encodings take 4.4 MB of memory, those of the crate
//! `bpe-openai` 51 MB and those of `tiktoken-rs` 62 MB, which also takes 674 ms
//! for 1 MB of the letter a.

mod dictionary;
mod encoding;
mod merge;
mod split;

pub use encoding::Encoding;

use self::merge::Merger;

/// The bytes of a token in an estimate: close to the average of English prose.
pub const BYTES_PER_TOKEN: usize = 4;

/// The most bytes that are counted exactly, of the prompt and of the response
/// of one request each. The rest is estimated, so that a worker is not held for
/// longer than about 10 ms.
pub const MOST_EXACT: usize = 256 * 1024;

/// The bytes of [`MOST_EXACT`] that each byte of a piece takes which is not a
/// single token: merging is slower.
pub const COST_OF_MERGING: usize = 4;

/// The longest piece of a text that is merged, in bytes.
const LONGEST_PIECE: usize = MOST_EXACT / COST_OF_MERGING;

const _: () = assert!(LONGEST_PIECE <= merge::LONGEST);

/// How tokens are counted: directive `llm_mock_tokenizer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenizerMode {
    /// By an estimate.
    #[default]
    Off,
    /// In the encoding of the model that the request names.
    Auto,
    /// In this encoding.
    Always(Encoding),
}

impl TokenizerMode {
    /// Returns the mode of this name in the configuration.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"off" => Self::Off,
            b"auto" => Self::Auto,
            _ => Self::Always(Encoding::from_name(name)?),
        })
    }

    /// Returns the encoding for a request to `model`, or `None` for an
    /// estimate.
    pub fn encoding(self, model: &[u8]) -> Option<Encoding> {
        match self {
            Self::Off => None,
            Self::Auto => Some(Encoding::of_model(model)),
            Self::Always(encoding) => Some(encoding),
        }
    }

    /// Returns the encodings that requests may need.
    pub fn encodings(self) -> impl Iterator<Item = Encoding> {
        Encoding::ALL.into_iter().filter(move |&it| match self {
            Self::Off => false,
            Self::Auto => true,
            Self::Always(encoding) => it == encoding,
        })
    }

    /// Loads the encodings that requests may need. `false` if memory is short.
    pub fn load(self) -> bool {
        self.encodings().all(Encoding::load)
    }
}

/// Splits the texts of one request into tokens.
pub struct Tokenizer {
    encoding: Encoding,
    merger: Merger,
    /// What is left of [`MOST_EXACT`].
    left: usize,
}

impl Tokenizer {
    /// Creates a tokenizer for the texts of one request. It estimates if the
    /// encoding is not loaded.
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            merger: Merger::default(),
            left: MOST_EXACT,
        }
    }

    /// Returns the number of tokens in `text`.
    pub fn count(&mut self, text: &str) -> u64 {
        let mut tokens = 0;
        self.ends(text, |_| tokens += 1);
        tokens
    }

    /// Calls `each` with the end of each token in `text`, in bytes, in order. A
    /// token may end inside a character.
    pub fn ends(&mut self, text: &str, mut each: impl FnMut(usize)) {
        let mut start = 0;
        if let Some(dictionary) = self.encoding.dictionary() {
            while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
                let len = split::first_piece(rest, self.encoding);
                let piece = rest.as_bytes().get(..len).unwrap_or_default();
                let is_token = dictionary.rank(piece).is_some();
                let cost = if is_token { len } else { COST_OF_MERGING * len };
                let Some(left) = self.left.checked_sub(cost) else {
                    self.left = 0;
                    break;
                };
                self.left = left;
                if is_token {
                    each(start + len);
                } else {
                    let merger = &mut self.merger;
                    merger.ends(piece, dictionary, |at| each(start + at));
                }
                start += len;
            }
        }
        while start < text.len() {
            start = (start + BYTES_PER_TOKEN).min(text.len());
            each(start);
        }
    }
}

/// Returns the end of the last whole character up to `at`.
pub fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests;
