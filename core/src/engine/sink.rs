//! The target of rendering. Streams and plain responses share the code that
//! renders their common parts.

use crate::engine::Buffer;

/// A target for bytes.
pub trait Sink {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);

    /// Appends all of `parts`.
    fn put_all(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.put(part);
        }
    }

    /// Appends a whole JSON document on one line. `escaped` is the document as
    /// the inside of a JSON string. Escaped white space between its values
    /// becomes a space. A `\u` escape is inside one of the document's own
    /// strings and remains an escape.
    fn put_document(&mut self, escaped: &[u8]) {
        let mut rest = escaped;
        while let Some(at) = rest.iter().position(|&byte| byte == b'\\') {
            let (plain, escape) = rest.split_at_checked(at).unwrap_or((rest, &[]));
            self.put(plain);
            self.put(match escape {
                [_, b'"', ..] => b"\"",
                [_, b'\\', ..] => b"\\",
                [_, b'u', ..] => b"\\u",
                _ => b" ",
            });
            rest = escape.get(2..).unwrap_or_default();
        }
        self.put(rest);
    }
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl Sink for Buffer {
    fn put(&mut self, bytes: &[u8]) {
        Buffer::put(self, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    proptest! {
        #[test]
        fn a_document_keeps_its_value(
            key in "[a\"\\\\\n\u{1}\u{85}\u{2028}é]{0,9}",
            text: String,
            pretty: bool,
        ) {
            let value = json!({key: [text, 1.5, null, {}]});
            let document = match pretty {
                true => format!("{value:#}\r\n\t"),
                false => value.to_string(),
            };
            let mut escaped = Vec::new();
            json::escape(&document, &mut escaped);
            let mut out = Vec::new();
            out.put_document(&escaped);
            let out = String::from_utf8(out).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), value);
            let separates = |c: char| c < ' ' || "\u{85}\u{2028}\u{2029}".contains(c);
            prop_assert!(!out.contains(separates));
        }
    }
}
