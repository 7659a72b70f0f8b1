use super::*;
use crate::testing;
use serde_json::{Value, json};

fn with_generation<T>(text: &str, body: &str, f: impl FnOnce(&Generation) -> T) -> T {
    let request = testing::read(&Messages, body);
    testing::generation(&Messages, "claude-sonnet-4-5", text, &request, f)
}

fn stream(text: &str, body: &str) -> String {
    let body = with_generation(text, body, |generation| Messages.stream(generation));
    testing::steps(&body).concat()
}

fn whole(text: &str, body: &str) -> String {
    String::from_utf8(with_generation(text, body, |generation| {
        Messages.plain(generation)
    }))
    .unwrap()
}

#[test]
fn the_plain_response_has_anthropics_format() {
    insta::assert_snapshot!(whole("say \"hi\"", "{}"));
}

#[test]
fn the_stream_has_anthropics_events() {
    insta::assert_snapshot!(stream("powered by anthropic", "{}"));
    insta::assert_snapshot!(stream("", "{}"));
}

#[test]
fn the_stop_reason_matches_the_end_of_the_text() {
    for (body, reason, sequence, content) in [
        ("{}", "end_turn", Value::Null, "a b c"),
        (r#"{"max_tokens":3}"#, "end_turn", Value::Null, "a b c"),
        (r#"{"max_tokens":2}"#, "max_tokens", Value::Null, "a b "),
        (
            r#"{"stop_sequences":["x","c","b"]}"#,
            "stop_sequence",
            "b".into(),
            "a ",
        ),
        (
            r#"{"stop_sequences":["c"],"max_tokens":1}"#,
            "max_tokens",
            Value::Null,
            "a ",
        ),
    ] {
        let message: Value = serde_json::from_str(&whole("a b c", body)).unwrap();
        assert_eq!(message["stop_reason"], reason, "{body}");
        assert_eq!(message["stop_sequence"], sequence, "{body}");
        assert_eq!(message["content"][0]["text"], content, "{body}");
        let stream = stream("a b c", body);
        let mut text = String::new();
        for event in stream.strip_suffix("\n\n").unwrap().split("\n\n") {
            let (name, data) = event.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(name.strip_prefix("event: ").unwrap(), data["type"]);
            text += data["delta"]["text"].as_str().unwrap_or_default();
            if data["type"] == "message_delta" {
                assert_eq!(data["delta"]["stop_reason"], reason, "{body}");
                assert_eq!(data["delta"]["stop_sequence"], sequence, "{body}");
                assert_eq!(data["usage"], message["usage"], "{body}");
            }
        }
        assert_eq!(text, content, "{body}");
    }
}

#[test]
fn rendered_parts_fit_their_length_bounds() {
    let calls = with_tools(r#","tool_choice":{"disable_parallel_tool_use":false}"#);
    for body in ["{}", r#"{"stop_sequences":["\u0001\u0001"]}"#, &calls] {
        with_generation("one \u{1}\u{1} two", body, |generation| {
            let most = head_len(generation);
            assert!(start(generation).len() <= most);
            assert!(end(generation).len() <= most);
            assert!(Messages.plain(generation).len() <= most + generation.completion.size(A_BLOCK));
        });
    }
}

/// Assembles the content of a stream. Returns it with the stop reason.
fn joined(text: &str, body: &str) -> (Vec<Value>, Value) {
    let (mut blocks, mut inputs, mut reason) = (Vec::new(), Vec::new(), Value::Null);
    let stream = stream(text, body);
    for event in stream.strip_suffix("\n\n").unwrap().split("\n\n") {
        let (_, data) = event.split_once("data: ").unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        match data["type"].as_str().unwrap() {
            "content_block_start" => {
                assert_eq!(data["index"], blocks.len());
                blocks.push(data["content_block"].clone());
                inputs.push(String::new());
            }
            "content_block_delta" => {
                assert_eq!(data["index"], blocks.len() - 1);
                let input = inputs.last_mut().unwrap();
                let delta = &data["delta"];
                *input += delta["partial_json"].as_str().unwrap_or_default();
                *input += delta["text"].as_str().unwrap_or_default();
            }
            "content_block_stop" => assert_eq!(data["index"], blocks.len() - 1),
            "message_delta" => reason = data["delta"]["stop_reason"].clone(),
            _ => {}
        }
    }
    for (block, input) in blocks.iter_mut().zip(inputs) {
        match block["type"] == "tool_use" {
            true => block["input"] = serde_json::from_str(&input).unwrap(),
            false => block["text"] = input.into(),
        }
    }
    (blocks, reason)
}

fn with_tools(more: &str) -> String {
    format!(
        r#"{{"tools":[{{"name":"get_weather","description":"x","input_schema":{{"type":"object",
        "properties":{{"city":{{"type":"string"}},"say":{{"const":"\"hi\"\n"}}}},
        "required":["city","say"]}}}},
        {{"type":"web_search_20250305","name":"web_search"}},
        {{"type":"custom","name":"get_time","input_schema":{{"type":"object"}}}}]{more}}}"#
    )
}

