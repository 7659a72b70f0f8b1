//! The reply that is no stream.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::client::{Client, chat};
use crate::support::nginx::Nginx;

#[test]
fn a_plain_reply_is_what_openais_schema_requires() {
    let nginx = Nginx::start(r#"llm_mock_delay 0; llm_mock_reply "say \"hi\" to 世界";"#);
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":false}"#;
    let reply = nginx.chat(body);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let length = reply.body.len().to_string();
    assert_eq!(reply.header("content-length"), Some(length.as_str()));
    let found = reply.json();
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
    });
    assert_eq!(found, expected);
}

#[test]
fn a_longer_prompt_has_more_tokens() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let tokens = |words: usize| {
        let prompt = "word ".repeat(words);
        let body = json!({"messages": [{"role": "user", "content": prompt}], "stream": false});
        let reply = nginx.chat(body.to_string());
        reply.json()["usage"]["prompt_tokens"].as_u64().unwrap()
    };
    let (few, many) = (tokens(10), tokens(1_000));
    // "word " is a token or two to every tokenizer.
    assert!((990..=1_980).contains(&(many - few)), "{few} {many}");
}

#[test]
fn an_empty_text_is_an_empty_string() {
    let nginx = Nginx::start(r#"llm_mock_reply "";"#);
    let found = nginx.chat(r#"{"stream":false}"#).json();
    assert_eq!(found["choices"][0]["message"]["content"], "");
    assert_eq!(found["usage"]["completion_tokens"], 0);
}

#[test]
fn a_plain_reply_takes_as_long_as_the_stream_would() {
    let nginx = Nginx::start(
        r#"llm_mock_first_delay 60ms; llm_mock_delay 40ms; llm_mock_reply "a b c d";"#,
    );
    let mut client = Client::connect(&nginx);
    let asked = Instant::now();
    client.send(chat(&[], r#"{"stream":false}"#));
    let reply = client.reply();
    // nginx's clock counts whole milliseconds.
    assert!(reply.begun - asked >= Duration::from_millis(60 + 3 * 40 - 1));
    assert_eq!(reply.json()["choices"][0]["message"]["content"], "a b c d");
}
