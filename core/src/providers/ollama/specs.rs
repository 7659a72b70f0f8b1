//! Validation rules for the bodies of Ollama's endpoints (`api/types.go`,
//! `ChatRequest`, `GenerateRequest`, `EmbedRequest` and `ShowRequest`). As in
//! Go's `encoding/json`, unknown fields are accepted, and null is the same as a
//! missing field.

use super::violations::Violations;
use crate::validate::spec::{ANY, ANY_STRING, Field, Object, Presence, Rule, Spec, list, open};

/// `/api/chat`
pub static CHAT: Spec = spec(&CHAT_BODY, &Violations("ChatRequest"));

/// `/api/generate`
pub static GENERATE: Spec = spec(&GENERATE_BODY, &Violations("GenerateRequest"));

/// `/api/embed`
pub static EMBED: Spec = spec(&EMBED_BODY, &Violations("EmbedRequest"));

/// `/api/show`
pub static SHOW: Spec = spec(&SHOW_BODY, &Violations("ShowRequest"));

const fn spec(body: &'static Object, messages: &'static Violations) -> Spec {
    Spec {
        body,
        messages,
        is_proto: false,
        tool_choice: None,
        unknown_state: None,
    }
}

static CHAT_BODY: Object = open(&[
    MODEL,
    Field::optional("messages", &[list(&[Rule::Object(&MESSAGE)]), Rule::Null]),
    Field::optional(
        "tools",
        &[list(&[Rule::Object(&ANY), Rule::Null]), Rule::Null],
    ),
    Field::optional("stream", BOOLEAN),
    Field::optional("options", OBJECT),
    Field::optional("think", THINK),
    Field::optional("logprobs", BOOLEAN),
    Field::optional("truncate", BOOLEAN),
]);

static GENERATE_BODY: Object = open(&[
    MODEL,
    Field::optional("prompt", STRING),
    Field::optional("suffix", STRING),
    Field::optional("system", STRING),
    Field::optional("template", STRING),
    Field::optional("stream", BOOLEAN),
    Field::optional("raw", BOOLEAN),
    Field::optional("images", STRINGS),
    Field::optional("options", OBJECT),
    Field::optional("think", THINK),
    Field::optional("logprobs", BOOLEAN),
    Field::optional("truncate", BOOLEAN),
]);

static EMBED_BODY: Object = open(&[
    MODEL,
    Field::optional("input", &[ANY_STRING, list(&[ANY_STRING]), Rule::Null]),
    Field::optional("dimensions", &[ANY_INTEGER, Rule::Null]),
    Field::optional("options", OBJECT),
    Field::optional("truncate", BOOLEAN),
]);

static SHOW_BODY: Object = open(&[
    Field::optional("model", STRING).when(Presence::Unless(&["name"])),
    Field::optional("name", STRING),
    Field::optional("options", OBJECT),
    Field::optional("verbose", BOOLEAN),
]);

static MESSAGE: Object = open(&[
    Field::optional("role", STRING),
    Field::optional("content", STRING),
    Field::optional("thinking", STRING),
    Field::optional("images", STRINGS),
    Field::optional("tool_calls", &[list(&[Rule::Object(&ANY)]), Rule::Null]),
    Field::optional("tool_name", STRING),
    Field::optional("tool_call_id", STRING),
]);

const MODEL: Field = Field::optional("model", STRING).when(Presence::Model);
const STRING: &[Rule] = &[ANY_STRING, Rule::Null];
const STRINGS: &[Rule] = &[list(&[ANY_STRING]), Rule::Null];
const BOOLEAN: &[Rule] = &[Rule::Boolean, Rule::Null];
const OBJECT: &[Rule] = &[Rule::Object(&ANY), Rule::Null];
const THINK: &[Rule] = &[Rule::Boolean, ANY_STRING, Rule::Null];
const ANY_INTEGER: Rule = Rule::Integer {
    least: i64::MIN,
    most: i64::MAX,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::check;

    /// Returns the status and the message of the error, or an empty string.
    fn refused(spec: &'static Spec, body: &str) -> String {
        match check(spec, body.as_bytes(), false) {
            Ok(()) => String::new(),
            Err(error) => format!("{} {}", error.status, error.message),
        }
    }

    #[test]
    fn valid_bodies_are_accepted() {
        for (spec, body) in [
            (&CHAT, r#"{"model":"m"}"#),
            (
                &CHAT,
                r#"{"model":"m","messages":[{"role":"user","content":"hi","images":["AA=="]},
                {"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{}}}]},
                {"role":"tool","content":"9","tool_name":"f"}],"tools":[],"stream":null,
                "format":{},"options":{"seed":1},"keep_alive":-1,"think":"low","unknown":1}"#,
            ),
            (
                &GENERATE,
                r#"{"model":"m","prompt":"hi","context":[1],"format":"json"}"#,
            ),
            (&EMBED, r#"{"model":"m","input":["a","b"],"dimensions":7}"#),
            (&EMBED, r#"{"model":"m","input":"a"}"#),
            (&SHOW, r#"{"name":"m"}"#),
            (&SHOW, r#"{"model":"m","verbose":true}"#),
        ] {
            assert_eq!(refused(spec, body), "", "{body}");
        }
    }

    #[test]
    fn invalid_bodies_are_refused_with_ollamas_messages() {
        for (spec, body, expected) in [
            (&CHAT, "{}", "400 model is required"),
            (&CHAT, r#"{"model":""}"#, "400 model is required"),
            (&SHOW, "{}", "400 model is required"),
            (&GENERATE, "{}", "404 model '' not found"),
            (
                &CHAT,
                r#"{"model":7}"#,
                "400 json: cannot unmarshal number into Go struct field ChatRequest.model of type \
                 string",
            ),
            (
                &CHAT,
                r#"{"model":"m","messages":[{"role":"user","content":[]}]}"#,
                "400 json: cannot unmarshal array into Go struct field \
                 ChatRequest.messages.content of type string",
            ),
            (
                &CHAT,
                r#"{"model":"m","messages":["hi"]}"#,
                "400 json: cannot unmarshal string into Go struct field ChatRequest.messages of \
                 type api.Message",
            ),
            (
                &CHAT,
                r#"{"model":"m","messages":{}}"#,
                "400 json: cannot unmarshal object into Go struct field ChatRequest.messages of \
                 type []api.Message",
            ),
            (
                &GENERATE,
                r#"{"model":"m","stream":"yes"}"#,
                "400 json: cannot unmarshal string into Go struct field GenerateRequest.stream of \
                 type bool",
            ),
            (
                &EMBED,
                r#"{"model":"m","dimensions":1.5}"#,
                "400 json: cannot unmarshal number 1.5 into Go struct field \
                 EmbedRequest.dimensions of type int",
            ),
            (
                &EMBED,
                r#"{"model":"m","dimensions":99999999999999999999}"#,
                "400 json: cannot unmarshal number 99999999999999999999 into Go struct field \
                 EmbedRequest.dimensions of type int",
            ),
            (
                &EMBED,
                r#"{"model":"m","input":7}"#,
                "400 invalid input type",
            ),
            (
                &EMBED,
                r#"{"model":"m","input":[7]}"#,
                "400 invalid input type",
            ),
            (
                &CHAT,
                r#"{"model":"m","think":7}"#,
                "400 think must be a boolean or string (\"high\", \"medium\", \"low\", \"max\", \
                 true, or false)",
            ),
        ] {
            assert_eq!(refused(spec, body), expected, "{body}");
        }
    }
}
