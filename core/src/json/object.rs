//! The fields of a JSON object, in one pass.

use std::borrow::Cow;
use std::str;

use crate::json::Value;

/// Returns a body as text. Bytes that are not UTF-8 become U+FFFD.
pub fn text(body: &[u8]) -> Cow<'_, str> {
    // For valid UTF-8, the usual case, `from_utf8_lossy` takes ten times as
    // long.
    str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed)
}

/// Calls `field` with each top-level field of `body`, in order. Of several
/// fields with the same name, callers keep the last. Returns whether `body` is
/// a single object; if it is not, ignore the fields. The inside of a value is
/// skipped, not checked: the code that uses the value checks it.
pub fn read<'a>(body: &'a str, mut field: impl FnMut(&str, Value<'a>)) -> bool {
    let mut json = body;
    fields(&mut json, &mut field).is_some() && skip_space(json).is_empty()
}

/// Reads an object from the beginning of `json`. Returns `None` if it is
/// malformed.
fn fields<'a>(json: &mut &'a str, field: &mut impl FnMut(&str, Value<'a>)) -> Option<()> {
    if sign(json)? != b'{' {
        return None;
    }
    *json = skip_space(json);
    if let Some(rest) = json.strip_prefix('}') {
        *json = rest;
        return Some(());
    }
    loop {
        let key = value(json).filter(|key| key.is_string())?;
        if sign(json)? != b':' {
            return None;
        }
        field(&key.text(), value(json)?);
        match sign(json)? {
            b',' => {}
            b'}' => return Some(()),
            _ => return None,
        }
    }
}

fn value<'a>(json: &mut &'a str) -> Option<Value<'a>> {
    *json = skip_space(json);
    Value::take(json)
}

/// Reads the next character of `json`, if it is ASCII.
fn sign(json: &mut &str) -> Option<u8> {
    let text = skip_space(json);
    *json = text.get(1..)?;
    text.bytes().next()
}

fn skip_space(json: &str) -> &str {
    json.trim_ascii_start()
}

/// Returns whether a value is an object of strings.
pub fn is_object_of_strings(value: Value) -> bool {
    let mut all = true;
    read(value.json(), |_, value| all &= value.is_string()) && all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields_of(body: &str) -> Option<Vec<(String, String)>> {
        let mut fields = Vec::new();
        let is_object = read(body, |key, value| {
            fields.push((key.to_owned(), value.json().to_owned()));
        });
        is_object.then_some(fields)
    }

    #[test]
    fn the_inside_of_a_value_is_not_checked() {
        for (body, value) in [
            (r#"{"a":[1,,x]}"#, "[1,,x]"),
            (r#"{"a":01}"#, "01"),
            (r#"{"a":"\x"}"#, r#""\x""#),
            ("{\"a\":\"\n\"}", "\"\n\""),
        ] {
            let fields = fields_of(body).unwrap();
            assert_eq!(fields, [("a".to_owned(), value.to_owned())], "{body}");
        }
        for body in [r#"{"a":}"#, r#"{"a":,"b":1}"#, r#"{"a"}"#, r#"{"a":"\"}"#] {
            assert_eq!(fields_of(body), None, "{body}");
        }
    }

    proptest! {
        #[test]
        fn reads_the_fields_of_serialized_objects(
            fields in prop::collection::vec((".*", "\\PC*|[\"\\\\a]*", any::<Vec<i8>>()), 0..4),
            is_pretty: bool,
        ) {
            let object: serde_json::Map<_, _> = fields
                .into_iter()
                .map(|(key, text, list)| (key, serde_json::json!([{ "text": text, "list": list }, text])))
                .collect();
            let body = match is_pretty {
                true => serde_json::to_string_pretty(&object),
                false => serde_json::to_string(&object),
            };
            let read = fields_of(&body.unwrap()).unwrap().into_iter();
            let read = read.map(|(key, value)| (key, serde_json::from_str(&value).unwrap()));
            prop_assert_eq!(read.collect::<serde_json::Map<_, _>>(), object);
        }
    }
}
