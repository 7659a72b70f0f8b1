//! Responses that are not streamed.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::client::{Client, chat};
use crate::support::nginx::Nginx;

#[test]
fn plain_response_follows_openais_schema() {
    let nginx = Nginx::start(r#"llm_mock_delay 0; llm_mock_reply "say \"hi\" to 世界";"#);
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":false}"#;
    let response = nginx.chat(body);
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    let length = response.body.len().to_string();
    assert_eq!(response.header("content-length"), Some(length.as_str()));
    let found = response.json();
    let id = found["id"].as_str().unwrap();
    assert_eq!(id.strip_prefix("chatcmpl-").unwrap().len(), 29);
    let prompt_tokens = found["usage"]["prompt_tokens"].as_u64().unwrap();
    assert!(prompt_tokens > 0);
    let expected = json!({
        "id": id,
        "object": "chat.completion",
        "created": found["created"].as_u64().unwrap(),
        "model": "m",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": "say \"hi\" to 世界", "refusal": null},
            "logprobs": null,
            "finish_reason": "stop",
        }],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": 4,
            "total_tokens": prompt_tokens + 4,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
    });
    assert_eq!(found, expected);
}

#[test]
fn prompt_tokens_grow_with_the_prompt() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let tokens = |words: usize| {
        let prompt = "word ".repeat(words);
        let body = json!({"messages": [{"role": "user", "content": prompt}], "stream": false});
        let response = nginx.chat(body.to_string());
        response.json()["usage"]["prompt_tokens"].as_u64().unwrap()
    };
    let (few, many) = (tokens(10), tokens(1_000));
    // "word " is one or two tokens for any tokenizer.
    assert!((990..=1_980).contains(&(many - few)), "{few} {many}");
}

#[test]
fn empty_text_is_an_empty_string() {
    let nginx = Nginx::start(r#"llm_mock_reply "";"#);
    let found = nginx.chat(r#"{"stream":false}"#).json();
    assert_eq!(found["choices"][0]["message"]["content"], "");
    assert_eq!(found["usage"]["completion_tokens"], 0);
}

#[test]
fn plain_response_takes_as_long_as_the_stream() {
    let nginx = Nginx::start(
        r#"llm_mock_first_delay 60ms; llm_mock_delay 40ms; llm_mock_reply "a b c d";"#,
    );
    let mut client = Client::connect(&nginx);
    let sent_at = Instant::now();
    client.send(chat(&[], r#"{"stream":false}"#));
    let response = client.response();
    // nginx's clock counts whole milliseconds.
    assert!(response.first_byte_at - sent_at >= Duration::from_millis(60 + 3 * 40 - 1));
    assert_eq!(
        response.json()["choices"][0]["message"]["content"],
        "a b c d"
    );
}
