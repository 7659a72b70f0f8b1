//! Fields that the requests of several APIs have. Values of the wrong type are
//! ignored.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::embedding::MOST_DIMENSIONS;
use super::request::{LONGEST_MODEL, MOST_CHOICES, StreamField};
use crate::json::{Text, Value};

/// Reads the name of a model. Longer names than [`LONGEST_MODEL`] are ignored.
pub fn model(value: Value) -> Option<String> {
    let name = value.is_string().then(|| value.text())?;
    (name.len() <= LONGEST_MODEL).then(|| name.into_owned())
}

/// Reads the seed of generated data.
pub fn seed(number: Option<i64>) -> Option<u64> {
    number.map(|seed| seed as u64)
}

/// Reads the number of dimensions of embeddings: 1 to [`MOST_DIMENSIONS`], even
/// if a real model has fewer.
pub fn dimensions(value: Value) -> Option<usize> {
    let dimensions: u64 = value.parse().filter(|&it| it > 0)?;
    let dimensions = usize::try_from(dimensions).unwrap_or(usize::MAX);
    Some(dimensions.min(MOST_DIMENSIONS))
}

/// Limits the number of choices to 1 to [`MOST_CHOICES`].
pub fn choices(number: Option<usize>) -> usize {
    number.unwrap_or(1).clamp(1, MOST_CHOICES)
}

/// Reads stop sequences: a string, or the first `MOST` of an array of strings.
pub fn stop<const MOST: usize>(value: Value) -> Vec<String> {
    if let Some(Text(one)) = value.parse() {
        return vec![one];
    }
    value
        .parse()
        .map_or_else(Vec::new, |Stops::<MOST>(list)| list)
}

/// The first `MOST` strings of an array.
struct Stops<const MOST: usize>(Vec<String>);

impl<'de, const MOST: usize> Deserialize<'de> for Stops<MOST> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct List<const MOST: usize>;

        impl<'de, const MOST: usize> Visitor<'de> for List<MOST> {
            type Value = Stops<MOST>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of strings")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Stops<MOST>, A::Error> {
                let mut list = Vec::new();
                while list.len() < MOST {
                    match seq.next_element()? {
                        Some(Text(stop)) => list.push(stop),
                        None => return Ok(Stops(list)),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Stops(list))
            }
        }

        json.deserialize_seq(List::<MOST>)
    }
}

/// Reads whether the client requests a stream.
pub fn stream(value: Value) -> StreamField {
    match value.json() {
        "true" => StreamField::True,
        "false" => StreamField::False,
        "null" => StreamField::Absent,
        _ => StreamField::Other,
    }
}
