use std::hint::black_box;
use std::time::{Duration, Instant};

use super::*;
use proptest::prelude::*;

fn ends(text: &str, encoding: Encoding) -> Vec<usize> {
    assert!(encoding.load());
    let mut ends = Vec::new();
    Tokenizer::new(encoding).ends(text, |end| ends.push(end));
    ends
}

#[test]
fn counts_what_tiktoken_counts() {
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
fn every_token_is_found_whole() {
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
fn what_is_too_long_is_estimated() {
    let text = " the".repeat(MOST_EXACT / 4) + &"\u{1f980}".repeat(100);
    let counted = ends(&text, Encoding::O200kBase);
    assert_eq!(counted.len(), MOST_EXACT / 4 + 100);
    assert_eq!(counted.last(), Some(&text.len()));

    let mut tokenizer = Tokenizer::new(Encoding::O200kBase);
    assert_eq!(tokenizer.count(&text[..MOST_EXACT]), MOST_EXACT as u64 / 4);
    assert_eq!(tokenizer.count("hi there"), 2, "nothing is left for it");

    // What has to be merged is sooner too long.
    let word = "a".repeat(LONGEST_PIECE + 1);
    let most = word.len() / BYTES_PER_TOKEN + 1;
    assert_eq!(ends(&word, Encoding::O200kBase).len(), most);
    let exact = ends(&word[1..], Encoding::O200kBase).len();
    assert_eq!(exact, LONGEST_PIECE / 8);
}

#[test]
fn hostile_text_takes_no_longer_than_it_may() {
    // A bound on the order of growth: debug builds are slow, and so may the
    // machine be. With a quadratic merge each of these takes minutes.
    for unit in ["a", " ", "\u{301}", "A\u{301}"] {
        let text = unit.repeat(LONGEST_PIECE / unit.len());
        let started = Instant::now();
        black_box(ends(&text, Encoding::O200kBase));
        assert!(started.elapsed() < Duration::from_secs(20), "{unit:?}");
    }
}

proptest! {
    #[test]
    fn tokens_are_the_text(
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
