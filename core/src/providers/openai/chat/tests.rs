mod calls;

use super::*;
use crate::testing;
use serde_json::{Value, json};

/// Calls `f` with the generation of `text` for a request with `body`.
fn with_generation<T>(text: &str, body: &str, f: impl FnOnce(&Generation) -> T) -> T {
    let request = testing::read(&Chat, body);
    testing::generation(&Chat, "gpt-3.5-turbo", text, &request, f)
}

fn steps(text: &str, body: &str) -> Vec<String> {
    let body = with_generation(text, body, |generation| Chat.stream(generation));
    testing::steps(&body)
}

fn whole(text: &str, body: &str) -> String {
    String::from_utf8(with_generation(text, body, |generation| {
        Chat.plain(generation)
    }))
    .unwrap()
}

#[test]
fn the_stream_has_the_bytes_of_the_lua_mock() {
    insta::assert_snapshot!(steps("powered by openai", "").concat());
}

#[test]
fn the_first_and_last_steps_hold_the_surrounding_chunks() {
    let steps = steps("powered by openai", "");
    let chunks: Vec<_> = steps.iter().map(|s| s.matches("data: ").count()).collect();
    assert_eq!(chunks, [2, 1, 3]);
}

#[test]
fn an_empty_text_has_a_role_and_a_finish_reason() {
    insta::assert_snapshot!(steps("", "").concat());
}

#[test]
fn the_plain_response_has_openais_format() {
    let body = whole("say \"hi\"\n to me", "");
    let _: Value = serde_json::from_str(&body).unwrap();
    insta::assert_snapshot!(body);
}

#[test]
fn include_usage_adds_the_usage_to_a_stream() {
    let body = r#"{"stream_options":{"include_usage":true}}"#;
    insta::assert_snapshot!(steps("powered by openai", body).concat());
}

#[test]
fn choices_are_interleaved() {
    let body = r#"{"n":2,"max_tokens":2,"stream_options":{"include_usage":true}}"#;
    insta::assert_snapshot!(steps("powered by openai", body).concat());
    insta::assert_snapshot!(whole("powered by openai", body));
}

#[test]
fn the_finish_reason_matches_the_end_of_the_text() {
    for (body, reason, content) in [
        ("{}", "stop", "a b c"),
        (r#"{"max_tokens":3}"#, "stop", "a b c"),
        (r#"{"max_tokens":2}"#, "length", "a b "),
        (r#"{"max_completion_tokens":1}"#, "length", "a "),
        (r#"{"stop":"c"}"#, "stop", "a b "),
        (r#"{"stop":["x","b c"]}"#, "stop", "a "),
        (
            r#"{"stop":null,"max_tokens":null,"n":null}"#,
            "stop",
            "a b c",
        ),
        (r#"{"stop":7,"max_tokens":"2","n":"3"}"#, "stop", "a b c"),
    ] {
        let response: Value = serde_json::from_str(&whole("a b c", body)).unwrap();
        let choices = response["choices"].as_array().unwrap();
        assert_eq!(choices.len(), 1, "{body}");
        assert_eq!(choices[0]["finish_reason"], reason, "{body}");
        assert_eq!(choices[0]["message"]["content"], content, "{body}");
        let last = steps("a b c", body).pop().unwrap();
        assert!(
            last.contains(&format!("\"finish_reason\":\"{reason}\"")),
            "{last}"
        );
    }
}

#[test]
fn a_plain_response_always_has_a_service_tier() {
    for (tier, of_plain, of_stream) in [
        ("null", "default", None),
        ("7", "default", None),
        ("\"auto\"", "default", Some("default")),
        ("\"flex\"", "flex", Some("flex")),
        ("\"priority\"", "priority", Some("priority")),
    ] {
        let body = format!("{{\"service_tier\":{tier}}}");
        let plain: Value = serde_json::from_str(&whole("a", &body)).unwrap();
        assert_eq!(plain["service_tier"], of_plain, "{body}");
        let chunk = steps("a", &body).concat();
        let tier = of_stream.map(|tier| format!("\"service_tier\":\"{tier}\""));
        match tier {
            Some(tier) => assert!(chunk.contains(&tier), "{chunk}"),
            None => assert!(!chunk.contains("service_tier"), "{chunk}"),
        }
    }
}

#[test]
fn logprobs_adds_probabilities_to_each_token() {
    let body = r#"{"logprobs":true,"top_logprobs":2,"seed":7,"service_tier":"auto"}"#;
    insta::assert_snapshot!(steps("one two\n", body).concat());
    insta::assert_snapshot!(whole("one two\n", body));
}

/// Tens of thousands of chat streams may be open. Their bodies take no heap
/// memory, and fill a boxed body exactly.
#[test]
fn the_body_of_a_stream_fills_a_boxed_body() {
    let methods = size_of::<usize>();
    assert_eq!(size_of::<Chunks>() + methods, size_of::<BoxedBody>());
}
