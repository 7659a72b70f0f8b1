//! The endpoints of other APIs than chat: OpenAI's responses, Anthropic's
//! messages, Gemini's generateContent.

use serde_json::{Value, json};

use crate::support::client::{Client, request};
use crate::support::http::Reply;
use crate::support::nginx::{Conf, Nginx};

const TEXT: &str = "llm_mock_delay 0; llm_mock_reply 'say \"hi\" to all';";
const SAID: &str = "say \"hi\" to all";

fn bare(nginx: &Nginx, method: &str, path: &str) -> Reply {
    nginx.ask(request(method, path, &[]))
}

/// The data of the events of a stream, whose names must agree with it.
fn events(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}\n{}", reply.head, reply.text());
    assert_eq!(reply.header("content-type"), Some("text/event-stream"));
    let stream = reply.text().strip_suffix("\n\n").unwrap();
    let event = |event: &str| {
        let (name, data) = event.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(name.strip_prefix("event: ").unwrap(), data["type"]);
        data
    };
    stream.split("\n\n").map(event).collect()
}

#[test]
fn a_response_is_plain_unless_a_stream_is_asked_for() {
    let nginx = Nginx::start(TEXT);
    let reply = nginx.post(
        "/v1/responses",
        json!({
            "model": "m", "input": "hi", "instructions": "be brief",
            "previous_response_id": "resp_0", "metadata": {"a": "b"},
        }),
    );
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let response = reply.json();
    assert!(response["id"].as_str().unwrap().starts_with("resp_"));
    assert_eq!(response["object"], "response");
    assert_eq!(response["status"], "completed");
    assert_eq!(response["model"], "m");
    assert_eq!(response["instructions"], "be brief");
    assert_eq!(response["previous_response_id"], "resp_0");
    assert_eq!(response["metadata"], json!({"a": "b"}));
    let item = &response["output"][0];
    assert!(item["id"].as_str().unwrap().starts_with("msg_"));
    assert_eq!(item["content"][0]["text"], SAID);
    assert_eq!(response["usage"]["output_tokens"], 4);
}

