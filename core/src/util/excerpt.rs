//! Excerpts of a client's text, for error messages and log lines. Their length
//! is bounded, whatever the client sends.

/// The maximum length, in characters.
const LONGEST: usize = 100;

/// Returns the first characters of a text.
pub fn start_of(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(LONGEST)
        .map_or(text.len(), |it| it.0);
    text.get(..end).unwrap_or_default()
}

/// Returns the first characters of a text, with `...` if there are more.
pub fn cut(text: &str) -> String {
    let start = start_of(text);
    let dots = if start.len() < text.len() { "..." } else { "" };
    [start, dots].concat()
}

/// Does the same as [`cut`] for bytes. Bytes that are not UTF-8 become U+FFFD.
pub fn of_bytes(text: &[u8]) -> String {
    // One character more: the slice may end inside it.
    const LONGEST_CHARACTER: usize = 4;
    const ENOUGH: usize = LONGEST_CHARACTER * (LONGEST + 1);
    let text = text.get(..ENOUGH).unwrap_or(text);
    cut(&String::from_utf8_lossy(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_truncated() {
        for c in ["x", "é", "世", "🦀"] {
            assert_eq!(cut(c), c);
            let long = c.repeat(LONGEST);
            let longer = c.repeat(LONGEST + 1);
            let longest = c.repeat(100 * LONGEST);
            let dots = long.clone() + "...";
            assert_eq!(cut(&long), long);
            assert_eq!(cut(&longer), dots);
            assert_eq!(of_bytes(long.as_bytes()), long);
            assert_eq!(of_bytes(longer.as_bytes()), dots);
            assert_eq!(of_bytes(longest.as_bytes()), dots);
        }
        assert_eq!(of_bytes(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(of_bytes(&[0xff; 1000]), "\u{fffd}".repeat(100) + "...");
    }
}
