//! A value in the JSON text of a request, read where it stands: no tree, no
//! memory, and no recursion.

use serde_json::value::RawValue;

/// A value, as it stands in valid JSON.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a>(&'a str);

impl<'a> Value<'a> {
    /// What a parser has stepped over.
    pub fn new(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }

    /// Its JSON.
    pub fn json(self) -> &'a str {
        self.0
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        self.0.starts_with('[')
    }

    /// Whether it is a string.
    pub fn is_string(self) -> bool {
        self.0.starts_with('"')
    }

    /// A string.
    pub fn string(self) -> Option<String> {
        serde_json::from_str(self.0).ok()
    }

    /// Whether it is this string, which needs no escapes.
    pub fn is(self, text: &str) -> bool {
        let inner = self.0.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        inner == Some(text)
    }

    /// The values of a list; of an object, names and values in turn; of
    /// anything else, none.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let mut rest = match self.0.starts_with(['{', '[']) {
            true => self.0.get(1..).unwrap_or_default(),
            false => "",
        };
        std::iter::from_fn(move || {
            let between = |c: char| c.is_ascii_whitespace() || c == ',' || c == ':';
            rest = rest.trim_start_matches(between);
            let (item, after) = rest.split_at_checked(value_len(rest.as_bytes())?)?;
            rest = after;
            Some(Self(item))
        })
    }

    /// The fields of an object: the name as a string, and the value.
    pub fn fields(self) -> impl Iterator<Item = (Self, Self)> {
        let mut items = self.items().filter(move |_| self.is_object());
        std::iter::from_fn(move || Some((items.next()?, items.next()?)))
    }

    /// The value of a field; of one that comes twice, the last.
    pub fn field(self, name: &str) -> Option<Self> {
        self.fields()
            .filter_map(|(key, value)| key.is(name).then_some(value))
            .last()
    }
}

/// How long the value is that begins here; none where a list or an object
/// ends.
fn value_len(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match bytes.get(at)? {
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' => at += 1,
            byte if byte.is_ascii_whitespace() => at += 1,
            _ => at = scalar_end(bytes, at),
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Where a string, a number or a word ends that starts here.
pub fn scalar_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start + 1..).unwrap_or_default();
    if bytes.get(start) != Some(&b'"') {
        let is_end = |b: &u8| b",:]}".contains(b) || b.is_ascii_whitespace();
        return start + 1 + rest.iter().position(is_end).unwrap_or(rest.len());
    }
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str, f: impl Fn(Value)) {
        f(Value::new(serde_json::from_str(json).unwrap()));
    }

    #[test]
    fn finds_what_is_there() {
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
        fn joined_the_items_are_the_list(list in prop::collection::vec("[\\[\\]{}\",:\\\\ é]{0,8}", 0..6), nest: bool) {
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
        fn never_panics(text: String) {
            Value(&text).items().count();
            Value(&text).field("a");
        }
    }
}
