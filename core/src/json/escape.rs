//! Writing JSON.

/// Text escaped for use between the quotes of a JSON string.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Escaped(Vec<u8>);

impl Escaped {
    /// Escapes `text`. Bytes that are not UTF-8 become U+FFFD.
    pub fn new(text: &[u8]) -> Self {
        Self::of(&String::from_utf8_lossy(text))
    }

    /// Escapes `text`.
    pub fn of(text: &str) -> Self {
        let mut out = Vec::with_capacity(text.len());
        escape(text, &mut out);
        Self(out)
    }

    /// Wraps the output of [`escape`].
    pub(crate) fn from_escaped(escaped: Vec<u8>) -> Self {
        Self(escaped)
    }

    /// Returns the escaped bytes, without quotes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Appends `text` to `out` as the inside of a JSON string (RFC 8259,
/// section 7).
///
/// The line separators of Unicode are escaped too, although JSON does not
/// require it: clients that split a stream at all line separators, such as
/// httpx's `iter_lines`, would cut an event in two there.
pub fn escape(text: &str, out: &mut Vec<u8>) {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.extend_from_slice(text.as_bytes());
    } else {
        escape_each(text, out);
    }
}

/// Does the same as [`escape`] for a text with a character that may need an
/// escape. A separate function keeps [`escape`] faster.
#[inline(never)]
fn escape_each(text: &str, out: &mut Vec<u8>) {
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        let short: &[u8] = match c {
            '"' => b"\\\"",
            '\\' => b"\\\\",
            '\n' => b"\\n",
            '\r' => b"\\r",
            '\t' => b"\\t",
            '\u{8}' => b"\\b",
            '\u{c}' => b"\\f",
            '\0'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => b"",
            _ => continue,
        };
        out.extend_from_slice(text.as_bytes().get(plain..at).unwrap_or_default());
        plain = at + c.len_utf8();
        if short.is_empty() {
            unicode(c, out);
        } else {
            out.extend_from_slice(short);
        }
    }
    out.extend_from_slice(text.as_bytes().get(plain..).unwrap_or_default());
}

/// Appends JSON to `out` on one line: without white space between its values,
/// and with the line separators of Unicode escaped, as [`escape`] does.
pub fn compact(json: &str, out: &mut Vec<u8>) {
    let mut plain = 0;
    let mut in_string = false;
    let mut escaped = false;
    for (at, c) in json.char_indices() {
        let leaves_out = match c {
            _ if escaped => {
                escaped = false;
                false
            }
            '"' => {
                in_string = !in_string;
                false
            }
            '\\' => {
                escaped = in_string;
                false
            }
            ' ' | '\t' | '\n' | '\r' => !in_string,
            '\u{85}' | '\u{2028}' | '\u{2029}' => true,
            _ => false,
        };
        if leaves_out {
            out.extend_from_slice(json.as_bytes().get(plain..at).unwrap_or_default());
            plain = at + c.len_utf8();
            if in_string {
                unicode(c, out);
            }
        }
    }
    out.extend_from_slice(json.as_bytes().get(plain..).unwrap_or_default());
}

/// Appends `\uXXXX` for a character of the basic plane.
fn unicode(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        let digit = char::from_digit(c as u32 >> shift & 0xf, 16).unwrap_or('0');
        out.push(digit as u8);
    }
}

/// A whole number in decimal.
pub struct Digits {
    /// Right-aligned.
    digits: [u8; 20],
    start: usize,
}

impl Digits {
    /// Formats `n`.
    pub fn of(n: u64) -> Self {
        let mut buffer = itoa::Buffer::new();
        let text = buffer.format(n).as_bytes();
        let mut digits = [0; 20];
        let start = digits.len() - text.len();
        let (_, used) = digits.split_at_mut(start);
        used.copy_from_slice(text);
        Self { digits, start }
    }

    /// Returns the digits as ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped(text: &str) -> String {
        String::from_utf8(Escaped::new(text.as_bytes()).0).unwrap()
    }

    #[test]
    fn escapes_quotes_backslashes_and_control_characters() {
        assert_eq!(escaped(r#"say "hi" \o/"#), r#"say \"hi\" \\o/"#);
        assert_eq!(escaped("a\nb\rc\td\u{8}\u{c}"), r"a\nb\rc\td\b\f");
        assert_eq!(escaped("\0\u{1f}\u{7f}"), "\\u0000\\u001f\u{7f}");
        assert_eq!(escaped("\u{85}\u{2028}\u{2029}"), r"\u0085\u2028\u2029");
        assert_eq!(escaped("héllo 你好 🦀"), "héllo 你好 🦀");
        assert_eq!(escaped(""), "");
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        assert_eq!(Escaped::new(b"a\xffb").as_bytes(), "a\u{fffd}b".as_bytes());
    }

    proptest! {
        #[test]
        fn a_json_parser_reads_the_text_back(text: String) {
            let quoted = format!("\"{}\"", escaped(&text));
            prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
        }

        #[test]
        fn escaped_text_has_no_line_separators(text: String) {
            let separates = |c: char| c < ' ' || "\u{85}\u{2028}\u{2029}".contains(c);
            let found = escaped(&text).contains(separates);
            prop_assert!(!found);
        }

        #[test]
        fn compact_json_has_the_same_value_on_one_line(
            keys in prop::collection::vec(any::<String>(), 0..5),
            text in "[ \\\\\"\n\u{85}\u{2028}a]{0,20}",
        ) {
            let value = serde_json::json!({"keys": keys, "text": text, "n": [1, {}, null]});
            let mut out = Vec::new();
            compact(&serde_json::to_string_pretty(&value).unwrap(), &mut out);
            let out = String::from_utf8(out).unwrap();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), value);
            let separates = |c: char| c < ' ' || "\u{85}\u{2028}\u{2029}".contains(c);
            prop_assert!(!out.contains(separates));
        }

        #[test]
        fn numbers_are_decimal(n: u64) {
            let mut out = Vec::new();
            out.extend_from_slice(Digits::of(n).as_bytes());
            prop_assert_eq!(String::from_utf8(out).unwrap(), n.to_string());
        }
    }
}
