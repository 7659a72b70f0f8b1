//! Counting tokens (API reference, "Counting tokens").

use super::request::PROMPT;
use crate::api::openai::error::Error;
use crate::api::{Lookup, Query, prompt};
use crate::json::Digits;

/// `:countTokens`: as many as the reply would say.
pub struct CountTokens;

impl Lookup for CountTokens {
    fn memory(&self, query: &Query) -> usize {
        prompt::memory(query.body)
    }

    fn answer(&self, query: &Query) -> Result<Vec<u8>, Error> {
        let tokens = prompt::tokens_of(query.body, PROMPT);
        Ok([b"{\"totalTokens\":", Digits::of(tokens).as_bytes(), b"}"].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_the_reply_would() {
        let body = br#"{"contents":[{"parts":[{"text":"hi"}]}]}"#;
        let query = Query {
            name: b"gemini",
            body,
            unix: 0,
        };
        let expected = super::super::request::read(body).prompt_tokens;
        assert_eq!(
            String::from_utf8(CountTokens.answer(&query).unwrap()).unwrap(),
            format!("{{\"totalTokens\":{expected}}}")
        );
    }
}
