mod together;

use super::CHAT as SPEC;
use crate::validate::check;
use crate::validate::testing::{accepted, error, refused, with};

const CHAT: &str = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
const TOOL: &str =
    r#"[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]"#;

#[test]
fn chat_needs_a_model_and_messages() {
    const NO_MODEL: Option<&str> = Some("you must provide a model parameter");
    const NO_MESSAGES: Option<&str> = Some("Missing required parameter: 'messages'.");
    for (body, names_model, message) in [
        ("", false, NO_MODEL),
        ("", true, NO_MESSAGES),
        ("{}", false, NO_MODEL),
        (
            r#"{"messages":[{"role":"user","content":"hi"}]}"#,
            false,
            NO_MODEL,
        ),
        (
            r#"{"messages":[{"role":"user","content":"hi"}]}"#,
            true,
            None,
        ),
        (
            r#"{"model":null,"messages":[{"role":"user","content":"hi"}]}"#,
            true,
            None,
        ),
        (r#"{"model":"","messages":[]}"#, false, NO_MODEL),
        (r#"{"model":null,"messages":[]}"#, false, NO_MODEL),
        (r#"{"model":"m"}"#, false, NO_MESSAGES),
        (CHAT, false, None),
    ] {
        let found = check(&SPEC, body.as_bytes(), names_model).err();
        let found = found.map(|error| error.message);
        assert_eq!(found.as_deref(), message, "{body} {names_model}");
    }
    refused(
        &SPEC,
        r#"{"model":"m"}"#,
        &[(
            "{}",
            "Missing required parameter: 'messages'.",
            Some("messages"),
            Some("missing_required_parameter"),
        )],
    );
}

#[test]
fn values_of_the_wrong_type_are_refused() {
    let cases = [
        (
            r#"{"temperature":"hot"}"#,
            "temperature",
            "a decimal",
            "a string",
        ),
        (r#"{"n":"2"}"#, "n", "an integer", "a string"),
        (r#"{"n":1.5}"#, "n", "an integer", "a decimal number"),
        (r#"{"seed":1e3}"#, "seed", "an integer", "a decimal number"),
        (r#"{"stream":"yes"}"#, "stream", "a boolean", "a string"),
        (r#"{"model":7}"#, "model", "a string", "an integer"),
        (r#"{"user":{}}"#, "user", "a string", "an object"),
        (r#"{"user":null}"#, "user", "a string", "null"),
        (
            r#"{"tools":"f"}"#,
            "tools",
            "an array of objects",
            "a string",
        ),
        (
            r#"{"messages":{}}"#,
            "messages",
            "an array of objects",
            "an object",
        ),
        (
            r#"{"messages":null}"#,
            "messages",
            "an array of objects",
            "null",
        ),
        (
            r#"{"messages":[true]}"#,
            "messages[0]",
            "an object",
            "a boolean",
        ),
        (
            r#"{"messages":[{"role":"user","content":7}]}"#,
            "messages[0].content",
            "one of a string or array of objects",
            "an integer",
        ),
        (
            r#"{"messages":[{"role":1,"content":"hi"}]}"#,
            "messages[0].role",
            "a string",
            "an integer",
        ),
        (
            r#"{"stop":{}}"#,
            "stop",
            "one of a string or array of strings",
            "an object",
        ),
        (
            r#"{"tool_choice":7}"#,
            "tool_choice",
            "one of one of 'none', 'auto', or 'required' or object",
            "an integer",
        ),
        (
            r#"{"verbosity":[]}"#,
            "verbosity",
            "one of 'low', 'medium', or 'high'",
            "an array",
        ),
        (
            r#"{"metadata":{"k":7}}"#,
            "metadata.k",
            "a string",
            "an integer",
        ),
    ];
    for (fields, param, expected, got) in cases {
        let message =
            format!("Invalid type for '{param}': expected {expected}, but got {got} instead.");
        let case = (fields, message.as_str(), Some(param), Some("invalid_type"));
        refused(&SPEC, CHAT, &[case]);
    }
}

#[test]
fn numbers_out_of_range_are_refused() {
    let cases = [
        (
            r#"{"temperature":3}"#,
            "temperature",
            "decimal",
            "<= 2",
            "3",
        ),
        (
            r#"{"temperature":2.1}"#,
            "temperature",
            "decimal",
            "<= 2",
            "2.1",
        ),
        (
            r#"{"temperature":-0.5}"#,
            "temperature",
            "decimal",
            ">= 0",
            "-0.5",
        ),
        (r#"{"top_p":1.01}"#, "top_p", "decimal", "<= 1", "1.01"),
        (
            r#"{"presence_penalty":-3}"#,
            "presence_penalty",
            "decimal",
            ">= -2",
            "-3",
        ),
        (
            r#"{"frequency_penalty":9}"#,
            "frequency_penalty",
            "decimal",
            "<= 2",
            "9",
        ),
        (r#"{"n":0}"#, "n", "integer", ">= 1", "0"),
        (r#"{"n":129}"#, "n", "integer", "<= 128", "129"),
        (r#"{"max_tokens":0}"#, "max_tokens", "integer", ">= 1", "0"),
        (
            r#"{"max_completion_tokens":-1}"#,
            "max_completion_tokens",
            "integer",
            ">= 1",
            "-1",
        ),
        (
            r#"{"logprobs":true,"top_logprobs":21}"#,
            "top_logprobs",
            "integer",
            "<= 20",
            "21",
        ),
        (
            r#"{"logit_bias":{"50256":101}}"#,
            "logit_bias.50256",
            "decimal",
            "<= 100",
            "101",
        ),
    ];
    for (fields, param, kind, limit, value) in cases {
        let (side, bound) = match limit.starts_with('<') {
            true => ("above maximum", "above_max"),
            false => ("below minimum", "below_min"),
        };
        let message = format!(
            "Invalid '{param}': {kind} {side} value. Expected a value {limit}, but got {value} instead."
        );
        let code = format!("{kind}_{bound}_value");
        let case = (fields, message.as_str(), Some(param), Some(code.as_str()));
        refused(&SPEC, CHAT, &[case]);
    }
    let long = format!(
        "{{\"model\":\"m\",\"messages\":[],\"n\":{}}}",
        "9".repeat(10_000)
    );
    assert!(error(&SPEC, &long).message.len() < 300);
}

#[test]
fn messages_are_checked_by_role() {
    let roles = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'";
    let unknown = format!("Invalid value: 'x'. Supported values are: {roles}.");
    let nothing = "Invalid value for 'content': expected a string, got null.";
    let missing = Some("missing_required_parameter");
    refused(
        &SPEC,
        CHAT,
        &[
            (
                r#"{"messages":[]}"#,
                "Invalid 'messages': empty array. Expected an array with minimum length 1, but \
                 got an empty array instead.",
                Some("messages"),
                Some("empty_array"),
            ),
            (
                r#"{"messages":[{"content":"hi","role":"x"}]}"#,
                &unknown,
                Some("messages[0].role"),
                Some("invalid_value"),
            ),
            (
                r#"{"messages":[{"role":"user","content":"hi"},{"content":"hi"}]}"#,
                "Missing required parameter: 'messages[1].role'.",
                Some("messages[1].role"),
                missing,
            ),
            (
                r#"{"messages":[{"role":"user","content":null}]}"#,
                nothing,
                Some("messages.[0].content"),
                None,
            ),
            (
                r#"{"messages":[{"role":"system"}]}"#,
                nothing,
                Some("messages.[0].content"),
                None,
            ),
            (
                r#"{"messages":[{"role":"tool","content":"hi"}]}"#,
                "Missing required parameter: 'messages[0].tool_call_id'.",
                Some("messages[0].tool_call_id"),
                missing,
            ),
            (
                r#"{"messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
                "Missing required parameter: 'messages[0].content[0].text'.",
                Some("messages[0].content[0].text"),
                missing,
            ),
            (
                r#"{"messages":[{"role":"user","content":[{"type":"image"}]}]}"#,
                "Invalid value: 'image'. Supported values are: 'text', 'image_url', \
                 'input_audio', and 'file'.",
                Some("messages[0].content[0].type"),
                Some("invalid_value"),
            ),
            (
                r#"{"messages":[{"role":"user","content":"hi","mood":"good"}]}"#,
                "Unknown parameter: 'messages[0].mood'.",
                Some("messages[0].mood"),
                Some("unknown_parameter"),
            ),
            (
                r#"{"messages":[{"role":"assistant","tool_calls":[]}]}"#,
                "Invalid 'messages[0].tool_calls': empty array. Expected an array with minimum \
                 length 1, but got an empty array instead.",
                Some("messages[0].tool_calls"),
                Some("empty_array"),
            ),
        ],
    );
    accepted(
        &SPEC,
        CHAT,
        &[
            r#"{"messages":[{"content":"hi","role":"developer","name":"me"}]}"#,
            r#"{"messages":[{"role":"user","content":[{"text":"a","type":"text"},
               {"type":"image_url","image_url":{"url":"https://x","detail":"low"}}]}]}"#,
            r#"{"messages":[{"role":"assistant","content":null,"annotations":[],"tool_calls":
               [{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
               {"role":"tool","tool_call_id":"c","content":"1"}]}"#,
            r#"{"messages":[{"role":"user","content":"hi"},
               {"role":"tool","tool_call_id":"c","name":"f","content":"1"}]}"#,
            // Fields for which openai-python 3.54.0 has types.
            r#"{"reasoning_effort":"max"}"#,
            r#"{"messages":[{"role":"user","content":[
               {"type":"text","text":"a","prompt_cache_breakpoint":{"mode":"explicit"}},
               {"type":"image_url","image_url":{"url":"https://x"},"prompt_cache_breakpoint":{}},
               {"type":"input_audio","input_audio":{"data":"x","format":"wav"},
                "prompt_cache_breakpoint":{}},
               {"type":"file","file":{"file_id":"f"},"prompt_cache_breakpoint":{}}]}]}"#,
            r#"{"messages":[{"r\u006fle":"us\u0065r","content":"\ud83e\udd80"}]}"#,
        ],
    );
}
