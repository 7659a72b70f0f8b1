//! How many tokens a prompt has, counted exactly (OpenAI Cookbook, "How to
//! count tokens with tiktoken", function `num_tokens_from_messages`).

use crate::api::body;
use crate::tokens::{Encoding, Tokenizer};
use crate::value::Value;
use crate::value::scalar_end;

/// Each message has so many tokens around its own, its name one more.
const OF_A_MESSAGE: u64 = 3;
const OF_A_NAME: u64 = 1;

/// The reply is primed with so many.
const OF_THE_REPLY: u64 = 3;

/// How much memory counting takes at most, in bytes, for a body that was read.
pub fn memory(body: &[u8]) -> usize {
    const MARGIN: usize = 1024;
    // What is not UTF-8 is read as three bytes; a text is as long as the body
    // at most, and what grows takes up to three times what it holds.
    let len = body.len().saturating_mul(3);
    len.saturating_mul(1 + 3 + 3).saturating_add(MARGIN)
}

/// The tokens of a body's messages, in fields of these names. The cookbook
/// covers the texts, roles and names of messages. A field that is a string
/// counts as one message of a user; the calls in messages and the tools are
/// counted by their texts alone, which is an estimate.
pub fn of_messages(body: &[u8], fields: &[&str], encoding: Encoding) -> u64 {
    let body = body::text(body);
    let mut values: Vec<Option<Value>> = vec![None; fields.len()];
    let is_object = body::read(&body, |key, value| {
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
    OF_THE_REPLY + of_fields.sum::<u64>()
}

/// The texts that a model reads, wherever they stand in `json`.
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
    fn a_message_has_tokens_around_its_own() {
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
    fn what_the_cookbook_counts() {
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
