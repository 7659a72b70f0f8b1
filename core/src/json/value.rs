//! A value in the JSON text of a request, read in place: no tree, no allocation,
//! no recursion. A prompt may have megabytes, so strings are skipped at memory
//! speed, and the inside of a value is not checked until it is used.
//!
//! Own code: the scanner skips a body of 960 KB in 90 us; serde_json's
//! `RawValue` and `IgnoredAny` take 219 to 296 us.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr_iter;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, Visitor};

/// A value, as written in a text. If it is not valid JSON, the results are
/// unspecified, but no method panics.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a>(&'a str);

impl<'a> Value<'a> {
    /// Wraps the JSON of a value.
    pub fn new(json: &'a str) -> Self {
        Self(json)
    }

    /// Removes the value at the beginning of `json`. Returns `None` if there is
    /// none.
    pub fn take(json: &mut &'a str) -> Option<Self> {
        let (value, rest) = json.split_at_checked(value_len(json.as_bytes())?)?;
        *json = rest;
        Some(Self(value))
    }

    /// Returns whether the value is valid JSON.
    pub fn is_valid(self) -> bool {
        self.parse::<IgnoredAny>().is_some()
    }

    /// Deserializes the value. Returns `None` if it has another type.
    pub fn parse<T: Deserialize<'a>>(self) -> Option<T> {
        serde_json::from_str(self.0).ok()
    }

    /// Returns the JSON of the value.
    pub fn json(self) -> &'a str {
        self.0
    }

    /// Returns whether the value is an object.
    pub fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Returns whether the value is a list.
    pub fn is_list(self) -> bool {
        self.0.starts_with('[')
    }

    /// Returns whether the value is a string.
    pub fn is_string(self) -> bool {
        self.0.starts_with('"')
    }

    /// Returns the decoded text of a string, or the JSON of another value.
    pub fn text(self) -> Cow<'a, str> {
        match self.inside() {
            None => Cow::Borrowed(self.0),
            Some(inside) if !inside.as_bytes().contains(&b'\\') => Cow::Borrowed(inside),
            Some(inside) => match self.parse() {
                Some(Text(text)) => Cow::Owned(text),
                None => Cow::Borrowed(inside),
            },
        }
    }

    /// Returns the text between the quotes of a string.
    fn inside(self) -> Option<&'a str> {
        self.0.strip_prefix('"')?.strip_suffix('"')
    }

    /// Returns whether the value is the string `text`, which needs no escapes.
    pub fn is(self, text: &str) -> bool {
        self.inside() == Some(text)
    }

    /// Returns the values of a list, or the names and values of an object in
    /// turn, or nothing for other values.
    pub fn items(self) -> impl Iterator<Item = Self> + Clone {
        let mut rest = match self.0.starts_with(['{', '[']) {
            true => self.0.get(1..).unwrap_or_default(),
            false => "",
        };
        std::iter::from_fn(move || {
            let between = |c: char| c.is_ascii_whitespace() || c == ',' || c == ':';
            rest = rest.trim_start_matches(between);
            Self::take(&mut rest)
        })
    }

    /// Returns the fields of an object: the name as a string, and the value.
    pub fn fields(self) -> impl Iterator<Item = (Self, Self)> {
        let mut items = self.items().filter(move |_| self.is_object());
        std::iter::from_fn(move || Some((items.next()?, items.next()?)))
    }

    /// Returns the value of a field; the last, if there are several.
    pub fn field(self, name: &str) -> Option<Self> {
        self.fields()
            .filter_map(|(key, value)| key.is(name).then_some(value))
            .last()
    }
}

/// A JSON string. A lone surrogate in it, which Rust's strings cannot hold,
/// becomes U+FFFD. Python and JavaScript send such strings.
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
            }
        }

        // `deserialize_bytes` accepts lone surrogates.
        json.deserialize_bytes(Bytes)
    }
}

/// Returns the length of the value that begins here; `None` if none does.
fn value_len(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'{' | b'[' => nested_end(bytes),
        b'}' | b']' | b',' | b':' => None,
        _ => Some(scalar_end(bytes, 0)),
    }
}

