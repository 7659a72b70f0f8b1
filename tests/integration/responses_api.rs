//! OpenAI's Responses API.

use serde_json::json;

use crate::support::client::{Client, request};
use crate::support::http::Response;
use crate::support::nginx::Nginx;
use crate::support::stream::named_events;

const REPLY: &str = "llm_mock_delay 0; llm_mock_reply 'say \"hi\" to all';";
const TEXT: &str = "say \"hi\" to all";

/// Sends a request without a body.
fn send(nginx: &Nginx, method: &str, path: &str) -> Response {
    nginx.send(request(method, path, &[]))
}

#[test]
fn response_is_plain_unless_a_stream_is_requested() {
    let nginx = Nginx::start(REPLY);
    let response = nginx.post(
        "/v1/responses",
        json!({
            "model": "m", "input": "hi", "instructions": "be brief",
            "previous_response_id": "resp_0", "metadata": {"a": "b"},
        }),
    );
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    let response = response.json();
    assert!(response["id"].as_str().unwrap().starts_with("resp_"));
    assert_eq!(response["object"], "response");
    assert_eq!(response["status"], "completed");
    assert_eq!(response["model"], "m");
    assert_eq!(response["instructions"], "be brief");
    assert_eq!(response["previous_response_id"], "resp_0");
    assert_eq!(response["metadata"], json!({"a": "b"}));
    let item = &response["output"][0];
    assert!(item["id"].as_str().unwrap().starts_with("msg_"));
    assert_eq!(item["content"][0]["text"], TEXT);
    assert_eq!(response["usage"]["output_tokens"], 4);
}

#[test]
fn stream_events_are_numbered() {
    let nginx = Nginx::start(REPLY);
    let body = json!({"model": "m", "stream": true, "max_output_tokens": 3});
    let events = named_events(&nginx.post("/v1/responses", &body));
    let mut text = String::new();
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
        text += event["delta"].as_str().unwrap_or_default();
    }
    assert_eq!(text, "say \"hi\" to ");
    assert_eq!(events[0]["type"], "response.created");
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.incomplete");
    assert_eq!(last["response"]["id"], events[0]["response"]["id"]);
    assert_eq!(last["response"]["output"][0]["content"][0]["text"], text);
    assert_eq!(
        last["response"]["incomplete_details"]["reason"],
        "max_output_tokens"
    );
}

#[test]
fn stream_is_incremental() {
    let nginx = Nginx::start("llm_mock_delay 60s;");
    let mut client = Client::connect(&nginx);
    let body = "{\"stream\":true}";
    let length = body.len().to_string();
    client.send(request(
        "POST",
        "/v1/responses",
        &[("Content-Length", &length)],
    ));
    client.send(body);
    client.wait_for("\"delta\":\"powered \"");
}

#[test]
fn responses_are_not_stored() {
    let nginx = Nginx::start(REPLY);
    for (method, path) in [
        ("GET", "/v1/responses/resp_1"),
        ("GET", "/v1/responses/resp_1/input_items"),
        ("POST", "/v1/responses/resp_1/cancel"),
    ] {
        let response = send(&nginx, method, path);
        assert_eq!(response.status, 404, "{method} {path}");
        assert_eq!(
            response.json()["error"]["message"],
            "Response with id 'resp_1' not found."
        );
    }
    let deleted = send(&nginx, "DELETE", "/v1/responses/resp_1");
    assert_eq!(
        (deleted.status, deleted.json()),
        (
            200,
            json!({"id": "resp_1", "object": "response", "deleted": true})
        )
    );
    let refused = send(&nginx, "POST", "/v1/responses/resp_1");
    assert_eq!(refused.status, 405);
    assert_eq!(refused.header("allow"), Some("GET, DELETE, HEAD, OPTIONS"));
}
