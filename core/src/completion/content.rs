//! A completion: a text or tool calls, truncated at the client's limits.

use std::slice;
use std::sync::Arc;

use super::chunked_text::ChunkedText;
use super::content_part::{ContentPart, ToolCall};
use crate::engine::Progress;

/// The limits that a client sets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// The maximum number of tokens.
    pub max_tokens: Option<u64>,
    /// The stop sequences. The text ends before the first one that it contains.
    pub stop: Vec<String>,
}

impl Limits {
    /// Returns the maximum number of tokens; `usize::MAX` without a limit.
    fn most(&self) -> usize {
        let most = self.max_tokens.unwrap_or(u64::MAX);
        usize::try_from(most).unwrap_or(usize::MAX)
    }
}

/// Why a completion ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// It is complete, or has reached a stop sequence.
    Stop,
    /// It has reached the maximum number of tokens.
    Length,
}

/// What is sent at one step of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The part that the step belongs to.
    pub part: &'a ContentPart,
    /// The index of the part.
    pub index: usize,
    /// The chunk; `None` if the completion is empty.
    pub chunk: Option<&'a [u8]>,
    /// Whether it is the first step of the part.
    pub begins: bool,
    /// Whether it is the last step of the part.
    pub ends: bool,
}

/// A text, or one or more tool calls, truncated at the limits.
#[derive(Debug, Clone)]
pub struct Completion {
    parts: Parts,
    finish: FinishReason,
    /// The index of the stop sequence that ended it.
    stop: Option<u16>,
}

/// The parts of a completion. A text, by far the most frequent, is stored
/// inline.
#[derive(Debug, Clone)]
enum Parts {
    Text(ContentPart),
    /// At least one call.
    Calls(Arc<[ContentPart]>),
}

impl Completion {
    /// Creates a completion of as much of a text as the limits allow.
    pub fn new(chunked: &Arc<ChunkedText>, limits: &Limits) -> Self {
        let text = chunked.text().as_bytes();
        let found = limits.stop.iter().enumerate();
        let found = found.filter_map(|(which, stop)| Some((chunked.find(stop)?, which)));
        let (mut end, mut stop) = match found.min() {
            Some((at, which)) => (at, Some(which)),
            None => (text.len(), None),
        };
        let mut tokens = chunked.tokens_before(end);
        let mut finish = FinishReason::Stop;
        let most = limits.most();
        if tokens > most {
            (tokens, end, finish) = (most, chunked.start_of_token(most), FinishReason::Length);
            stop = None;
        }
        let part = ContentPart {
            chunked: Arc::clone(chunked),
            call: None,
            chunks: 0..chunked.chunks_before(end),
            tokens: 0..tokens,
            end,
        };
        Self {
            parts: Parts::Text(part),
            finish,
            stop: stop.and_then(|which| u16::try_from(which).ok()),
        }
    }

    /// Creates a completion of as much of tool calls and their arguments as the
    /// limits allow. There must be at least one call. Each call has at least one
    /// token and one chunk. Stop sequences do not apply.
    pub fn calls(calls: Vec<(ToolCall, Arc<ChunkedText>)>, limits: &Limits) -> Self {
        let mut parts = Vec::with_capacity(calls.len());
        let (mut chunks_before, mut tokens_before, mut finish) = (0, 0, FinishReason::Stop);
        for (call, chunked) in calls {
            let wanted = chunked.tokens().max(1);
            let tokens = wanted.min(limits.most() - tokens_before);
            if tokens < wanted {
                finish = FinishReason::Length;
            }
            let end = chunked.start_of_token(tokens);
            let chunks = chunked.chunks_before(end).max(tokens.min(1));
            if tokens > 0 || parts.is_empty() {
                parts.push(ContentPart {
                    chunked,
                    call: Some(Box::new(call)),
                    chunks: chunks_before..chunks_before + chunks,
                    tokens: tokens_before..tokens_before + tokens,
                    end,
                });
            }
            chunks_before += chunks;
            tokens_before += tokens;
        }
        Self {
            parts: Parts::Calls(parts.into()),
            finish,
            stop: None,
        }
    }

    /// Returns the text or the calls.
    pub fn parts(&self) -> &[ContentPart] {
        match &self.parts {
            Parts::Text(part) => slice::from_ref(part),
            Parts::Calls(parts) => parts,
        }
    }

    /// Returns whether the completion holds tool calls.
    pub fn has_calls(&self) -> bool {
        matches!(self.parts, Parts::Calls(_))
    }

    /// Returns the number of chunks; 0 if the completion is empty.
    pub fn len(&self) -> usize {
        self.parts().last().map_or(0, |part| part.chunks.end)
    }