/// Returns the end of the object or list that begins here.
fn nested_end(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match bytes.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'"' => {
                at = scalar_end(bytes, at);
                continue;
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The number of eight-byte words in which the end of a string is looked for
/// before `memchr` is called. Most strings are short enough not to need the
/// call.
const SHORT: usize = 4;

/// Returns the position of the first quote or backslash among the first bytes.
fn early_sign(bytes: &[u8]) -> Option<usize> {
    const LOW: u64 = u64::MAX / 0xff;
    // Sets the high bit of each byte that is `sign`, and possibly of some bytes
    // after the first of them.
    let signs = |word: u64, sign: u8| {
        let other = word ^ (LOW * u64::from(sign));
        other.wrapping_sub(LOW) & !other & (LOW << 7)
    };
    let mut words = bytes.chunks_exact(8).take(SHORT).enumerate();
    words.find_map(|(nth, bytes)| {
        let word = u64::from_le_bytes(*bytes.first_chunk()?);
        match signs(word, b'"') | signs(word, b'\\') {
            0 => None,
            found => Some(8 * nth + found.trailing_zeros() as usize / 8),
        }
    })
}

/// Returns the end of the string, number or word that begins at `start`.
pub fn scalar_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start + 1..).unwrap_or_default();
    let len = if bytes.get(start) != Some(&b'"') {
        let is_end = |b: &u8| b",:]}".contains(b) || b.is_ascii_whitespace();
        rest.iter().position(is_end).unwrap_or(rest.len())
    } else {
        match early_sign(rest).filter(|&at| rest.get(at) == Some(&b'"')) {
            Some(at) => at + 1,
            None => string_len(rest),
        }
    };
    start + 1 + len
}

/// Returns the length of a string with its closing quote. A separate function
/// keeps [`scalar_end`] faster.
#[inline(never)]
fn string_len(bytes: &[u8]) -> usize {
    // A quote after an even number of backslashes ends the string: the
    // backslashes escape each other.
    let ends_it = |&at: &usize| {
        let before = bytes.iter().take(at).rev();
        before.take_while(|byte| **byte == b'\\').count() % 2 == 0
    };
    let end = memchr_iter(b'"', bytes).find(ends_it);
    end.map_or(bytes.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str, f: impl Fn(Value)) {
        f(Value::new(json.trim()));
    }

    #[test]
    fn finds_fields_and_items() {
        let json = r#" {"a" : [1, "x\"]", {"b":[]}, -2.5e3 ,null],"c":{"d":"e"}, "c" : true} "#;
        read(json, |it| {
            let items: Vec<_> = it.field("a").unwrap().items().map(Value::json).collect();
            assert_eq!(items, ["1", r#""x\"]""#, r#"{"b":[]}"#, "-2.5e3", "null"]);
            assert_eq!(it.field("c").unwrap().json(), "true");
            assert!(it.field("b").is_none());
            assert!(it.field("c").unwrap().items().next().is_none());
            assert!(it.field("a").unwrap().field("1").is_none());
        });
        read(r#"["a","b"]"#, |it| assert!(it.field("a").is_none()));
        read("{}", |it| assert_eq!(it.items().count(), 0));
        read("[ ]", |it| assert_eq!(it.items().count(), 0));
    }

    proptest! {
        #[test]
        fn items_are_the_values_of_the_list(list in prop::collection::vec("[\\[\\]{}\",:\\\\ é]{0,8}", 0..6), nest: bool) {
            let items: Vec<_> = list.iter().map(|text| match nest {
                true => serde_json::json!([{ text: [text] }]),
                false => serde_json::json!(text),
            }).collect();
            let json = serde_json::json!(items).to_string();
            read(&json, |it| {
                let found: Vec<serde_json::Value> =
                    it.items().map(|it| serde_json::from_str(it.json()).unwrap()).collect();
                assert_eq!(found, items);
            });
        }

        #[test]
        fn finds_the_end_of_a_serialized_string(
            text in "[a-z\"\\\\\n!#\\[\\]¢é]{0,60}",
            after in "[\"\\\\a]{0,9}",
        ) {
            let json = serde_json::json!(text).to_string();
            let bytes = [json.as_bytes(), after.as_bytes()].concat();
            prop_assert_eq!(scalar_end(&bytes, 0), json.len());
        }

        #[test]
        fn never_panics(text: String) {
            Value(&text).items().count();
            Value(&text).field("a");
        }
    }
}
