//! Embeddings: the same vector for the same text, and vectors near each other
//! for texts that share words and parts of words.
//!
//! The features of a text are its words and its sequences of three letters. The
//! hash of a feature selects a component of the vector and a sign for its
//! weight. A Hadamard transform then spreads each component over the whole
//! vector. That keeps all angles, and nearly keeps them in a shortened vector,
//! so that a shorter vector is the beginning of a longer one, as with OpenAI's
//! models that shorten theirs.

use super::inputs::Input;
use crate::engine::Sink;

/// The dimensions of the longest vector.
pub const MOST_DIMENSIONS: usize = 4096;

/// The number of bytes of a text that are read: more than the 8,192 tokens that
/// OpenAI accepts. A longer text would block the worker for too long.
const MOST_BYTES: usize = 64 * 1024;

/// The weights of features. Their sums are exact.
const WORD: f32 = 1.0;
const SHORT_WORD: f32 = 0.25;
const LETTERS: f32 = 0.5;
/// A feature that all texts share.
const ANY: f32 = 0.5;

/// Words of fewer letters are mostly function words.
const SHORT: usize = 4;

/// From this character on, each letter is a word: Chinese, Japanese, Korean.
const IDEOGRAPHS: char = '\u{2e80}';

/// Values are written in units of 1 / `PARTS`: about the precision of 32 bits.
const PARTS: f64 = 1e9;

/// The embedding of a text: a vector of length 1.
pub struct Embedding {
    values: [f32; MOST_DIMENSIONS],
    dimensions: usize,
}

impl Embedding {
    /// Computes the embedding of an input.
    pub fn of(input: Input, dimensions: usize) -> Self {
        match input {
            Input::Text(text) => Self::of_text(text, dimensions),
            Input::Tokens(tokens) => Self::of_tokens(tokens, dimensions),
        }
    }

    /// Computes the embedding of a text. Case and punctuation are ignored.
    /// `dimensions` is limited to `1..=MOST_DIMENSIONS`.
    pub fn of_text(text: &str, dimensions: usize) -> Self {
        let mut sum = Sum::new();
        let mut word = Word::default();
        let chars = text.char_indices();
        let read = chars.take_while(|&(at, _)| at < MOST_BYTES);
        for c in read.flat_map(|(_, c)| c.to_lowercase()) {
            if c.is_alphanumeric() {
                word.letter(c, &mut sum);
            } else {
                word.end(&mut sum);
            }
        }
        word.end(&mut sum);
        sum.into_embedding(dimensions)
    }

    /// Computes the embedding of a text of which only the tokens are known.
    pub fn of_tokens(tokens: impl Iterator<Item = u32>, dimensions: usize) -> Self {
        const TOKEN: u64 = 1 << 62;
        const PAIR: u64 = 1 << 63;
        let mut sum = Sum::new();
        let mut before = 0;
        for token in tokens.take(MOST_BYTES) {
            let token = u64::from(token);
            sum.add(token | TOKEN, WORD);
            sum.add((token | before << 31) | PAIR, LETTERS);
            before = token;
        }
        sum.into_embedding(dimensions)
    }

    /// Returns the components. The sum of their squares is 1.
    pub fn values(&self) -> &[f32] {
        self.values.get(..self.dimensions).unwrap_or_default()
    }

    /// Returns the components, rounded as [`Self::put_numbers`] writes them.
    pub fn rounded(&self) -> Vec<f32> {
        let rounded = |&value| (parts(value) as f64 / PARTS) as f32;
        self.values().iter().map(rounded).collect()
    }

    /// Appends the components as a JSON list of decimal fractions.
    pub fn put_numbers(&self, out: &mut impl Sink) {
        for (nth, &value) in self.values().iter().enumerate() {
            let parts = parts(value);
            let mut number = *b"0.000000000";
            let mut digits = parts.unsigned_abs();
            for slot in number.iter_mut().rev().filter(|slot| **slot != b'.') {
                *slot = b'0' + (digits % 10) as u8;
                digits /= 10;
            }
            out.put(match (nth, parts < 0) {
                (0, false) => b"[",
                (0, true) => b"[-",
                (_, false) => b",",
                (_, true) => b",-",
            });
            out.put(&number);
        }
        out.put(b"]");
    }
}

/// Returns a value in units of 1 / [`PARTS`].
fn parts(value: f32) -> i64 {
    (f64::from(value) * PARTS).round() as i64
}

/// The word that is being read.
#[derive(Default)]
struct Word {
    letters: usize,
    hash: u64,
    /// The last two letters, 21 bits each.
    last: u64,
}

impl Word {
    const BITS: u32 = 21;

    fn letter(&mut self, c: char, sum: &mut Sum) {
        let code = u64::from(u32::from(c));
        self.trigram(code, sum);
        self.hash = mix(self.hash ^ code);
        self.letters += 1;
        if c >= IDEOGRAPHS {
            sum.add(mix(code), WORD);
        }
    }

    fn end(&mut self, sum: &mut Sum) {
        if self.letters > 0 {
            self.trigram(0, sum);
            let is_short = self.letters < SHORT;
            sum.add(self.hash, if is_short { SHORT_WORD } else { WORD });
            *self = Self::default();
        }
    }

