//! What a reply says, made from what the client wishes.

use std::sync::Arc;

use rand::RngCore;
use serde::de::IgnoredAny;

use crate::api::Dialect;
use crate::ask::Ask;
use crate::id::{self, Id};
use crate::json::Escaped;
use crate::saying::{Call, Part, Saying};
use crate::schema::LONGEST_DOCUMENT;
use crate::script::Script;
use crate::wish::{Input, Tool, Wish};

/// How long what is said may be, as the inside of a JSON string, in bytes.
pub fn longest(ask: &Ask, script: &Script) -> usize {
    let text = script.text().as_bytes().len();
    let repeated = match &ask.wish {
        Wish::Text => 1,
        wish => wish.tools().iter().filter(|it| is_custom(it)).count(),
    };
    made(ask, script).saturating_add(text.saturating_mul(repeated))
}

/// How long what is made for this reply alone may be.
fn made(ask: &Ask, script: &Script) -> usize {
    const AROUND_AN_OBJECT: usize = 32;
    match &ask.wish {
        Wish::Text => 0,
        // A document's quotes are escaped, and those of its text again.
        Wish::Object => {
            let text = script.text().as_bytes().len();
            text.saturating_mul(2).saturating_add(AROUND_AN_OBJECT)
        }
        Wish::Document(_) => 2 * LONGEST_DOCUMENT,
        Wish::Calls(tools) => 2 * (LONGEST_DOCUMENT + tools.len() * NO_ARGUMENTS.len()),
    }
}

/// How long what stands around the parts of what is said may be, for each
/// choice, in bytes.
pub fn around(ask: &Ask) -> usize {
    const A_PART: usize = 512;
    const ESCAPED: usize = 6;
    let tools = ask.wish.tools().iter();
    let calls = tools.map(|tool| tool.name.len().saturating_mul(ESCAPED) + A_PART);
    calls.sum::<usize>().saturating_add(A_PART)
}

/// How much memory [`saying`] takes at most, in bytes.
pub fn memory(ask: &Ask, script: &Script) -> usize {
    const A_CALL: usize = 3 * (size_of::<Part>() + size_of::<Script>());
    /// What is said is cloned for the stream.
    const AN_ID: usize = 3 * size_of::<Id>();
    let of_a_call = |tool: &Tool| {
        let name = tool.name.len().saturating_mul(3 * 6);
        A_CALL + name + ask.choices.saturating_mul(AN_ID)
    };
    let calls: usize = ask.wish.tools().iter().map(of_a_call).sum();
    Script::memory_of_json(made(ask, script), script.how_cut()).saturating_add(calls)
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
        Wish::Calls(tools) => {
            let mut calls = Vec::with_capacity(tools.len());
            let mut room = LONGEST_DOCUMENT;
            for (index, tool) in (0..).zip(tools) {
                let input = match &tool.input {
                    Input::Text => Arc::clone(script),
                    Input::Arguments(schema) => {
                        let seed = seed.wrapping_add(index);
                        let document = schema.one_of(tools.len(), seed);
                        json(&arguments(document, &mut room))
                    }
                };
                calls.push((call(dialect, ask, tool, rng), input));
            }
            Saying::calls(calls, &ask.limits)
        }
    }
}

const NO_ARGUMENTS: &str = "{}";

/// A document as arguments: an object, whatever the schema asks for, and no
/// longer than `room`, which is all calls' together.
fn arguments(document: String, room: &mut usize) -> String {
    if !document.starts_with('{') || document.len() > *room {
        return NO_ARGUMENTS.to_owned();
    }
    *room -= document.len();
    document
}

fn call(dialect: &dyn Dialect, ask: &Ask, tool: &Tool, rng: &mut dyn RngCore) -> Call {
    let prefix = dialect.call_id_prefix();
    Call {
        ids: (0..ask.choices).map(|_| id::object(prefix, rng)).collect(),
        name: Escaped::of(&tool.name),
        is_custom: is_custom(tool),
    }
}

fn is_custom(tool: &Tool) -> bool {
    tool.input == Input::Text
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
