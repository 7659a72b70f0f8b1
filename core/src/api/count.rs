//! Counting the tokens of a request, which every service but Chat has an
//! endpoint for: they differ in the fields that count and in the answer's.

use super::openai::error::Error;
use super::{Answer, Lookup, Query, prompt};
use crate::json::Digits;

/// Answers with as many tokens as the reply to the same body would tell of.
pub struct CountTokens<const N: usize> {
    /// The fields that a model would read.
    pub fields: [&'static str; N],
    /// The answer up to the number, which is its last field.
    pub opening: &'static str,
}

impl<const N: usize> Lookup for CountTokens<N> {
    fn memory(&self, query: &Query) -> usize {
        prompt::memory(query.body)
    }

    fn answer(&self, query: &Query) -> Result<Answer, Error> {
        let tokens = prompt::tokens_for(query, self.fields);
        let tokens = Digits::of(tokens);
        let parts = [self.opening.as_bytes(), tokens.as_bytes(), b"}"];
        Ok(parts.concat().into())
    }
}

#[cfg(test)]
mod tests {
    use crate::api::openai::models::Models;
    use crate::api::testing::ask;
    use crate::api::{Dialect, Lookup, anthropic, gemini, openai};

    #[test]
    fn counts_what_the_reply_would() {
        let gemini = gemini::generate::GenerateContent { streams: false };
        for (count, dialect, body, field) in [
            (
                &anthropic::COUNT_TOKENS as &dyn Lookup,
                &anthropic::messages::Messages as &dyn Dialect,
                r#"{"system":"be brief","messages":[{"role":"user","content":"hi"}]}"#,
                "{\"input_tokens\":",
            ),
            (
                &gemini::COUNT_TOKENS,
                &gemini,
                r#"{"contents":[{"parts":[{"text":"hi"}]}]}"#,
                "{\"totalTokens\":",
            ),
            (
                &openai::responses::COUNT_TOKENS,
                &openai::responses::Responses,
                r#"{"instructions":"be brief","input":"hi"}"#,
                "{\"object\":\"response.input_tokens\",\"input_tokens\":",
            ),
        ] {
            let tokens = dialect.ask(body.as_bytes()).prompt_tokens;
            assert!(tokens > 0);
            for (body, tokens) in [(body, tokens), ("", 0), ("{}", 0), (&body[1..], 0)] {
                let counted = ask(count, &Models::default(), b"", body.as_bytes());
                assert_eq!(counted.unwrap(), format!("{field}{tokens}}}"), "{body}");
            }
        }
    }
}
