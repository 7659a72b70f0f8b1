//! `llm_mock_validate`: what a service would refuse is refused in strict mode
//! and answered in lenient mode, and a connection goes on after either.

use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessageArgs, CreateChatCompletionRequest,
    CreateChatCompletionRequestArgs,
};
use serde_json::{Value, json};

use crate::sdk_async_openai as sdk;
use crate::support::client::{Client, chat, post, request};
use crate::support::nginx::{Conf, Nginx};
use crate::tls::block_on;

fn start(mode: &str) -> Nginx {
    Nginx::start(&format!(
        "llm_mock_delay 0; client_max_body_size 4m; llm_mock_validate {mode};"
    ))
}

/// A request that each service refuses, and what it says.
const REFUSED: [(&str, &str, &str); 9] = [
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
fn strict_refuses_in_the_services_words_and_the_connection_goes_on() {
    let nginx = start("strict");
    let mut client = Client::connect(&nginx);
    for (path, body, expected) in REFUSED {
        client.send(post(path, &[], body));
        let reply = client.reply();
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("connection"), Some("keep-alive"));
        let id = reply.header("request-id").or(reply.header("x-request-id"));
        assert_eq!(
            reply.text(),
            expected.replace("req_ID", id.unwrap()),
            "{body}"
        );
    }
    client.send(request("GET", "/health", &[]));
    assert_eq!(client.reply().status, 200);
}

#[test]
fn lenient_answers_what_strict_refuses() {
    for directive in ["", "llm_mock_validate lenient;"] {
        let nginx = Nginx::start(&format!("llm_mock_delay 0; {directive}"));
        let mut client = Client::connect(&nginx);
        for (path, body, _) in REFUSED {
            client.send(post(path, &[], body));
            assert_eq!(client.reply().status, 200, "{path} {body}");
        }
    }
}

/// Requests that every service takes.
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
    ]
}

/// A reply without what differs from one to the next.
fn steady(mut reply: Value) -> Value {
    const CHANGING: [&str; 6] = [
        "id",
        "call_id",
        "created",
        "created_at",
        "completed_at",
        "responseId",
    ];
    match &mut reply {
        Value::Object(fields) => {
            fields.retain(|name, _| !CHANGING.contains(&name.as_str()));
            for value in fields.values_mut() {
                *value = steady(value.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = steady(item.take());
            }
        }
        _ => {}
    }
    reply
}

#[test]
fn what_strict_accepts_it_answers_as_lenient_does() {
    let (strict, lenient) = (start("strict"), start("lenient"));
    for (path, body) in accepted() {
        let answer = |nginx: &Nginx| {
            let reply = nginx.post(path, &body);
            assert_eq!(reply.status, 200, "{path} {}", reply.text());
            steady(reply.json())
        };
        assert_eq!(answer(&strict), answer(&lenient), "{path}");
    }
}

#[test]
fn a_large_body_is_checked_to_its_end() {
    let nginx = start("strict");
    let text = "lorem ipsum \\u0001 ".repeat(60_000);
    let body =
        |n| format!(r#"{{"model":"m","messages":[{{"role":"user","content":"{text}"}}],"n":{n}}}"#);
    assert!(body("1").len() > 1_000_000);
    assert_eq!(nginx.chat(body("1")).status, 200);
    let refused = nginx.chat(body("0"));
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["error"]["code"], "integer_below_min_value");
    let deep = format!(r#"{{"model":"m","messages":{}"#, "[".repeat(500_000));
    assert_eq!(nginx.chat(deep).status, 400);
}

#[test]
fn nothing_sent_is_no_crash_in_either_mode() {
    for (mode, expected) in [("strict", 400), ("lenient", 200)] {
        let nginx = start(mode);
        let mut client = Client::connect(&nginx);
        for body in ["", "{", "null", "[]", "\0", "{\"messages\":[[[[]]]]}"] {
            client.send(chat(&[], body));
            assert_eq!(client.reply().status, expected, "{mode} {body:?}");
        }
        client.send(request("POST", "/v1/chat/completions", &[]));
        assert_eq!(client.reply().status, expected, "{mode}, no body");
        client.send(request("HEAD", "/v1/chat/completions", &[]));
        assert_eq!(client.reply_to_head().status, 200, "{mode}");
    }
}

#[test]
fn the_innermost_directive_counts() {
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

#[test]
fn async_openai_raises_the_error_that_the_api_has() {
    let nginx = start("strict");
    let client = sdk::client(&nginx, "/v1");
    let ask = |temperature: f32| -> CreateChatCompletionRequest {
        let hello = ChatCompletionRequestUserMessageArgs::default()
            .content("Hello!")
            .build()
            .unwrap();
        CreateChatCompletionRequestArgs::default()
            .model("gpt-4o")
            .messages([hello.into()])
            .temperature(temperature)
            .build()
            .unwrap()
    };
    match block_on(client.chat().create(ask(3.0))) {
        Err(OpenAIError::ApiError(error)) => {
            let error = format!("{error:?}");
            for part in [
                "invalid_request_error",
                "\"temperature\"",
                "decimal_above_max_value",
            ] {
                assert!(error.contains(part), "{error}");
            }
        }
        other => panic!("{other:?}"),
    }
    assert!(block_on(client.chat().create(ask(2.0))).is_ok());
}
