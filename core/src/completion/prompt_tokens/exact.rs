//! Counts the tokens of a prompt exactly (OpenAI Cookbook, "How to count tokens
//! with tiktoken", function `num_tokens_from_messages`).

use crate::json::{Value, object, scalar_end};
use crate::tokens::{Encoding, Tokenizer};

/// The tokens that each message and each name has in addition to its own.
const OF_A_MESSAGE: u64 = 3;
const OF_A_NAME: u64 = 1;

/// The tokens that the completion is primed with.
const OF_THE_COMPLETION: u64 = 3;

/// Counts the tokens of a body's messages, in fields of these names. The
/// cookbook covers the texts, roles and names of messages. A field that is a
/// string is counted as one message of a user. For calls in messages and for
/// tools, only the texts are counted, which is an estimate.
pub fn of_messages(body: &[u8], fields: &[&str], encoding: Encoding) -> u64 {
    let body = object::text(body);
    let mut values: Vec<Option<Value>> = vec![None; fields.len()];
    let is_object = object::read(&body, |key, value| {
        let known = fields.iter().zip(&mut values);
        for (_, slot) in known.filter(|(field, _)| **field == key) {
            *slot = Some(value);
        }
    });
    if !is_object {
        return 0;
    }
    let mut tokenizer = Tokenizer::new(encoding);
    let of_fields = values
        .into_iter()
        .flatten()
        .map(|value| match value.is_string() {
            true => OF_A_MESSAGE + tokenizer.count("user") + tokenizer.count(&value.text()),
            false => of_texts(value.json(), &mut tokenizer),
        });
    OF_THE_COMPLETION + of_fields.sum::<u64>()
}

/// Counts the tokens of the texts that a model reads, at any depth of `json`.
fn of_texts(json: &str, tokenizer: &mut Tokenizer) -> u64 {
    let (mut tokens, mut at, mut key) = (0, 0, "");
    while let Some(from) = json.get(at..).and_then(|rest| rest.find('"')) {
        let start = at + from;
        at = scalar_end(json.as_bytes(), start);
        let string = json.get(start..at).unwrap_or_default();
        let rest = json.get(at..).unwrap_or_default();
        if rest.trim_ascii_start().starts_with(':') {
            key = string;
            continue;
        }
        tokens += match key {
            "\"role\"" => OF_A_MESSAGE,
            "\"name\"" => OF_A_NAME,
            "\"content\"" | "\"text\"" | "\"arguments\"" | "\"output\"" | "\"description\""
            | "\"refusal\"" => 0,
            _ => continue,
        };
        tokens += tokenizer.count(&Value::new(string).text());
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(body: &str) -> u64 {
        Encoding::O200kBase.load();
        let fields = ["messages", "system", "tools"];
        of_messages(body.as_bytes(), &fields, Encoding::O200kBase)
    }

    #[test]
    fn a_message_has_tokens_in_addition_to_its_own() {
        for (body, tokens) in [
            ("", 0),
            ("[]", 0),
            ("{}", 3),
            (r#"{"messages":[]}"#, 3),
            // role, content
            (
                r#"{"messages":[{"role":"user","content":"hi"}]}"#,
                3 + 3 + 2,
            ),
            (
                r#"{"messages":[{"content":"\u0068i","role":"user","name":"bob"}]}"#,
                3 + 3 + 2 + 2,
            ),
            (
                r#"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAAAAAA"}}]}]}"#,
                3 + 3 + 2,
            ),
            (r#"{"system":"hi"}"#, 3 + 3 + 2),
            (
                r#"{"messages":[{"role":"user","content":null}]}"#,
                3 + 3 + 1,
            ),
            (r#"{"messages":[{"role":"user","content":"hi"}]"#, 0),
        ] {
            assert_eq!(counted(body), tokens, "{body}");
        }
    }

    #[test]
    fn counts_as_the_cookbook_does() {
        // The messages of the cookbook's example, and the number that it gives
        // for gpt-4o.
        let messages = serde_json::json!([
            {"role": "system", "content": "You are a helpful, pattern-following assistant that \
             translates corporate jargon into plain English."},
            {"role": "system", "name": "example_user",
             "content": "New synergies will help drive top-line growth."},
            {"role": "system", "name": "example_assistant",
             "content": "Things working well together will increase revenue."},
            {"role": "system", "name": "example_user", "content": "Let's circle back when we have \
             more bandwidth to touch base on opportunities for increased leverage."},
            {"role": "system", "name": "example_assistant",
             "content": "Let's talk later when we're less busy about how to do better."},
            {"role": "user", "content": "This late pivot means we don't have time to boil the \
             ocean for the client deliverable."},
        ]);
        let body = serde_json::json!({ "messages": messages }).to_string();
        for (encoding, tokens) in [(Encoding::O200kBase, 124), (Encoding::Cl100kBase, 129)] {
            encoding.load();
            let counted = of_messages(body.as_bytes(), &["messages"], encoding);
            assert_eq!(counted, tokens, "{encoding:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_on_almost_json(value in "[{}\\[\\]\":,\\\\ a-u0-9]{0,60}") {
            counted(&format!("{{\"messages\":{value}}}"));
            counted(&format!("{{\"messages\":[\"{value}\"]}}"));
        }
    }
}
