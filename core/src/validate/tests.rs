use super::testing::{error, refused, refused_with, with};
use super::*;
use crate::providers::anthropic::specs as anthropic;
use crate::providers::gemini::specs as gemini;
use crate::providers::openai::specs as openai;
use crate::routes::ROUTES;
use proptest::prelude::*;
use serde_json::json;

fn specs() -> impl Iterator<Item = &'static Spec> {
    ROUTES.iter().filter_map(|route| route.spec)
}

const CHAT: &str = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;

#[test]
fn a_form_feed_is_not_white_space_of_json() {
    for body in ["\u{c}{}", "{}\u{c}", " {} \u{c}\n"] {
        let error = error(&openai::CHAT, body);
        assert!(error.message.starts_with("We could not parse"), "{body:?}");
    }
}

#[test]
fn a_body_that_is_not_an_object_is_refused() {
    for body in ["{", "nonsense", "[]", "\"x\"", "1", "{} {}", "{\"a\":01}"] {
        for spec in specs() {
            error(spec, body);
        }
        let error = error(&openai::CHAT, body);
        assert!(
            error
                .message
                .starts_with("We could not parse the JSON body")
        );
        assert_eq!((error.param, error.code), (None, None));
    }
    assert!(check(&openai::CHAT, b"{\"model\":\"\xff\"}", false).is_err());
    refused_with(
        &gemini::GENERATE_CONTENT,
        "{}",
        &[(
            "{}",
            "* GenerateContentRequest.contents: contents is not specified\n",
        )],
    );
    for (body, message) in [
        ("x", "Invalid JSON payload received. Unexpected token."),
        (
            "[]",
            "Invalid JSON payload received. Unknown name \"\": Root element must be a message.",
        ),
    ] {
        assert_eq!(error(&gemini::GENERATE_CONTENT, body).message, message);
    }
    let message = error(&anthropic::MESSAGES, "{").message;
    assert_eq!(message, "The request body is not valid JSON");
}

#[test]
fn one_of_several_violations_is_reported() {
    let unknown = "Unrecognized request argument supplied: foo";
    refused(
        &openai::CHAT,
        "{}",
        &[
            (
                r#"{"foo":1,"messages":7}"#,
                "you must provide a model parameter",
                None,
                None,
            ),
            (
                r#"{"foo":1,"model":"m","n":0}"#,
                "Missing required parameter: 'messages'.",
                Some("messages"),
                Some("missing_required_parameter"),
            ),
            (
                r#"{"foo":1,"model":"m","messages":[],"n":"x"}"#,
                unknown,
                None,
                None,
            ),
        ],
    );
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"n":0,"stream":1}"#;
    assert_eq!(error(&openai::CHAT, body).param.as_deref(), Some("n"));
    let name = "x".repeat(5_000);
    let message = error(&openai::CHAT, &with(CHAT, &format!("{{\"{name}\":1}}"))).message;
    assert!(message.ends_with("xxx...") && message.len() < 200);
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"content\":[", "]}")] {
        let nested = open.repeat(10_000) + "1" + &close.repeat(10_000);
        for body in [
            nested.clone(),
            format!("{{\"messages\":{nested}}}"),
            format!("{{\"messages\":[{{\"role\":\"user\",\"content\":{nested}}}]}}"),
            format!("{{\"contents\":[{{\"parts\":{nested}}}]}}"),
            format!("{{\"tools\":[{{\"type\":\"function\",\"function\":{nested}}}]}}"),
            open.repeat(10_000),
        ] {
            for spec in specs() {
                // Some services ignore unknown fields.
                let _ = check(spec, body.as_bytes(), true);
            }
            assert!(check(&openai::CHAT, body.as_bytes(), true).is_err());
        }
    }
}

proptest! {
    #[test]
    fn never_panics(body: Vec<u8>) {
        for spec in specs() {
            let _ = check(spec, &body, false);
        }
    }

    #[test]
    fn never_panics_on_almost_a_request(
        text in "(\"(messages|role|user|content|type|tools|n|a\\\\u00e9)\"|[{}\\[\\],:]|[0-9.e-]){0,40}",
    ) {
        for spec in specs() {
            let _ = check(spec, text.as_bytes(), false);
            let _ = check(spec, format!("{{\"messages\":[{{{text}}}]}}").as_bytes(), true);
        }
    }

    #[test]
    fn values_within_the_limits_are_accepted(
        model in ".{1,20}",
        texts in prop::collection::vec(any::<String>(), 1..4),
        temperature in 0.0..=2.0f64,
        choices in 1..=128u32,
        stream: bool,
    ) {
        let user = |text| json!({"role": "user", "content": text});
        let messages: Vec<_> = texts.iter().map(user).collect();
        let chat = json!({
            "model": model, "messages": messages, "temperature": temperature, "n": choices,
            "stream": stream,
        });
        prop_assert_eq!(check(&openai::CHAT, chat.to_string().as_bytes(), false), Ok(()));
        let messages = json!({"model": model, "messages": messages, "max_tokens": choices});
        let messages = messages.to_string();
        prop_assert_eq!(check(&anthropic::MESSAGES, messages.as_bytes(), false), Ok(()));
        let embeddings = json!({"model": model, "input": texts}).to_string();
        prop_assert_eq!(check(&openai::EMBEDDINGS, embeddings.as_bytes(), false), Ok(()));
    }

    #[test]
    fn messages_are_short_whatever_the_client_sends(key: String, text in ".{0,2000}") {
        let body = json!({"model": "m", key: &text, "messages": [{"role": text}]});
        if let Err(error) = check(&openai::CHAT, body.to_string().as_bytes(), false) {
            prop_assert!(error.message.len() < 4_000);
        }
    }
}
