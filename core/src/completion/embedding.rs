//! Vectors for texts: the same for the same text, near each other for texts
//! that share words and parts of words.
//!
//! Each word, and each three letters in a row, adds a weight at a place that
//! its hash chooses, with the sign that its hash chooses. A Hadamard transform
//! then spreads each place over the whole vector, which keeps all angles, and
//! nearly keeps them in a vector that is cut short. So a shorter vector is the
//! beginning of a longer one, as with the models of OpenAI that can shorten
//! theirs.

/// The longest vector.
pub const MOST_DIMENSIONS: usize = 4096;

/// How much of a text counts, in bytes. It is more than the 8,192 tokens that
/// OpenAI takes; a longer text must not hold a worker up.
const MOST_BYTES: usize = 64 * 1024;

/// The weights of features. Sums of them are exact.
const WORD: f32 = 1.0;
const SHORT_WORD: f32 = 0.25;
const LETTERS: f32 = 0.5;
/// What all texts have in common: they say something.
const ANY: f32 = 0.5;

/// Words of fewer letters join others, and say little.
const SHORT: usize = 4;

/// From here on, letters are words, near enough: Chinese, Japanese, Korean.
const IDEOGRAPHS: char = '\u{2e80}';

/// A vector.
pub struct Embedding {
    values: [f32; MOST_DIMENSIONS],
    dimensions: usize,
}

impl Embedding {
    /// Of a text. Case and punctuation count for nothing.
    pub fn of_text(text: &str, dimensions: usize) -> Self {
        let mut sum = Sum::new();
        let mut word = Word::default();
        let chars = text.char_indices();
        let heard = chars.take_while(|&(at, _)| at < MOST_BYTES);
        for c in heard.flat_map(|(_, c)| c.to_lowercase()) {
            if c.is_alphanumeric() {
                word.letter(c, &mut sum);
            } else {
                word.end(&mut sum);
            }
        }
        word.end(&mut sum);
        sum.into_embedding(dimensions)
    }

    /// Of a text that is known by its tokens alone.
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

    /// Its values; the sum of their squares is 1.
    pub fn values(&self) -> &[f32] {
        self.values.get(..self.dimensions).unwrap_or_default()
    }
}

/// The word that is being read.
#[derive(Default)]
struct Word {
    letters: usize,
    hash: u64,
    /// The last two letters, each in 21 bits.
    last: u64,
}

impl Word {
    const BITS: u32 = 21;

    fn letter(&mut self, c: char, sum: &mut Sum) {
        let code = u64::from(u32::from(c));
        self.three(code, sum);
        self.hash = mix(self.hash ^ code);
        self.letters += 1;
        if c >= IDEOGRAPHS {
            sum.add(mix(code), WORD);
        }
    }

    fn end(&mut self, sum: &mut Sum) {
        if self.letters > 0 {
            self.three(0, sum);
            let is_short = self.letters < SHORT;
            sum.add(self.hash, if is_short { SHORT_WORD } else { WORD });
            *self = Self::default();
        }
    }

    /// Three letters in a row; a word begins and ends with a 0.
    fn three(&mut self, code: u64, sum: &mut Sum) {
        let all = self.last << Self::BITS | code;
        if self.letters > 0 {
            sum.add(all, LETTERS);
        }
        self.last = all & ((1 << (2 * Self::BITS)) - 1);
    }
}

/// What the features of a text add up to.
struct Sum([f32; MOST_DIMENSIONS]);

impl Sum {
    fn new() -> Self {
        let mut sum = Self([0.0; MOST_DIMENSIONS]);
        sum.add(0, ANY);
        sum
    }

    fn add(&mut self, feature: u64, weight: f32) {
        let hash = mix(feature);
        let place = (hash >> 32) as usize % MOST_DIMENSIONS;
        if let Some(value) = self.0.get_mut(place) {
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
            // Features that cancel each other out; it must have a length all
            // the same.
            *first = 1.0;
        }
        Embedding { values, dimensions }
    }
}

/// The Walsh-Hadamard transform, not scaled.
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

/// Spreads each bit over all of them (the finalizer of SplitMix64).
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
    fn like_texts_are_nearer_than_unlike_ones() {
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
    fn case_space_and_punctuation_count_for_nothing() {
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
    fn a_text_of_any_length_takes_its_beginning() {
        let text = "word ".repeat(MOST_BYTES / 5 + 1);
        let longer = text.clone() + &"other ".repeat(MOST_BYTES);
        assert!(cosine(&text, &longer, 1536) > 0.999);
    }

    #[test]
    fn tokens_that_are_shared_bring_nearer() {
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
        fn each_is_a_unit_vector(
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