    /// Returns whether the completion has no chunk.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of steps of a stream: at least one.
    pub fn steps(&self) -> usize {
        self.len().max(1)
    }

    /// Returns what is sent at a step; `None` past the last.
    pub fn step(&self, step: usize) -> Option<Step<'_>> {
        let before = |part: &ContentPart| part.chunks.end <= step && !part.chunks.is_empty();
        let index = self.parts().partition_point(before);
        let part = self.parts().get(index)?;
        Some(Step {
            part,
            index,
            chunk: part.chunk(step),
            begins: step == part.chunks.start,
            ends: step + 1 >= part.chunks.end,
        })
    }

    /// Returns chunk `index`, as the inside of a JSON string; empty past the
    /// end.
    pub fn chunk(&self, index: usize) -> &[u8] {
        let step = self.step(index);
        step.and_then(|step| step.chunk).unwrap_or_default()
    }

    /// Returns the number of tokens.
    pub fn tokens(&self) -> usize {
        self.parts().last().map_or(0, |part| part.tokens.end)
    }

    /// Returns the number of tokens that begin before a chunk; past the last
    /// chunk, the number of all tokens.
    pub fn tokens_before(&self, chunk: usize) -> usize {
        match self.step(chunk) {
            Some(step) => step.part.tokens_before(chunk),
            None => self.tokens(),
        }
    }

    /// Returns token `index` of the text, as the inside of a JSON string; empty
    /// past the end. If several tokens share a character, the last one holds
    /// it.
    pub fn token(&self, index: usize) -> &[u8] {
        self.parts().first().map_or(&[], |part| {
            let start = part.chunked.start_of_token(index);
            let end = part.chunked.start_of_token(index + 1).min(part.end);
            part.bytes(start, end)
        })
    }

    /// Returns the text, or the arguments of the first call, as the inside of a
    /// JSON string.
    pub fn text(&self) -> &[u8] {
        self.parts().first().map_or(&[], ContentPart::text)
    }

    /// Compares the text with `other`, the inside of a JSON string. Returns the
    /// number of whole tokens in their common prefix, and the bytes of these
    /// tokens.
    pub fn tokens_alike(&self, other: &[u8]) -> (usize, usize) {
        let pairs = self.text().iter().zip(other);
        let common = pairs.take_while(|(one, other)| one == other).count();
        self.parts().first().map_or((0, 0), |part| {
            // One more token begins where the last whole one ends.
            let tokens = part.chunked.tokens_before(common + 1) - 1;
            let tokens = tokens.min(self.tokens());
            (tokens, part.chunked.start_of_token(tokens).min(part.end))
        })
    }

    /// Returns the length of the parts in bytes, each with the name of its tool
    /// and `around` bytes more.
    pub fn size(&self, around: usize) -> usize {
        let parts = self.parts().iter().map(|part| {
            let name = part.call().map_or(0, |call| call.name.as_bytes().len());
            part.text().len() + name + around
        });
        parts.sum()
    }

    /// Returns what has been sent after `steps` steps of a stream with `choices`
    /// choices whose finish reason is `reason`.
    pub fn progress(&self, steps: usize, choices: usize, reason: &'static str) -> Progress {
        let in_all = |count: usize| (count as u64).saturating_mul(choices as u64);
        Progress {
            tokens: in_all(self.tokens_before(steps)),
            chunks: in_all(steps.min(self.len())),
            finish_reason: (steps >= self.steps()).then_some(reason),
        }
    }

    /// Returns why the completion ends.
    pub fn finish(&self) -> FinishReason {
        self.finish
    }

    /// Returns the index of the stop sequence that ended the completion.
    pub fn stopped_by(&self) -> Option<usize> {
        self.stop.map(usize::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::{ChunkSize, Chunking, Unit};
    use crate::json::Escaped;
    use crate::tokens::Encoding;
    use proptest::prelude::*;
    use std::num::NonZeroU32;

    fn complete(text: &str, max_tokens: Option<u64>, stop: &[&str]) -> (Vec<String>, FinishReason) {
        let chunked = Arc::new(ChunkedText::new(text.as_bytes(), Chunking::default()));
        let stop = stop.iter().map(|&stop| stop.to_owned()).collect();
        let completion = Completion::new(&chunked, &Limits { max_tokens, stop });
        let unquote = |chunk: &[u8]| -> String {
            serde_json::from_slice(&[b"\"", chunk, b"\""].concat()).unwrap()
        };
        let chunks: Vec<String> = (0..completion.len())
            .map(|k| unquote(completion.chunk(k)))
            .collect();
        assert_eq!(chunks.concat(), unquote(completion.text()));
        assert_eq!(completion.chunk(completion.len()), b"");
        (chunks, completion.finish())
    }

    #[test]
    fn max_tokens_truncates_the_text() {
        use FinishReason::*;
        for (most, expected) in [
            (None, (vec!["one ", "two ", "three"], Stop)),
            (Some(0), (vec![], Length)),
            (Some(2), (vec!["one ", "two "], Length)),
            (Some(3), (vec!["one ", "two ", "three"], Stop)),
            (Some(u64::MAX), (vec!["one ", "two ", "three"], Stop)),
        ] {
            let (chunks, finish) = complete("one two three", most, &[]);
            assert_eq!((chunks, finish), {
                let (chunks, finish) = expected;
                (chunks.into_iter().map(str::to_owned).collect(), finish)
            });
        }
    }

    #[test]
    fn tokens_and_chunks_of_calls_are_counted_separately() {
        use FinishReason::*;
        assert!(Encoding::O200kBase.load());
        let chunking = Chunking {
            size: ChunkSize {
                unit: Unit::Char,
                count: NonZeroU32::new(9).unwrap(),
            },
            encoding: Some(Encoding::O200kBase),
        };
        // Two tokens and chunks, one token and chunk, an empty text.
        let texts = ["Tokenization", "the", ""];
        let call = || ToolCall {
            ids: Vec::new(),
            name: Escaped::new(b"f"),
            is_custom: false,
        };
        for (max_tokens, expected, tokens, finish) in [
            (
                None,
                vec!["Tokenizat", "ion", "the", ""],
                vec![0, 2, 2, 3, 4],
                Stop,
            ),
            (
                Some(4),
                vec!["Tokenizat", "ion", "the", ""],
                vec![0, 2, 2, 3, 4],
                Stop,
            ),
            (
                Some(3),
                vec!["Tokenizat", "ion", "the"],
                vec![0, 2, 2, 3],
                Length,
            ),
            (Some(1), vec!["Token"], vec![0, 1], Length),
            (Some(0), vec![], vec![0], Length),
        ] {
            let chunked = |text: &str| Arc::new(ChunkedText::new(text.as_bytes(), chunking));
            let calls = texts.map(|text| (call(), chunked(text)));
            let limits = Limits {
                max_tokens,
                ..Limits::default()
            };
            let completion = Completion::calls(calls.into(), &limits);
            let chunks: Vec<_> = (0..completion.len()).map(|k| completion.chunk(k)).collect();
            let expected: Vec<_> = expected.iter().map(|it| it.as_bytes()).collect();
            assert_eq!(chunks, expected, "{max_tokens:?}");
            let before: Vec<_> = (0..=completion.len())
                .map(|k| completion.tokens_before(k))
                .collect();
            assert_eq!(before, tokens, "{max_tokens:?}");
            assert_eq!(completion.finish(), finish);
        }
    }

    #[test]
    fn a_stop_sequence_ends_the_text_at_any_position() {
        let text = "one two\n\"three\" \u{1f980} \\four";
        for (stop, expected) in [
            (vec!["one"], ""),
            (vec!["wo"], "one t"),
            (vec!["e t"], "on"),
            (vec!["two"], "one "),
            (vec!["\n"], "one two"),
            // Not the letter in an escape.
            (vec!["n\""], text),
            (vec!["\""], "one two\n"),
            (vec!["\\"], "one two\n\"three\" \u{1f980} "),
            (vec!["\u{1f980}"], "one two\n\"three\" "),
            (vec!["four", "three"], "one two\n\""),
            (vec!["five"], text),
            (vec![], text),
        ] {
            let (chunks, finish) = complete(text, None, &stop);
            assert_eq!(chunks.concat(), expected, "{stop:?}");
            assert_eq!(finish, FinishReason::Stop);
            assert!(chunks.iter().all(|chunk| !chunk.is_empty()), "{chunks:?}");
        }
    }

    #[test]
    fn the_limit_that_is_reached_first_ends_the_text() {
        assert_eq!(complete("a b c d", Some(3), &["c"]).1, FinishReason::Stop);
        assert_eq!(complete("a b c d", Some(2), &["c"]).1, FinishReason::Stop);
        assert_eq!(
            complete("a b c d", Some(1), &["c"]),
            (vec!["a ".to_owned()], FinishReason::Length)
        );
    }

    proptest! {
        #[test]
        fn the_text_ends_before_the_stop_sequence(
            text in "[anu01\"\\\\\n\u{1}\u{2028}é ]{0,30}",
            stop in "[anu01\"\\\\\n\u{1}\u{2028}é ]{1,3}",
        ) {
            let (chunks, _) = complete(&text, None, &[&stop]);
            let expected = text.find(&stop).map_or(text.as_str(), |at| &text[..at]);
            prop_assert_eq!(chunks.concat(), expected);
        }
    }
}
