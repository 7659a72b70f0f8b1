use super::*;
use crate::testing;
use serde_json::{Value, json};

fn with_generation<T>(text: &str, body: &str, f: impl FnOnce(&Generation) -> T) -> T {
    let request = testing::read(&Chat, body);
    testing::generation(&Chat, "llama3.2", text, &request, f)
}

fn stream(text: &str, body: &str) -> String {
    testing::steps(&with_generation(text, body, |it| Chat.stream(it))).concat()
}

fn plain(text: &str, body: &str) -> String {
    String::from_utf8(with_generation(text, body, |it| Chat.plain(it))).unwrap()
}

fn object(text: &str, body: &str) -> Value {
    serde_json::from_str(&plain(text, body)).unwrap()
}

/// Returns a request with a message and these fields.
fn request(fields: &str) -> String {
    format!(r#"{{"model":"llama3.2","messages":[{{"role":"user","content":"hi"}}]{fields}}}"#)
}

const TOOLS: &str = r#","tools":[{"type":"function","function":{"name":"get_weather","parameters":
    {"type":"object","properties":{"city":{"const":"Tokyo"},"days":{"const":[1,2]}},
    "required":["city","days"]}}},{"type":"function","function":{"name":"get_time"}}]"#;

#[test]
fn the_stream_has_ollamas_format() {
    insta::assert_snapshot!(stream("say \"hi\" twice", &request("")));
}

#[test]
fn an_empty_text_has_only_the_last_line() {
    insta::assert_snapshot!(stream("", &request("")));
}

#[test]
fn the_plain_response_has_ollamas_format() {
    insta::assert_snapshot!(plain("say \"hi\"", &request("")));
}

#[test]
fn a_request_without_messages_loads_the_model() {
    let body = r#"{"model":"llama3.2","messages":[]}"#;
    insta::assert_snapshot!(plain("text", body));
    assert_eq!(stream("text", body), plain("text", body) + "\n");
}

#[test]
fn a_tool_call_is_sent_whole_before_the_last_line() {
    insta::assert_snapshot!(stream("text", &request(TOOLS)));
    insta::assert_snapshot!(plain("text", &request(TOOLS)));
}

#[test]
fn the_stream_concatenates_to_the_plain_response() {
    for fields in [
        "",
        r#","options":{"num_predict":2}"#,
        r#","options":{"stop":["two"]}"#,
    ] {
        let body = request(fields);
        let lines = stream("one two three", &body);
        let mut lines: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let content: String = lines
            .iter()
            .map(|line| line["message"]["content"].as_str().unwrap())
            .collect();
        let mut last = lines.pop().unwrap();
        assert!(lines.iter().all(|line| line["done"] == false), "{body}");
        last["message"]["content"] = content.into();
        assert_eq!(last, object("one two three", &body));
    }
}

#[test]
fn done_reason_distinguishes_limits_from_stop_sequences() {
    for (fields, content, reason, count) in [
        (r#"{"num_predict":2}"#, "one two ", "length", 2),
        (r#"{"num_predict":3}"#, "one two three", "stop", 3),
        (r#"{"num_predict":-1}"#, "one two three", "stop", 3),
        (r#"{"num_predict":0}"#, "", "length", 0),
        (r#"{"stop":["two"]}"#, "one ", "stop", 1),
    ] {
        let response = object("one two three", &request(&format!(",\"options\":{fields}")));
        assert_eq!(response["message"]["content"], content, "{fields}");
        assert_eq!(response["done_reason"], reason, "{fields}");
        assert_eq!(response["eval_count"], count, "{fields}");
    }
}

#[test]
fn text_follows_a_tool_result() {
    let body = format!(
        r#"{{"messages":[{{"role":"user","content":"hi"}},
        {{"role":"tool","content":"9","tool_name":"get_weather"}}]{TOOLS}}}"#
    );
    let message = &object("text", &body)["message"];
    assert_eq!(*message, json!({"role": "assistant", "content": "text"}));
}

#[test]
fn a_truncated_tool_call_has_empty_arguments() {
    let fields = format!(r#"{TOOLS},"options":{{"num_predict":1}}"#);
    let response = object("text", &request(&fields));
    let call = &response["message"]["tool_calls"][0]["function"];
    assert_eq!(call["arguments"], json!({}));
    assert_eq!(response["done_reason"], "length");
}

#[test]
fn the_requested_format_is_generated() {
    let schema = r#"{"type":"object","properties":{"n":{"const":7}},"required":["n"]}"#;
    for (format, expected) in [
        (r#""json""#, r#"{"content":"a b"}"#),
        (schema, r#"{"n":7}"#),
        (r#""""#, "a b"),
        ("null", "a b"),
        (r#""yaml""#, "a b"),
    ] {
        let response = object("a b", &request(&format!(",\"format\":{format}")));
        assert_eq!(response["message"]["content"], expected, "{format}");
    }
}
