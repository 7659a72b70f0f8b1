//! Generates the completion for a request.

use std::sync::Arc;

use rand::RngCore;
use serde::de::IgnoredAny;

use super::chunked_text::ChunkedText;
use super::content::Completion;
use super::content_part::ToolCall;
use super::output_kind::OutputKind;
use super::request::GenerationRequest;
use super::timing::Timing;
use super::tools::{CalledTool, ToolInput};
use crate::json::Escaped;
use crate::schema::LONGEST_DOCUMENT;
use crate::util::id::{self, Id};

/// A completion, and the other data of the response.
#[derive(Debug, Clone)]
pub struct Generation<'a> {
    /// The id of the response.
    pub id: Id,
    /// When the response was composed, and when its chunks are due.
    pub timing: Timing,
    /// The model that the response names.
    pub model: &'a Escaped,
    /// The text or the tool calls.
    pub completion: Completion,
    /// The tokens of the prompt.
    pub prompt_tokens: u64,
    /// The request, for APIs that repeat parts of it.
    pub request: &'a GenerationRequest,
}

/// Generates the completion for `request`. `text` is used where the output is a
/// text. Ids of tool calls begin with `call_id_prefix`.
pub fn generate(
    request: &GenerationRequest,
    text: &Arc<ChunkedText>,
    call_id_prefix: &'static str,
    rng: &mut impl RngCore,
) -> Completion {
    // The same request gets the same data even without a seed.
    let seed = request.seed.unwrap_or(0);
    let json = |document: &str| Arc::new(ChunkedText::of_json(document, text.chunking()));
    match &request.output {
        OutputKind::Text => Completion::new(text, &request.limits),
        OutputKind::Object => Completion::new(&json(&object(text)), &request.limits),
        OutputKind::Document(schema) => {
            Completion::new(&json(&schema.document(seed)), &request.limits)
        }
        OutputKind::Calls(tools) => {
            let mut calls = Vec::with_capacity(tools.len());
            let mut room = LONGEST_DOCUMENT;
            for (index, tool) in (0..).zip(tools) {
                let input = match &tool.input {
                    ToolInput::Text => Arc::clone(text),
                    ToolInput::Arguments(schema) => {
                        let seed = seed.wrapping_add(index);
                        let document = schema.one_of(tools.len(), seed);
                        json(&arguments(document, &mut room))
                    }
                };
                let ids = (0..request.choices).map(|_| id::object(call_id_prefix, rng));
                calls.push((call(tool, ids.collect()), input));
            }
            Completion::calls(calls, &request.limits)
        }
    }
}

const NO_ARGUMENTS: &str = "{}";

/// Returns a document as arguments: always an object, even if the schema is for
/// another type, and no longer than `room`, which all calls share.
fn arguments(document: String, room: &mut usize) -> String {
    if !document.starts_with('{') || document.len() > *room {
        return NO_ARGUMENTS.to_owned();
    }
    *room -= document.len();
    document
}

fn call(tool: &CalledTool, ids: Vec<Id>) -> ToolCall {
    ToolCall {
        ids,
        name: Escaped::of(&tool.name),
        is_custom: tool.input == ToolInput::Text,
    }
}

/// Returns the text if it is a JSON object, else an object that holds it.
fn object(text: &ChunkedText) -> String {
    let quoted = |before: &str, after: &str| {
        let text = String::from_utf8_lossy(text.text().as_bytes());
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
    use crate::completion::Chunking;

    #[test]
    fn a_text_that_is_not_an_object_is_wrapped_in_one() {
        for (text, expected) in [
            (r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            ("say \"hi\"", r#"{"content":"say \"hi\""}"#),
            ("{a}", r#"{"content":"{a}"}"#),
            ("[1]", r#"{"content":"[1]"}"#),
            ("", r#"{"content":""}"#),
        ] {
            assert_eq!(
                object(&ChunkedText::new(text.as_bytes(), Chunking::default())),
                expected
            );
        }
    }
}
