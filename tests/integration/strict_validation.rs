//! `llm_mock_validate`: strict mode rejects what the real service rejects, lenient
//! mode answers it. The connection stays open in both modes.

use serde_json::{Value, json};

use crate::support::client::{Client, chat, post, request};
use crate::support::nginx::{Conf, Nginx};

/// Starts a server with this mode.
fn start(mode: &str) -> Nginx {
    Nginx::start(&format!(
        "llm_mock_delay 0; client_max_body_size 4m; llm_mock_validate {mode};"
    ))
}

/// Path and body of requests that the services reject, and the body of the error.
const REJECTED: [(&str, &str, &str); 9] = [
    (
        "/v1/chat/completions",
        r#"{"messages":[{"role":"user","content":"hi"}]}"#,
        r#"{"error":{"message":"you must provide a model parameter","type":"invalid_request_error","param":null,"code":null}}"#,
    ),
    (
        "/v1/chat/completions",
        r#"{"model":"m"}"#,
        r#"{"error":{"message":"Missing required parameter: 'messages'.","type":"invalid_request_error","param":"messages","code":"missing_required_parameter"}}"#,
    ),
    (
        "/v1/chat/completions",
        r#"{"model":"m","messages":[{"role":"x","content":"hi"}]}"#,
        r#"{"error":{"message":"Invalid value: 'x'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.","type":"invalid_request_error","param":"messages[0].role","code":"invalid_value"}}"#,
    ),
    (
        "/v1/chat/completions",
        r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":3}"#,
        r#"{"error":{"message":"Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.","type":"invalid_request_error","param":"temperature","code":"decimal_above_max_value"}}"#,
    ),
    (
        "/v1/chat/completions",
        r#"{"model":"m","messages":"#,
        r#"{"error":{"message":"We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)","type":"invalid_request_error","param":null,"code":null}}"#,
    ),
    (
        "/v1/embeddings",
        r#"{"model":"m"}"#,
        r#"{"error":{"message":"Missing required parameter: 'input'.","type":"invalid_request_error","param":"input","code":"missing_required_parameter"}}"#,
    ),
    (
        "/v1/responses",
        r#"{"model":"m","input":"hi","foo":"\"}"}"#,
        r#"{"error":{"message":"Unknown parameter: 'foo'.","type":"invalid_request_error","param":"foo","code":"unknown_parameter"}}"#,
    ),
    (
        "/v1/messages",
        r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"},"request_id":"req_ID"}"#,
    ),
    (
        "/v1beta/models/g:generateContent",
        "{}",
        r#"{"error":{"code":400,"message":"* GenerateContentRequest.contents: contents is not specified\n","status":"INVALID_ARGUMENT"}}"#,
    ),
];

#[test]
fn strict_mode_rejects_as_the_services_do() {
    let nginx = start("strict");
    let mut client = Client::connect(&nginx);
    for (path, body, expected) in REJECTED {
        client.send(post(path, &[], body));
        let response = client.response();
        assert_eq!(response.status, 400, "{body}");
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert_eq!(response.header("connection"), Some("keep-alive"));
        let id = response
            .header("request-id")
            .or(response.header("x-request-id"));
        assert_eq!(
            response.text(),
            expected.replace("req_ID", id.unwrap()),
            "{body}"
        );
    }
    client.send(request("GET", "/health", &[]));
    assert_eq!(client.response().status, 200);
}

#[test]
fn lenient_mode_answers_what_strict_mode_rejects() {
    for directive in ["", "llm_mock_validate lenient;"] {
        let nginx = Nginx::start(&format!("llm_mock_delay 0; {directive}"));
        let mut client = Client::connect(&nginx);
        for (path, body, _) in REJECTED {
            client.send(post(path, &[], body));
            assert_eq!(client.response().status, 200, "{path} {body}");
        }
    }
}

