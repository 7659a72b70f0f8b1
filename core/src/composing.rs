//! What a reply says, made from what the client wishes.

use std::sync::Arc;

use rand::RngCore;
use serde::de::IgnoredAny;

use crate::api::Dialect;
use crate::ask::Ask;
use crate::id;
use crate::json::Escaped;
use crate::saying::{Call, Limits, Saying};
use crate::schema::LONGEST_DOCUMENT;
use crate::script::Script;
use crate::wish::Wish;

/// How long what is said may be, as the inside of a JSON string, in bytes.
pub fn longest(ask: &Ask, script: &Script) -> usize {
    let text = script.text().as_bytes().len();
    match &ask.wish {
        Wish::Text => text,
        // A document's quotes are escaped, and those of its text again.
        Wish::Object => text.saturating_mul(2).saturating_add(AROUND_AN_OBJECT),
        Wish::Document(_) | Wish::Call(_) => 2 * LONGEST_DOCUMENT,
    }
}

const AROUND_AN_OBJECT: usize = 32;

/// How much memory [`saying`] takes at most, in bytes.
pub fn memory(ask: &Ask, script: &Script) -> usize {
    let schema = match &ask.wish {
        Wish::Text => return 0,
        Wish::Object => 0,
        Wish::Document(schema) => schema.document_memory(),
        Wish::Call(function) => {
            let name = function.name.len().saturating_mul(3 * 6);
            function.parameters.document_memory().saturating_add(name)
        }
    };
    Script::memory_of_json(longest(ask, script), script.how_cut()).saturating_add(schema)
}

/// What is said to `ask`, with `script` for the text.
pub fn saying(
    dialect: &dyn Dialect,
    ask: &Ask,
    script: &Arc<Script>,
    rng: &mut dyn RngCore,
) -> Saying {
    // Who gave no seed gets the same each time too.
    let seed = ask.seed.unwrap_or(0);
    let json = |document: &str| Arc::new(Script::of_json(document, script.how_cut()));
    match &ask.wish {
        Wish::Text => Saying::new(script, &ask.limits),
        Wish::Object => Saying::new(&json(&object(script)), &ask.limits),
        Wish::Document(schema) => Saying::new(&json(&schema.document(seed)), &ask.limits),
        Wish::Call(function) => {
            // A stop sequence is one of the text.
            let limits = Limits {
                max_tokens: ask.limits.max_tokens,
                stop: Vec::new(),
            };
            let arguments = json(&function.parameters.document(seed));
            Saying::new(&arguments, &limits).calling(Call {
                id: id::object(dialect.call_id_prefix(), rng),
                name: Escaped::new(function.name.as_bytes()),
            })
        }
    }
}

/// The text if it is a JSON object, else one that holds it.
fn object(script: &Script) -> String {
    let quoted = |before: &str, after: &str| {
        let text = String::from_utf8_lossy(script.text().as_bytes());
        [before, &text, after].concat()
    };
    let text: Option<String> = serde_json::from_str(&quoted("\"", "\"")).ok();
    let is_object = |text: &String| {
        text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
    };
    text.filter(is_object)
        .unwrap_or_else(|| quoted("{\"content\":\"", "\"}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_the_text_or_holds_it() {
        for (text, expected) in [
            (r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            ("say \"hi\"", r#"{"content":"say \"hi\""}"#),
            ("{a}", r#"{"content":"{a}"}"#),
            ("[1]", r#"{"content":"[1]"}"#),
            ("", r#"{"content":""}"#),
        ] {
            assert_eq!(object(&Script::new(text.as_bytes())), expected);
        }
    }
}
