//! A completion: a text or tool calls, up to where the limits end it.

use std::slice;
use std::sync::Arc;

use super::chunked_text::ChunkedText;
use super::content_part::{ContentPart, ToolCall};
use crate::engine::Progress;

/// The limits that a client sets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// The most tokens.
    pub max_tokens: Option<u64>,
    /// The stop sequences: the text ends before the first that it holds.
    pub stop: Vec<String>,
}

impl Limits {
    /// The most tokens; `usize::MAX` without a limit.
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
    /// It has reached the most tokens.
    Length,
}

/// What is sent at one step of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The part that it is of.
    pub part: &'a ContentPart,
    /// The index of the part.
    pub index: usize,
    /// The chunk; none if the completion is empty.
    pub chunk: Option<&'a [u8]>,
    /// Whether it is the first step of the part.
    pub begins: bool,
    /// Whether it is the last step of the part.
    pub ends: bool,
}

/// A text, or one or more tool calls, up to where it ends.
#[derive(Debug, Clone)]
pub struct Completion {
    parts: Parts,
    finish: FinishReason,
    /// The index of the stop sequence that ends it.
    stop: Option<u16>,
}

/// A text, which nearly all completions are, is kept inline.
#[derive(Debug, Clone)]
enum Parts {
    Text(ContentPart),
    /// At least one.
    Calls(Arc<[ContentPart]>),
}

impl Completion {
    /// As much of a text as the limits allow.
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

    /// As much of tool calls and their arguments as the limits allow. There must be
    /// at least one call; each has at least one token and one chunk. Stop
    /// sequences do not apply.
    pub fn calls(calls: Vec<(ToolCall, Arc<ChunkedText>)>, limits: &Limits) -> Self {
        let mut parts = Vec::with_capacity(calls.len());
        let (mut pieces_said, mut tokens_said, mut finish) = (0, 0, FinishReason::Stop);
        for (call, chunked) in calls {
            let wanted = chunked.tokens().max(1);
            let tokens = wanted.min(limits.most() - tokens_said);
            if tokens < wanted {
                finish = FinishReason::Length;
            }
            let end = chunked.start_of_token(tokens);
            let chunks = chunked.chunks_before(end).max(tokens.min(1));
            if tokens > 0 || parts.is_empty() {
                parts.push(ContentPart {
                    chunked,
                    call: Some(Box::new(call)),
                    chunks: pieces_said..pieces_said + chunks,
                    tokens: tokens_said..tokens_said + tokens,
                    end,
                });
            }
            pieces_said += chunks;
            tokens_said += tokens;
        }
        Self {
            parts: Parts::Calls(parts.into()),
            finish,
            stop: None,
        }
    }

    /// The text, or the calls.
    pub fn parts(&self) -> &[ContentPart] {
        match &self.parts {
            Parts::Text(part) => slice::from_ref(part),
            Parts::Calls(parts) => parts,
        }
    }

    /// Whether it holds tool calls.
    pub fn has_calls(&self) -> bool {
        matches!(self.parts, Parts::Calls(_))
    }

    /// The number of chunks; 0 if it is empty.
    pub fn len(&self) -> usize {
        self.parts().last().map_or(0, |part| part.chunks.end)
    }

    /// Whether it has no chunk.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of steps of a stream: at least one.
    pub fn steps(&self) -> usize {
        self.len().max(1)
    }

    /// What is sent at a step; nothing past the last.
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

    /// Chunk `index`, as the inside of a JSON string; empty past the end.
    pub fn chunk(&self, index: usize) -> &[u8] {
        let step = self.step(index);
        step.and_then(|step| step.chunk).unwrap_or_default()
    }

    /// The number of tokens.
    pub fn tokens(&self) -> usize {
        self.parts().last().map_or(0, |part| part.tokens.end)
    }

    /// The number of tokens that begin before a chunk; past the last chunk, all.
    pub fn tokens_before(&self, chunk: usize) -> usize {
        match self.step(chunk) {
            Some(step) => step.part.tokens_before(chunk),
            None => self.tokens(),
        }
    }

    /// Token `index` of the text, as the inside of a JSON string; empty past the
    /// end. Of several tokens that share a character, the last one holds it.
    pub fn token(&self, index: usize) -> &[u8] {
        self.parts().first().map_or(&[], |part| {
            let start = part.chunked.start_of_token(index);
            let end = part.chunked.start_of_token(index + 1).min(part.end);
            part.bytes(start, end)
        })
    }