#[test]
fn a_streamed_response_counts_its_events() {
    let nginx = Nginx::start(TEXT);
    let body = json!({"model": "m", "stream": true, "max_output_tokens": 3});
    let events = events(&nginx.post("/v1/responses", &body));
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
fn the_words_of_a_response_come_one_by_one() {
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
fn no_response_is_stored() {
    let nginx = Nginx::start(TEXT);
    for (method, path) in [
        ("GET", "/v1/responses/resp_1"),
        ("GET", "/v1/responses/resp_1/input_items"),
        ("POST", "/v1/responses/resp_1/cancel"),
    ] {
        let reply = bare(&nginx, method, path);
        assert_eq!(reply.status, 404, "{method} {path}");
        assert_eq!(
            reply.json()["error"]["message"],
            "Response with id 'resp_1' not found."
        );
    }
    let deleted = bare(&nginx, "DELETE", "/v1/responses/resp_1");
    assert_eq!(
        (deleted.status, deleted.json()),
        (
            200,
            json!({"id": "resp_1", "object": "response", "deleted": true})
        )
    );
    let refused = bare(&nginx, "POST", "/v1/responses/resp_1");
    assert_eq!(refused.status, 405);
    assert_eq!(refused.header("allow"), Some("GET, DELETE, HEAD, OPTIONS"));
}

#[test]
fn a_message_says_why_it_stopped() {
    let nginx = Nginx::start(TEXT);
    for (field, value, reason, sequence, text) in [
        ("max_tokens", json!(100), "end_turn", Value::Null, SAID),
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
        let reply = nginx.post("/v1/messages", &body);
        assert!(reply.header("request-id").unwrap().starts_with("req_"));
        let message = reply.json();
        assert_eq!(message["content"], json!([{"type": "text", "text": text}]));
        assert_eq!(message["stop_reason"], reason);
        assert_eq!(message["stop_sequence"], sequence);

        let counted = nginx.post("/v1/messages/count_tokens", &body).json();
        assert_eq!(counted["input_tokens"], message["usage"]["input_tokens"]);

        body["stream"] = json!(true);
        let events = events(&nginx.post("/v1/messages", &body));
        let said: String = events
            .iter()
            .filter_map(|event| event["delta"]["text"].as_str())
            .collect();
        assert_eq!(said, text);
        let end = &events[events.len() - 2];
        assert_eq!(end["type"], "message_delta");
        assert_eq!(end["delta"]["stop_reason"], reason);
        assert_eq!(end["usage"], message["usage"]);
        assert_eq!(events.last().unwrap()["type"], "message_stop");
    }
}

#[test]
fn geminis_path_says_which_model_and_how() {
    let nginx = Nginx::start(TEXT);
    let path = |verb: &str| format!("/v1beta/models/gemini-2.5-flash:{verb}");
    let body = json!({"contents": [{"parts": [{"text": "hi"}]}]});

    let whole = nginx.post(&path("generateContent"), &body).json();
    assert_eq!(whole["modelVersion"], "gemini-2.5-flash");
    let candidate = &whole["candidates"][0];
    assert_eq!(candidate["content"]["parts"][0]["text"], SAID);
    assert_eq!(candidate["finishReason"], "STOP");
    let counted = nginx.post(&path("countTokens"), &body).json();
    assert_eq!(
        counted["totalTokens"],
        whole["usageMetadata"]["promptTokenCount"]
    );

    let array = nginx.post(&path("streamGenerateContent"), &body);
    assert_eq!(array.header("content-type"), Some("application/json"));
    let array: Vec<Value> = serde_json::from_str(array.text()).unwrap();
    let sse = nginx.post(&path("streamGenerateContent?alt=sse"), &body);
    assert_eq!(sse.header("content-type"), Some("text/event-stream"));
    let events = sse.text().strip_suffix("\n\n").unwrap().split("\n\n");
    let events: Vec<Value> = events
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect();
    for parts in [array, events] {
        let said: String = parts
            .iter()
            .map(|part| &part["candidates"][0]["content"]["parts"][0]["text"])
            .map(|text| text.as_str().unwrap())
            .collect();
        assert_eq!(said, SAID);
        let last = parts.last().unwrap();
        assert_eq!(last["usageMetadata"], whole["usageMetadata"]);
    }
}

#[test]
fn a_service_refuses_in_its_own_words() {
    let nginx = Nginx::with(&Conf {
        server: "
            location / { llm_mock on; }
            location /busy/ { return 429; }
            error_page 429 /llm_mock_error;
            location = /llm_mock_error { internal; llm_mock on; }",
        ..Conf::default()
    });
    for (method, path, status, kind) in [
        ("GET", "/v1/messages", 405, "invalid_request_error"),
        ("POST", "/v1/messages/batches", 404, "not_found_error"),
        (
            "POST",
            "/busy/v1/messages?beta=true",
            429,
            "rate_limit_error",
        ),
    ] {
        let reply = bare(&nginx, method, path);
        assert_eq!(reply.status, status, "{path}");
        let error = reply.json();
        assert_eq!(error["type"], "error");
        assert_eq!(error["error"]["type"], kind, "{path}");
        assert_eq!(error["request_id"], reply.header("request-id").unwrap());
    }
    for (method, path, status, name) in [
        (
            "PUT",
            "/v1beta/models/m:generateContent",
            405,
            "UNIMPLEMENTED",
        ),
        ("POST", "/v1beta/cachedContents", 404, "NOT_FOUND"),
        (
            "POST",
            "/busy/v1beta/models/m:generateContent",
            429,
            "RESOURCE_EXHAUSTED",
        ),
    ] {
        let reply = bare(&nginx, method, path);
        assert_eq!(reply.status, status, "{path}");
        let error = &reply.json()["error"];
        assert_eq!(error["code"], status);
        assert_eq!(error["status"], name, "{path}");
    }
}

#[test]
fn head_says_what_an_empty_request_would_get() {
    let nginx = Nginx::start(TEXT);
    for (path, media_type) in [
        ("/v1/responses", "application/json"),
        ("/v1/messages", "application/json"),
        ("/v1beta/models/m:generateContent", "application/json"),
        (
            "/v1beta/models/m:streamGenerateContent?alt=sse",
            "text/event-stream",
        ),
    ] {
        let mut client = Client::connect(&nginx);
        client.send(request("HEAD", path, &[]));
        let reply = client.reply_to_head();
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-type"), Some(media_type), "{path}");
        assert_eq!(bare(&nginx, "OPTIONS", path).status, 204, "{path}");
    }
}
