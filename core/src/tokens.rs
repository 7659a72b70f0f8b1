//! Exact counts of tokens: the byte pair encodings of OpenAI's models
//! (github.com/openai/tiktoken), split and merged without a regular expression
//! and without recursion, in time that hostile text can't stretch.

mod dictionary;
mod encoding;
mod merge;
mod split;

pub use encoding::Encoding;

use self::merge::Merger;

/// Where tokens are estimated, four bytes make one: close to what English
/// prose takes.
pub const BYTES_PER_TOKEN: usize = 4;

/// So many bytes are counted exactly for one request, of its prompt and of its
/// reply each. The rest is estimated: a worker must not be held for longer than
/// a few tens of milliseconds.
pub const MOST_EXACT: usize = 256 * 1024;

/// A word that is not one token takes longer: each of its bytes counts as so
/// many.
pub const COST_OF_MERGING: usize = 4;

/// The longest piece of a text that is merged, in bytes.
const LONGEST_PIECE: usize = MOST_EXACT / COST_OF_MERGING;

/// Whether tokens are counted, and in which encoding: directive
/// `llm_mock_tokenizer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenizerMode {
    /// They are estimated.
    #[default]
    Off,
    /// In the encoding of the model that the request names.
    Auto,
    /// In this encoding.
    Always(Encoding),
}

impl TokenizerMode {
    /// The mode's name in the configuration.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"off" => Self::Off,
            b"auto" => Self::Auto,
            _ => Self::Always(Encoding::from_name(name)?),
        })
    }

    /// The encoding for a request to `model`.
    pub fn encoding(self, model: &[u8]) -> Option<Encoding> {
        match self {
            Self::Off => None,
            Self::Auto => Some(Encoding::of_model(model)),
            Self::Always(encoding) => Some(encoding),
        }
    }

    /// Every encoding that a request may need.
    pub fn encodings(self) -> impl Iterator<Item = Encoding> {
        Encoding::ALL.into_iter().filter(move |&it| match self {
            Self::Off => false,
            Self::Auto => true,
            Self::Always(encoding) => it == encoding,
        })
    }

    /// Makes the encodings ready that a request may need, once for all.
    /// `false` if there is no memory for them.
    pub fn load(self) -> bool {
        self.encodings().all(Encoding::load)
    }
}

/// Cuts the texts of one request into tokens.
pub struct Tokenizer {
    encoding: Encoding,
    merger: Merger,
    /// How many bytes may still be counted exactly; see [`COST_OF_MERGING`].
    left: usize,
}

impl Tokenizer {
    /// For the texts of one request. Without [`Encoding::load`] it estimates.
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            merger: Merger::default(),
            left: MOST_EXACT,
        }
    }

    /// How many tokens `text` has.
    pub fn count(&mut self, text: &str) -> u64 {
        let mut tokens = 0;
        self.ends(text, |_| tokens += 1);
        tokens
    }

    /// Hands where each token of `text` ends to `each`, in order, in bytes. A
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

/// The end of the last whole character up to `at`.
pub fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests;