    /// The text, as the inside of a JSON string; the arguments of the first call
    /// if it holds calls.
    pub fn text(&self) -> &[u8] {
        self.parts().first().map_or(&[], ContentPart::text)
    }

    /// The number of whole tokens with which the text and `other`, the inside of a
    /// JSON string too, begin alike, and the number of their bytes.
    pub fn tokens_alike(&self, other: &[u8]) -> (usize, usize) {
        let alike = self.text().iter().zip(other);
        let alike = alike.take_while(|(one, other)| one == other).count();
        self.parts().first().map_or((0, 0), |part| {
            // One begins where the last of them ends.
            let tokens = part.chunked.tokens_before(alike + 1) - 1;
            let tokens = tokens.min(self.tokens());
            (tokens, part.chunked.start_of_token(tokens).min(part.end))
        })
    }

    /// The length of its parts in bytes, each with the name of its tool and
    /// `around` bytes more.
    pub fn size(&self, around: usize) -> usize {
        let parts = self.parts().iter().map(|part| {
            let name = part.call().map_or(0, |call| call.name.as_bytes().len());
            part.text().len() + name + around
        });
        parts.sum()
    }

    /// What is sent after `steps` steps of a stream with `choices` choices that
    /// ends for `reason`.
    pub fn progress(&self, steps: usize, choices: usize, reason: &'static str) -> Progress {
        let in_all = |count: usize| (count as u64).saturating_mul(choices as u64);
        Progress {
            tokens: in_all(self.tokens_before(steps)),
            chunks: in_all(steps.min(self.len())),
            finish_reason: (steps >= self.steps()).then_some(reason),
        }
    }

    /// The reason why it ends.
    pub fn finish(&self) -> FinishReason {
        self.finish
    }

    /// The index of the stop sequence that it has reached.
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

    fn generation(
        text: &str,
        max_tokens: Option<u64>,
        stop: &[&str],
    ) -> (Vec<String>, FinishReason) {
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
    fn the_most_tokens_cut_it() {
        use FinishReason::*;
        for (most, expected) in [
            (None, (vec!["one ", "two ", "three"], Stop)),
            (Some(0), (vec![], Length)),
            (Some(2), (vec!["one ", "two "], Length)),
            (Some(3), (vec!["one ", "two ", "three"], Stop)),
            (Some(u64::MAX), (vec!["one ", "two ", "three"], Stop)),
        ] {
            let (chunks, finish) = generation("one two three", most, &[]);
            assert_eq!((chunks, finish), {
                let (chunks, finish) = expected;
                (chunks.into_iter().map(str::to_owned).collect(), finish)
            });
        }
    }

    #[test]
    fn tokens_and_pieces_of_calls_are_counted_apart() {
        use FinishReason::*;
        assert!(Encoding::O200kBase.load());
        let cut = Chunking {
            size: ChunkSize {
                unit: Unit::Char,
                count: NonZeroU32::new(9).unwrap(),
            },
            encoding: Some(Encoding::O200kBase),
        };
        // Two tokens, two pieces; one token, one piece; nothing.
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
            let chunked = |text: &str| Arc::new(ChunkedText::new(text.as_bytes(), cut));
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
    fn a_stop_sequence_cuts_it_wherever_it_stands() {
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
            let (chunks, finish) = generation(text, None, &stop);
            assert_eq!(chunks.concat(), expected, "{stop:?}");
            assert_eq!(finish, FinishReason::Stop);
            assert!(chunks.iter().all(|chunk| !chunk.is_empty()), "{chunks:?}");
        }
    }

    #[test]
    fn the_earlier_end_counts() {
        assert_eq!(generation("a b c d", Some(3), &["c"]).1, FinishReason::Stop);
        assert_eq!(generation("a b c d", Some(2), &["c"]).1, FinishReason::Stop);
        assert_eq!(
            generation("a b c d", Some(1), &["c"]),
            (vec!["a ".to_owned()], FinishReason::Length)
        );
    }

    proptest! {
        #[test]
        fn it_stops_where_the_text_holds_the_sequence(
            text in "[anu01\"\\\\\n\u{1}\u{2028}é ]{0,30}",
            stop in "[anu01\"\\\\\n\u{1}\u{2028}é ]{1,3}",
        ) {
            let (chunks, _) = generation(&text, None, &[&stop]);
            let expected = text.find(&stop).map_or(text.as_str(), |at| &text[..at]);
            prop_assert_eq!(chunks.concat(), expected);
        }
    }
}
