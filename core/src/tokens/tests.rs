use std::time::Duration;

use super::*;
use crate::testing::cpu_time;
use proptest::prelude::*;

fn ends(text: &str, encoding: Encoding) -> Vec<usize> {
    assert!(encoding.load());
    let mut ends = Vec::new();
    Tokenizer::new(encoding).ends(text, |end| ends.push(end));
    ends
}

#[test]
fn counts_as_tiktoken_does() {
    let table = include_str!("../../data/counts.json");
    let table: Vec<(String, usize, usize, usize)> = serde_json::from_str(table).unwrap();
    assert!(table.len() > 300);
    for (text, times, cl100k, o200k) in table {
        let whole = text.repeat(times);
        for (encoding, expected) in [(Encoding::Cl100kBase, cl100k), (Encoding::O200kBase, o200k)] {
            let counted = ends(&whole, encoding).len();
            assert_eq!(counted, expected, "{text:?} {times} times, {encoding:?}");
        }
    }
}

#[test]
fn finds_each_token_by_its_bytes() {
    for (encoding, expected) in [
        (Encoding::Cl100kBase, 100_256),
        (Encoding::O200kBase, 199_998),
    ] {
        assert!(encoding.load());
        let dictionary = encoding.dictionary().unwrap();
        for rank in 0..expected {
            assert_eq!(dictionary.rank(dictionary.token(rank)), Some(rank));
        }
        assert_eq!(dictionary.token(expected), b"");
        assert_eq!(dictionary.rank(b""), None);
    }
}

#[test]
fn long_texts_are_estimated() {
    let text = " the".repeat(MOST_EXACT / 4) + &"\u{1f980}".repeat(100);
    let counted = ends(&text, Encoding::O200kBase);
    assert_eq!(counted.len(), MOST_EXACT / 4 + 100);
    assert_eq!(counted.last(), Some(&text.len()));

    let mut tokenizer = Tokenizer::new(Encoding::O200kBase);
    assert_eq!(tokenizer.count(&text[..MOST_EXACT]), MOST_EXACT as u64 / 4);
    assert_eq!(tokenizer.count("hi there"), 2, "estimated");

    // A merged piece uses up more of the limit of exact counting.
    let word = "a".repeat(LONGEST_PIECE + 1);
    let most = word.len() / BYTES_PER_TOKEN + 1;
    assert_eq!(ends(&word, Encoding::O200kBase).len(), most);
    let exact = ends(&word[1..], Encoding::O200kBase).len();
    assert_eq!(exact, LONGEST_PIECE / 8);
}

#[test]
fn the_time_of_hostile_text_is_linear() {
    /// How many times as long the long text is as the short one.
    const GROWTH: usize = 16;
    /// Quadratic time grows [`GROWTH`] times as much as linear time.
    const TOLERANCE: u32 = 4;
    let time = |runs, text: &str, encoding| cpu_time(runs, || ends(text, encoding));
    for encoding in Encoding::ALL {
        assert!(encoding.load());
        for unit in [
            "a",
            "A",
            " ",
            "\n",
            " \n",
            "\n ",
            "'",
            "!",
            "1",
            "Aa",
            "=",
            "\u{301}",
            "A\u{301}",
            "\u{301}A",
            "字A",
            "A字",
            "\u{a0}a",
            "\u{1f980}",
        ] {
            let text = unit.repeat(LONGEST_PIECE / unit.len());
            let short = text.len() / unit.len() / GROWTH * unit.len();
            let short = time(5, &text[..short], encoding);
            let long = time(2, &text, encoding);
            let most = TOLERANCE * GROWTH as u32 * short.max(Duration::from_micros(20));
            assert!(long <= most, "{unit:?}: {short:?}, {long:?}");
        }
    }
}

proptest! {
    #[test]
    fn tokens_join_to_the_text(
        text in "(\\PC|\\s|['a-zA-Z\u{301}ʰ0-9]|\u{1f980}){0,80}",
        encoding in prop::sample::select(Encoding::ALL.to_vec()),
    ) {
        let ends = ends(&text, encoding);
        prop_assert_eq!(ends.last().copied().unwrap_or_default(), text.len());
        prop_assert!(ends.is_sorted_by(|a, b| a < b));
        let dictionary = encoding.dictionary().unwrap();
        let mut start = 0;
        for end in ends {
            prop_assert!(dictionary.rank(&text.as_bytes()[start..end]).is_some());
            start = end;
        }
    }
}
