//! The number of tokens in a prompt: estimated here, counted in [`exact`].

pub mod exact;

use crate::json::{Value, object};
use crate::tokens;

/// The bytes of JSON for each token in an estimate.
pub const BYTES_PER_TOKEN: u64 = tokens::BYTES_PER_TOKEN as u64;

/// The lengths of the fields that a model reads.
pub struct Prompt<const N: usize> {
    fields: [&'static str; N],
    lengths: [usize; N],
}

impl<const N: usize> Prompt<N> {
    /// Creates a counter for fields of these names.
    pub fn new(fields: [&'static str; N]) -> Self {
        Self {
            fields,
            lengths: [0; N],
        }
    }

    /// Adds a field. Of several fields with the same name, only the last is
    /// counted.
    pub fn field(&mut self, key: &str, value: Value) {
        let known = self.fields.iter().zip(&mut self.lengths);
        for (_, length) in known.filter(|(field, _)| **field == key) {
            *length = value.json().len();
        }
    }

    /// Returns the estimate.
    pub fn tokens(&self) -> u64 {
        let bytes: usize = self.lengths.iter().sum();
        (bytes as u64).div_ceil(BYTES_PER_TOKEN)
    }
}

/// Estimates the tokens in the fields of these names. A body that is not a JSON
/// object has none.
pub fn estimate<const N: usize>(body: &[u8], fields: [&'static str; N]) -> u64 {
    let body = object::text(body);
    let mut prompt = Prompt::new(fields);
    let is_object = object::read(&body, |key, value| prompt.field(key, value));
    if is_object { prompt.tokens() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_last_field_of_each_name() {
        for (body, tokens) in [
            ("", 0),
            ("{}", 0),
            (r#"{"a":"123456","x":"1234567890"}"#, 2),
            (r#"{"a":"123456","b":[1,2]}"#, 4),
            (r#"{"a":"1234567890","a":"12"}"#, 1),
            (r#"{"a":"123456""#, 0),
        ] {
            assert_eq!(estimate(body.as_bytes(), ["a", "b"]), tokens, "{body}");
        }
    }
}