    /// Adds a sequence of three letters. A word begins and ends with a 0.
    fn trigram(&mut self, code: u64, sum: &mut Sum) {
        let all = self.last << Self::BITS | code;
        if self.letters > 0 {
            sum.add(all, LETTERS);
        }
        self.last = all & ((1 << (2 * Self::BITS)) - 1);
    }
}

/// The sum of a text's features.
struct Sum([f32; MOST_DIMENSIONS]);

impl Sum {
    fn new() -> Self {
        let mut sum = Self([0.0; MOST_DIMENSIONS]);
        sum.add(0, ANY);
        sum
    }

    fn add(&mut self, feature: u64, weight: f32) {
        let hash = mix(feature);
        let index = (hash >> 32) as usize % MOST_DIMENSIONS;
        if let Some(value) = self.0.get_mut(index) {
            *value += if hash & 1 == 0 { weight } else { -weight };
        }
    }

    fn into_embedding(self, dimensions: usize) -> Embedding {
        let Self(mut values) = self;
        hadamard(&mut values);
        let dimensions = dimensions.clamp(1, MOST_DIMENSIONS);
        let used = values.get_mut(..dimensions).unwrap_or_default();
        let squares: f64 = used.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
        if squares > 0.0 {
            let length = squares.sqrt();
            for value in used {
                *value = (f64::from(*value) / length) as f32;
            }
        } else if let Some(first) = used.first_mut() {
            // The features cancel each other out. The vector needs a length.
            *first = 1.0;
        }
        Embedding { values, dimensions }
    }
}

/// Applies the Walsh-Hadamard transform, without scaling.
fn hadamard(values: &mut [f32; MOST_DIMENSIONS]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
}

/// Makes each bit depend on all bits: the finalizer of SplitMix64.
fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cosine(a: &str, b: &str, dimensions: usize) -> f32 {
        let [a, b] = [a, b].map(|text| Embedding::of_text(text, dimensions));
        a.values().iter().zip(b.values()).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn similar_texts_are_nearer_than_others() {
        let texts = [
            [
                "The cat sat on the mat in the kitchen.",
                "A cat is sitting on a mat in our kitchen",
            ],
            [
                "How do I reset my password?",
                "I forgot my password, how can it be reset?",
            ],
            [
                "Stock markets fell sharply on Monday after the announcement.",
                "After the announcement, markets for stocks were falling on Monday",
            ],
            ["nginx worker_processes auto;", "nginx worker_connections"],
            ["今天天气很好，我们去公园吧", "今天天气不错，去公园散步"],
            ["Пингвины живут в Антарктиде", "В Антарктиде живёт пингвин"],
        ];
        for dimensions in [256, 1536, 3072] {
            for (n, [text, like]) in texts.iter().enumerate() {
                let near = cosine(text, like, dimensions);
                assert!(near > 0.35, "{text} / {like}: {near}");
                for (m, others) in texts.iter().enumerate() {
                    for other in others.iter().filter(|_| n != m) {
                        let far = cosine(text, other, dimensions);
                        assert!(far < near - 0.15, "{text} / {other}: {far}, {near}");
                    }
                }
            }
        }
    }

    #[test]
    fn case_space_and_punctuation_are_ignored() {
        assert!(cosine("Hello, World!", "  hello\nworld", 1536) > 0.9999);
        assert!(cosine("Hello, World!", "world hello", 1536) > 0.9);
    }

    #[test]
    fn a_shorter_vector_is_the_beginning_of_a_longer_one() {
        let long = Embedding::of_text("The quick brown fox", 3072);
        let short = Embedding::of_text("The quick brown fox", 256);
        let begin = &long.values()[..256];
        let length = begin.iter().map(|v| v * v).sum::<f32>().sqrt();
        for (short, begin) in short.values().iter().zip(begin) {
            assert!((short - begin / length).abs() < 1e-6);
        }
    }

    #[test]
    fn only_the_beginning_of_a_long_text_is_read() {
        let text = "word ".repeat(MOST_BYTES / 5 + 1);
        let longer = text.clone() + &"other ".repeat(MOST_BYTES);
        assert!(cosine(&text, &longer, 1536) > 0.999);
    }

    #[test]
    fn texts_with_shared_tokens_have_nearer_embeddings() {
        let of = |tokens: &[u32]| Embedding::of_tokens(tokens.iter().copied(), 1536);
        let product = |a: &Embedding, b: &Embedding| -> f32 {
            a.values().iter().zip(b.values()).map(|(a, b)| a * b).sum()
        };
        let text = of(&[1, 2, 3, 4, u32::MAX]);
        assert!(product(&text, &of(&[1, 2, 3, 4, u32::MAX])) > 0.9999);
        let like = product(&text, &of(&[1, 2, 3, 5, u32::MAX]));
        let unlike = product(&text, &of(&[6, 7, 8, 9, 10]));
        assert!(like > 0.5 && unlike < 0.3, "{like} {unlike}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn embeddings_are_unit_vectors(
            text in "\\PC{0,40}|[a-c ]{0,9}",
            dimensions in 1..=MOST_DIMENSIONS,
        ) {
            let embedding = Embedding::of_text(&text, dimensions);
            prop_assert_eq!(embedding.values().len(), dimensions);
            let squares: f32 = embedding.values().iter().map(|v| v * v).sum();
            prop_assert!((squares - 1.0).abs() < 1e-3, "{}", squares);
            let again = Embedding::of_text(&text, dimensions);
            prop_assert_eq!(embedding.values(), again.values());
        }
    }
}
