//! How many tokens a request has, where only their number matters.

pub mod exact;

use super::openai::request::{BYTES_PER_TOKEN, model};
use super::{Query, body};
use crate::tokens::TokenizerMode;
use crate::value::Value;

/// How long the fields are that a model would read.
pub struct Prompt<const N: usize> {
    fields: [&'static str; N],
    lengths: [usize; N],
}

impl<const N: usize> Prompt<N> {
    /// Counts fields of these names.
    pub fn new(fields: [&'static str; N]) -> Self {
        Self {
            fields,
            lengths: [0; N],
        }
    }

    /// Takes a field; of one that comes twice, the last counts.
    pub fn field(&mut self, key: &str, value: Value) {
        let known = self.fields.iter().zip(&mut self.lengths);
        for (_, length) in known.filter(|(field, _)| **field == key) {
            *length = value.json().len();
        }
    }

    /// About how many tokens that is.
    pub fn tokens(&self) -> u64 {
        let bytes: usize = self.lengths.iter().sum();
        (bytes as u64).div_ceil(BYTES_PER_TOKEN)
    }
}

/// The tokens of a whole body's fields of these names.
pub fn tokens_of<const N: usize>(body: &[u8], fields: [&'static str; N]) -> u64 {
    let body = body::text(body);
    let mut prompt = Prompt::new(fields);
    let is_object = body::read(&body, |key, value| prompt.field(key, value));
    if is_object { prompt.tokens() } else { 0 }
}

/// The same for a query, counted if the configuration says so.
pub fn tokens_for<const N: usize>(query: &Query, fields: [&'static str; N]) -> u64 {
    if query.settings.tokenizer == TokenizerMode::Off {
        return tokens_of(query.body, fields);
    }
    let mut asked = None;
    let text = body::text(query.body);
    body::read(&text, |key, value| {
        if key == "model" {
            asked = model(value);
        }
    });
    match query.encoding(asked.as_deref()) {
        Some(encoding) => exact::of_messages(query.body, &fields, encoding),
        None => tokens_of(query.body, fields),
    }
}

/// How much memory [`tokens_for`] takes at most, and an answer that tells of it.
pub fn memory(body: &[u8]) -> usize {
    // What is not UTF-8 is read as three bytes; a key may be as long as the
    // body. What grows takes up to three times what it holds.
    const MARGIN: usize = 1024;
    body.len()
        .saturating_mul(3 * (3 + 3))
        .saturating_add(exact::memory(body))
        .saturating_add(MARGIN)
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
            assert_eq!(tokens_of(body.as_bytes(), ["a", "b"]), tokens, "{body}");
        }
    }
}
