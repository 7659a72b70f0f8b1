//! Predicted outputs (API reference, "Chat", field `prediction`). A client
//! sends the text that it expects, and the usage counts the tokens that match.

use crate::completion::Generation;
use crate::completion::prompt_tokens::BYTES_PER_TOKEN;
use crate::json::{Escaped, Value};

/// The token counts of a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prediction {
    /// The number of tokens at the beginning of the completion that match the
    /// prediction.
    pub accepted: u64,
    /// An estimate of the number of remaining tokens in the prediction. They
    /// are counted as completion tokens too.
    pub rejected: u64,
}

/// Reads the predicted text: a string, or the texts of content parts.
pub fn read(value: Value) -> Option<Escaped> {
    let content = value.field("content")?;
    let text = match content.is_list() {
        false => content.is_string().then(|| content.text())?,
        true => content
            .items()
            .filter_map(|part| Some(part.field("text")?.text()))
            .collect::<String>()
            .into(),
    };
    Some(Escaped::new(text.as_bytes()))
}

impl Prediction {
    /// Counts the tokens of a request's prediction. The counts are 0 without a
    /// prediction. No tokens of a tool call are accepted.
    pub fn of(generation: &Generation) -> Self {
        let predicted = generation
            .request
            .prediction
            .as_ref()
            .map(Escaped::as_bytes);
        let predicted = predicted.unwrap_or_default();
        let (accepted, right) = match generation.completion.has_calls() {
            true => (0, 0),
            false => generation.completion.tokens_alike(predicted),
        };
        let wrong = predicted.len() - right.min(predicted.len());
        Self {
            accepted: accepted as u64,
            rejected: (wrong as u64).div_ceil(BYTES_PER_TOKEN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::dialect::Dialect;
    use crate::providers::openai::chat::Chat;
    use crate::testing;
    use crate::testing::generation;

    fn prediction(body: &str) -> (u64, u64) {
        let request = testing::read(&Chat, body);
        generation(&Chat, "m", "say \"hi\" to me", &request, |generation| {
            let Prediction { accepted, rejected } = Prediction::of(generation);
            let whole: serde_json::Value = serde_json::from_slice(&Chat.plain(generation)).unwrap();
            let usage = &whole["usage"];
            let details = &usage["completion_tokens_details"];
            assert_eq!(details["accepted_prediction_tokens"], accepted);
            assert_eq!(details["rejected_prediction_tokens"], rejected);
            let completion = generation.completion.tokens() as u64 + rejected;
            assert_eq!(usage["completion_tokens"], completion);
            assert_eq!(usage["total_tokens"], 9 + completion);
            (accepted, rejected)
        })
    }

    #[test]
    fn accepted_and_rejected_tokens_are_counted() {
        for (content, expected) in [
            (r#""say \"hi\" to me""#, (4, 0)),
            (r#""say \u0022hi\" to you""#, (3, 1)),
            (r#""say \"hi\" to me, and to all of them""#, (4, 5)),
            (r#""say""#, (0, 1)),
            (r#""something else""#, (0, 4)),
            (r#""""#, (0, 0)),
            (
                r#"[{"type":"text","text":"say "},{"type":"text","text":"no"}]"#,
                (1, 1),
            ),
            ("[]", (0, 0)),
            ("[1]", (0, 0)),
            ("7", (0, 0)),
        ] {
            let body = format!(r#"{{"prediction":{{"type":"content","content":{content}}}}}"#);
            assert_eq!(prediction(&body), expected, "{content}");
        }
        for value in ["{}", "null", "7", "\"say \"", "[\"say \"]"] {
            assert_eq!(prediction(&format!(r#"{{"prediction":{value}}}"#)), (0, 0));
        }
    }

    #[test]
    fn truncated_tokens_are_rejected() {
        let body = r#"{"max_tokens":1,"prediction":{"content":"say \"hi\" to me"}}"#;
        assert_eq!(prediction(body), (1, 3));
    }

    #[test]
    fn tokens_of_a_tool_call_are_not_accepted() {
        let body = r#"{"prediction":{"content":"{}"},"tools":[{"type":"function","function":{"name":"f"}}]}"#;
        assert_eq!(prediction(body), (0, 1));
    }
}