/// Requests that the services accept.
fn accepted() -> Vec<(&'static str, Value)> {
    let hello = json!([{"role": "user", "content": "hi"}]);
    let tools = json!([{"type": "function", "function": {"name": "f", "parameters": {
        "type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"],
    }}}]);
    vec![
        (
            "/v1/chat/completions",
            json!({"model": "m", "messages": hello, "stream": false}),
        ),
        (
            "/v1/chat/completions",
            json!({"model": "m", "messages": hello, "stream": false, "n": 2, "seed": 1,
                "tools": tools, "tool_choice": {"type": "function", "function": {"name": "f"}}}),
        ),
        (
            "/v1/completions",
            json!({"model": "m", "prompt": ["a", "b"], "max_tokens": 2}),
        ),
        (
            "/v1/embeddings",
            json!({"model": "m", "input": ["a", "b"], "dimensions": 4}),
        ),
        ("/v1/moderations", json!({"input": "a"})),
        (
            "/v1/responses",
            json!({"model": "m", "input": "hi", "max_output_tokens": 16}),
        ),
        (
            "/v1/messages",
            json!({"model": "m", "messages": hello, "max_tokens": 2}),
        ),
        (
            "/v1/messages/count_tokens",
            json!({"model": "m", "messages": hello}),
        ),
        (
            "/v1beta/models/g:generateContent",
            json!({"contents": [{"parts": [{"text": "hi"}]}]}),
        ),
        (
            "/openai/deployments/mine/chat/completions",
            json!({"messages": hello, "stream": false}),
        ),
        ("/openai/deployments/mine/responses", json!({"input": "hi"})),
        (
            "/openai/deployments/mine/chat/completions",
            json!({"model": null, "messages": hello, "stream": false}),
        ),
        (
            "/v1/chat/completions",
            json!({"model": "m", "stream": false, "reasoning_effort": "max", "messages": [
                {"role": "user", "content": "hi"},
                {"role": "tool", "tool_call_id": "c", "name": "f", "content": "1"},
            ]}),
        ),
        (
            "/v1/messages",
            json!({"model": "m", "messages": hello, "max_tokens": 2, "tools": [{"name": "f"}],
                "thread": {"type": "create"}}),
        ),
        (
            "/v1/projects/p/locations/l/publishers/anthropic/models/c:rawPredict",
            json!({"anthropic_version": "vertex-2023-10-16", "messages": hello, "max_tokens": 2}),
        ),
    ]
}

/// A response without ids and timestamps.
fn without_variable_fields(mut response: Value) -> Value {
    const VARIABLE: [&str; 6] = [
        "id",
        "call_id",
        "created",
        "created_at",
        "completed_at",
        "responseId",
    ];
    match &mut response {
        Value::Object(fields) => {
            fields.retain(|name, _| !VARIABLE.contains(&name.as_str()));
            for value in fields.values_mut() {
                *value = without_variable_fields(value.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = without_variable_fields(item.take());
            }
        }
        _ => {}
    }
    response
}

#[test]
fn valid_requests_get_the_same_response_in_both_modes() {
    let (strict, lenient) = (start("strict"), start("lenient"));
    for (path, body) in accepted() {
        let send = |nginx: &Nginx| {
            let response = nginx.post(path, &body);
            assert_eq!(response.status, 200, "{path} {}", response.text());
            without_variable_fields(response.json())
        };
        assert_eq!(send(&strict), send(&lenient), "{path}");
    }
}

#[test]
fn large_body_is_validated_to_its_end() {
    let nginx = start("strict");
    let text = "lorem ipsum \\u0001 ".repeat(60_000);
    let body =
        |n| format!(r#"{{"model":"m","messages":[{{"role":"user","content":"{text}"}}],"n":{n}}}"#);
    assert!(body("1").len() > 1_000_000);
    assert_eq!(nginx.chat(body("1")).status, 200);
    let rejected = nginx.chat(body("0"));
    assert_eq!(rejected.status, 400);
    assert_eq!(rejected.json()["error"]["code"], "integer_below_min_value");
    let deep = format!(r#"{{"model":"m","messages":{}"#, "[".repeat(500_000));
    assert_eq!(nginx.chat(deep).status, 400);
}

#[test]
fn malformed_bodies_crash_neither_mode() {
    for (mode, expected) in [("strict", 400), ("lenient", 200)] {
        let nginx = start(mode);
        let mut client = Client::connect(&nginx);
        for body in ["", "{", "null", "[]", "\0", "{\"messages\":[[[[]]]]}"] {
            client.send(chat(&[], body));
            assert_eq!(client.response().status, expected, "{mode} {body:?}");
        }
        client.send(request("POST", "/v1/chat/completions", &[]));
        assert_eq!(client.response().status, expected, "{mode}, no body");
        client.send(request("HEAD", "/v1/chat/completions", &[]));
        assert_eq!(client.response_to_head().status, 200, "{mode}");
    }
}

#[test]
fn innermost_directive_applies() {
    let nginx = Nginx::with(&Conf {
        http: "llm_mock on; llm_mock_validate strict; llm_mock_delay 0;",
        server: "location /a/ { llm_mock_validate lenient; } location / { }",
        ..Conf::default()
    });
    for (path, expected) in [
        ("/v1/chat/completions", 400),
        ("/a/v1/chat/completions", 200),
    ] {
        assert_eq!(nginx.post(path, "{}").status, expected, "{path}");
    }
}
