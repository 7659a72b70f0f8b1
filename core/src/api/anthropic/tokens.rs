//! Count tokens (API reference, "Count tokens in a Message").

use super::request::PROMPT;
use crate::api::openai::error::Error;
use crate::api::{Answer, Lookup, Query, prompt};
use crate::json::Digits;

/// `/v1/messages/count_tokens`: as many as the reply would say.
pub struct CountTokens;

impl Lookup for CountTokens {
    fn memory(&self, query: &Query) -> usize {
        prompt::memory(query.body)
    }

    fn answer(&self, query: &Query) -> Result<Answer, Error> {
        let tokens = prompt::tokens_for(query, PROMPT);
        Ok([b"{\"input_tokens\":", Digits::of(tokens).as_bytes(), b"}"]
            .concat()
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::openai::models::Models;
    use crate::api::testing::ask;

    #[test]
    fn counts_what_the_reply_would() {
        let body = br#"{"system":"be brief","messages":[{"role":"user","content":"hi"}]}"#;
        let counted = ask(&CountTokens, &Models::default(), b"", body);
        let expected = super::super::request::read(body).prompt_tokens;
        assert_eq!(counted.unwrap(), format!("{{\"input_tokens\":{expected}}}"));
    }
}
