//! What one reply says: a script, as far as its limits let it.

use std::sync::Arc;

use crate::json::Escaped;
use crate::script::Script;

/// Where a client wants a reply to end before it is over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// After so many tokens.
    pub max_tokens: Option<u64>,
    /// Before the first of these.
    pub stop: Vec<String>,
}

/// Why a reply ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// It is over, or has come to a stop sequence.
    Stop,
    /// It has reached the most tokens.
    Length,
}

/// A call of a function of the client's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The call's own id, letters and digits.
    pub id: String,
    /// The function.
    pub name: Escaped,
}

/// The beginning of a script, up to where a reply ends. The script is a text,
/// or the arguments of a call: both come in pieces, and so all APIs can render
/// both.
#[derive(Debug, Clone)]
pub struct Saying {
    script: Arc<Script>,
    /// How many of the script's pieces are begun.
    len: usize,
    /// How many of its tokens.
    tokens: usize,
    /// Where it ends in the script's text.
    end: usize,
    finish: Finish,
    /// Which of the stop sequences ends it.
    stop: Option<usize>,
    call: Option<Box<Call>>,
}

impl Saying {
    /// As much of `script` as `limits` allow.
    pub fn new(script: &Arc<Script>, limits: &Limits) -> Self {
        let text = script.text().as_bytes();
        let found = limits.stop.iter().enumerate();
        let found = found.filter_map(|(which, stop)| Some((script.find(stop)?, which)));
        let (mut end, mut stop) = match found.min() {
            Some((at, which)) => (at, Some(which)),
            None => (text.len(), None),
        };
        let mut tokens = script.tokens_before(end);
        let mut finish = Finish::Stop;
        let most = limits.max_tokens.unwrap_or(u64::MAX);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if tokens > most {
            (tokens, end, finish) = (most, script.start_of_token(most), Finish::Length);
            stop = None;
        }
        Self {
            script: Arc::clone(script),
            len: script.pieces_before(end),
            tokens,
            end,
            finish,
            stop,
            call: None,
        }
    }

    /// The same as the arguments of a call.
    #[must_use]
    pub fn calling(mut self, call: Call) -> Self {
        self.call = Some(Box::new(call));
        self
    }

    /// The call that this is the arguments of, if it is no text.
    pub fn call(&self) -> Option<&Call> {
        self.call.as_deref()
    }

    /// How many pieces it has; 0 if nothing is said.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Piece `index`, as the inside of a JSON string; empty past the end.
    pub fn piece(&self, index: usize) -> &[u8] {
        if index >= self.len {
            return &[];
        }
        let start = self.script.start_of(index);
        let end = self.script.start_of(index + 1).min(self.end);
        self.bytes(start, end)
    }

    /// How many tokens it has.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// How many of them begin in the pieces before this one.
    pub fn tokens_before(&self, piece: usize) -> usize {
        match piece < self.len {
            true => self.script.tokens_before(self.script.start_of(piece)),
            false => self.tokens,
        }
    }

    /// Token `index`, as the inside of a JSON string; empty past the end, and
    /// of a token that ends inside a character, which the last one that has a
    /// part of it says.
    pub fn token(&self, index: usize) -> &[u8] {
        let start = self.script.start_of_token(index);
        let end = self.script.start_of_token(index + 1).min(self.end);
        self.bytes(start, end)
    }

    /// All that is said, as the inside of a JSON string.
    pub fn text(&self) -> &[u8] {
        self.bytes(0, self.end)
    }

    /// Why it ends.
    pub fn finish(&self) -> Finish {
        self.finish
    }

    /// Which of the stop sequences it has come to.
    pub fn stopped_by(&self) -> Option<usize> {
        self.stop
    }

    fn bytes(&self, start: usize, end: usize) -> &[u8] {
        let text = self.script.text().as_bytes();
        text.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(text: &str, max_tokens: Option<u64>, stop: &[&str]) -> (Vec<String>, Finish) {
        let script = Arc::new(Script::new(text.as_bytes()));
        let stop = stop.iter().map(|&stop| stop.to_owned()).collect();
        let saying = Saying::new(&script, &Limits { max_tokens, stop });
        let unquote = |piece: &[u8]| -> String {
            serde_json::from_slice(&[b"\"", piece, b"\""].concat()).unwrap()
        };
        let pieces: Vec<String> = (0..saying.len())
            .map(|k| unquote(saying.piece(k)))
            .collect();
        assert_eq!(pieces.concat(), unquote(saying.text()));
        assert_eq!(saying.piece(saying.len()), b"");
        (pieces, saying.finish())
    }

    #[test]
    fn the_most_tokens_cut_it() {
        use Finish::*;
        for (most, expected) in [
            (None, (vec!["one ", "two ", "three"], Stop)),
            (Some(0), (vec![], Length)),
            (Some(2), (vec!["one ", "two "], Length)),
            (Some(3), (vec!["one ", "two ", "three"], Stop)),
            (Some(u64::MAX), (vec!["one ", "two ", "three"], Stop)),
        ] {
            let (pieces, finish) = said("one two three", most, &[]);
            assert_eq!((pieces, finish), {
                let (pieces, finish) = expected;
                (pieces.into_iter().map(str::to_owned).collect(), finish)
            });
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
            let (pieces, finish) = said(text, None, &stop);
            assert_eq!(pieces.concat(), expected, "{stop:?}");
            assert_eq!(finish, Finish::Stop);
            assert!(pieces.iter().all(|piece| !piece.is_empty()), "{pieces:?}");
        }
    }

    #[test]
    fn the_earlier_end_counts() {
        assert_eq!(said("a b c d", Some(3), &["c"]).1, Finish::Stop);
        assert_eq!(said("a b c d", Some(2), &["c"]).1, Finish::Stop);
        assert_eq!(
            said("a b c d", Some(1), &["c"]),
            (vec!["a ".to_owned()], Finish::Length)
        );
    }

    proptest! {
        #[test]
        fn it_stops_where_the_text_holds_the_sequence(
            text in "[ab\"\\\\\n\u{1}\u{2028}é ]{0,30}",
            stop in "[ab\"\\\\\n\u{1}\u{2028}é ]{1,3}",
        ) {
            let (pieces, _) = said(&text, None, &[&stop]);
            let expected = text.find(&stop).map_or(text.as_str(), |at| &text[..at]);
            prop_assert_eq!(pieces.concat(), expected);
        }
    }
}
