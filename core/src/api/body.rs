//! A body, whatever API it is of: the fields of its object, in one pass.

use std::borrow::Cow;
use std::fmt;
use std::str;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::openai::request::Text;

/// A body as text. Bytes that are not UTF-8 are read as U+FFFD.
pub fn text(body: &[u8]) -> Cow<'_, str> {
    // From what is right, as nearly all is, `from_utf8_lossy` would take ten
    // times as long.
    str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed)
}

/// Hands each top-level field of `body` to `field`, as it is written. Of one
/// that comes twice, the last counts. Whether `body` is a single JSON object:
/// one that is not says nothing, whatever was handed out.
pub fn read<'a>(body: &'a str, mut field: impl FnMut(&str, &'a RawValue)) -> bool {
    let mut json = serde_json::Deserializer::from_str(body);
    let read = json.deserialize_map(Fields(&mut field));
    read.and_then(|()| json.end()).is_ok()
}

struct Fields<'f, F>(&'f mut F);

impl<'de, F: FnMut(&str, &'de RawValue)> Visitor<'de> for Fields<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key()? {
            (self.0)(&key, map.next_value()?);
        }
        Ok(())
    }
}

/// Whether a value is an object of strings.
pub fn is_object_of_strings(value: &RawValue) -> bool {
    let mut all = true;
    read(value.get(), |_, value| all &= value.get().starts_with('"')) && all
}

/// Whether a value is a list.
pub fn is_list(value: &RawValue) -> bool {
    value.get().starts_with('[')
}

/// Whether a value is a string.
pub fn is_string(value: &RawValue) -> bool {
    value.get().starts_with('"')
}
