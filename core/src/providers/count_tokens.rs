//! Token counting endpoints, which several APIs have. They differ in the fields
//! that are counted and in the format of the response.

use crate::completion::fields;
use crate::completion::prompt_tokens::{self, exact};
use crate::error::Error;
use crate::json::{Digits, object};
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};
use crate::tokens::TokenizerMode;

/// Returns the number of prompt tokens that the usage of a completion for the
/// same body reports.
pub struct CountTokens<const N: usize> {
    /// The fields that form the prompt.
    pub fields: [&'static str; N],
    /// The response up to the number, which is its last field.
    pub opening: &'static str,
}

impl<const N: usize> DirectEndpoint for CountTokens<N> {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let tokens = Digits::of(self.tokens(request)?);
        let parts = [self.opening.as_bytes(), tokens.as_bytes(), b"}"];
        Ok(parts.concat().into())
    }
}

impl<const N: usize> CountTokens<N> {
    fn tokens(&self, request: &DirectRequest) -> Result<u64, Error> {
        let encoding = match request.host.tokenizer()? {
            TokenizerMode::Off => None,
            _ => request.encoding(model(request.body).as_deref())?,
        };
        Ok(match encoding {
            Some(encoding) => exact::of_messages(request.body, &self.fields, encoding),
            None => prompt_tokens::estimate(request.body, self.fields),
        })
    }
}

/// Returns the model that a body names.
fn model(body: &[u8]) -> Option<String> {
    let mut model = None;
    object::read(&object::text(body), |key, value| {
        if key == "model" {
            model = fields::model(value);
        }
    });
    model
}

#[cfg(test)]
mod tests {
    use crate::completion::Models;
    use crate::providers::dialect::Dialect;
    use crate::providers::direct::DirectEndpoint;
    use crate::providers::{anthropic, gemini, openai};
    use crate::testing::{answer, read};

    #[test]
    fn the_count_equals_the_estimated_prompt_tokens() {
        let gemini = gemini::generate::GenerateContent { streams: false };
        for (count, dialect, body, field) in [
            (
                &anthropic::COUNT_TOKENS as &dyn DirectEndpoint,
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
            let tokens = read(dialect, body).estimated_prompt_tokens;
            assert!(tokens > 0);
            for (body, tokens) in [(body, tokens), ("", 0), ("{}", 0), (&body[1..], 0)] {
                let counted = answer(count, &Models::default(), b"", body.as_bytes());
                assert_eq!(counted.unwrap(), format!("{field}{tokens}}}"), "{body}");
            }
        }
    }
}