#[test]
fn a_tool_call_is_a_content_block() {
    insta::assert_snapshot!(whole("a b", &with_tools("")));
    insta::assert_snapshot!(stream("a b", &with_tools("")));
}

#[test]
fn tool_choice_selects_the_called_tools() {
    let result = r#""messages":[{"role":"user","content":[{"type":"text","text":"x"},
        {"type":"tool_result","tool_use_id":"t","content":"1"}]}]"#;
    let only_results = r#""messages":[{"role":"user","content":"x"},
        {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"get_weather","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"}]}]"#;
    let both = r#""messages":[{"role":"user","content":"x"},{"role":"assistant","content":[
        {"type":"tool_use","id":"t","name":"get_time","input":{}},
        {"type":"tool_use","id":"u","name":"get_weather","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"},
        {"type":"tool_result","tool_use_id":"u","content":"1"}]}]"#;
    let choice = |kind: &str| format!(r#""tool_choice":{{"type":{kind}}}"#);
    let parallel = r#""auto","disable_parallel_tool_use":false"#;
    for (fields, expected) in [
        (vec![], vec!["get_weather"]),
        (vec![choice(r#""auto""#)], vec!["get_weather"]),
        (vec![choice(r#""none""#)], vec![]),
        (vec![result.to_owned()], vec![]),
        (
            vec![result.to_owned(), choice(r#""any""#)],
            vec!["get_weather"],
        ),
        (
            vec![only_results.to_owned(), choice(r#""any""#)],
            vec!["get_time"],
        ),
        (vec![both.to_owned(), choice(r#""any""#)], vec!["get_time"]),
        (
            vec![
                only_results.to_owned(),
                choice(r#""any","disable_parallel_tool_use":false"#),
            ],
            vec!["get_time"],
        ),
        (
            vec![choice(r#""tool","name":"get_time""#)],
            vec!["get_time"],
        ),
        (vec![choice(r#""tool","name":"else""#)], vec!["else"]),
        (vec![choice(parallel)], vec!["get_weather", "get_time"]),
        (
            vec![choice(r#""any","disable_parallel_tool_use":true"#)],
            vec!["get_weather"],
        ),
        (vec![result.to_owned(), choice(parallel)], vec![]),
        (vec![r#""tool_choice":7"#.to_owned()], vec!["get_weather"]),
        (vec![r#""tools":{}"#.to_owned()], vec![]),
        (
            vec![
                r#""tools":[]"#.to_owned(),
                choice(r#""tool","name":"get_time""#),
            ],
            vec![],
        ),
    ] {
        let body = with_tools(&fields.iter().map(|it| format!(",{it}")).collect::<String>());
        let message: Value = serde_json::from_str(&whole("a b", &body)).unwrap();
        let content = message["content"].as_array().unwrap();
        let names: Vec<_> = content
            .iter()
            .filter_map(|it| it["name"].as_str())
            .collect();
        assert_eq!(names, expected, "{body}");
        let (blocks, reason) = joined("a b", &body);
        assert_eq!(blocks, *content, "{body}");
        assert_eq!(message["stop_reason"], reason);
        assert_eq!(
            reason,
            if expected.is_empty() {
                "end_turn"
            } else {
                "tool_use"
            }
        );
    }
}

#[test]
fn a_truncated_tool_call_has_empty_input() {
    let message = whole("a b", &with_tools(r#","max_tokens":2"#));
    let message: Value = serde_json::from_str(&message).unwrap();
    assert_eq!(message["content"][0]["input"], json!({}));
    assert_eq!(message["stop_reason"], "max_tokens");
}

#[test]
fn the_requested_format_is_generated() {
    let format = json!({"type": "json_schema", "schema":
        {"type": "object", "properties": {"n": {"const": 5}}, "required": ["n"]}});
    for (body, expected) in [
        (json!({"output_config": {"format": format}}), r#"{"n":5}"#),
        (json!({"output_format": format}), r#"{"n":5}"#),
        (json!({"output_config": {"effort": "low"}}), "a b"),
        (json!({"output_format": null}), "a b"),
    ] {
        let (blocks, reason) = joined("a b", &body.to_string());
        assert_eq!(
            blocks,
            [json!({"type": "text", "text": expected})],
            "{body}"
        );
        assert_eq!(reason, "end_turn");
    }
}
