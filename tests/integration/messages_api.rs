//! Anthropic's Messages API.

use serde_json::{Value, json};

use crate::support::nginx::Nginx;
use crate::support::stream::named_events;

const REPLY: &str = "llm_mock_delay 0; llm_mock_reply 'say \"hi\" to all';";
const TEXT: &str = "say \"hi\" to all";

#[test]
fn stop_reason_is_the_same_plain_and_streamed() {
    let nginx = Nginx::start(REPLY);
    for (field, value, reason, sequence, text) in [
        ("max_tokens", json!(100), "end_turn", Value::Null, TEXT),
        ("max_tokens", json!(1), "max_tokens", Value::Null, "say "),
        (
            "stop_sequences",
            json!(["\"hi\""]),
            "stop_sequence",
            json!("\"hi\""),
            "say ",
        ),
    ] {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
        body[field] = value;
        let response = nginx.post("/v1/messages", &body);
        assert!(response.header("request-id").unwrap().starts_with("req_"));
        let message = response.json();
        assert_eq!(message["content"], json!([{"type": "text", "text": text}]));
        assert_eq!(message["stop_reason"], reason);
        assert_eq!(message["stop_sequence"], sequence);

        let counted = nginx.post("/v1/messages/count_tokens", &body).json();
        assert_eq!(counted["input_tokens"], message["usage"]["input_tokens"]);

        body["stream"] = json!(true);
        let events = named_events(&nginx.post("/v1/messages", &body));
        let completion: String = events
            .iter()
            .filter_map(|event| event["delta"]["text"].as_str())
            .collect();
        assert_eq!(completion, text);
        let end = &events[events.len() - 2];
        assert_eq!(end["type"], "message_delta");
        assert_eq!(end["delta"]["stop_reason"], reason);
        assert_eq!(end["usage"], message["usage"]);
        assert_eq!(events.last().unwrap()["type"], "message_stop");
    }
}

#[test]
fn vertex_ai_names_the_model_in_the_path() {
    let nginx = Nginx::start(REPLY);
    let path = |verb: &str| {
        format!(
            "/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5{verb}"
        )
    };
    let body = json!({
        "anthropic_version": "vertex-2023-10-16", "max_tokens": 100,
        "messages": [{"role": "user", "content": "hi"}],
    });
    for version in ["", "@20250929", "%4020250929"] {
        let message = nginx.post(&path(&format!("{version}:rawPredict")), &body);
        let message = message.json();
        assert_eq!(message["model"], "claude-sonnet-4-5");
        assert_eq!(message["content"], json!([{"type": "text", "text": TEXT}]));
        let events =
            named_events(&nginx.post(&path(&format!("{version}:streamRawPredict")), &body));
        assert_eq!(events[0]["message"]["model"], "claude-sonnet-4-5");
        assert_eq!(events.last().unwrap()["type"], "message_stop");
    }
    let counted = path("").replace("claude-sonnet-4-5", "count-tokens:rawPredict");
    assert!(nginx.post(&counted, &body).json()["input_tokens"].is_u64());
}
