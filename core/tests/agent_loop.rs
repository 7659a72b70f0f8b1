//! An agent that must call a tool in each turn terminates: it calls its first
//! tool, then its last, which holds its answer.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use llm_mock_core::engine::{Buffer, Poll};
use llm_mock_core::host::FixedHost;
use llm_mock_core::{Method, Request, respond};
use serde_json::{Value, json};

fn post(path: &str, body: &Value) -> Value {
    let body = body.to_string();
    let request = Request::new(Method::Post, path.as_bytes()).with_body(body.as_bytes());
    let mut response = respond(&request, &FixedHost::new(b"text"));
    let mut out = Buffer::new();
    while response.stream.poll(u64::MAX, &mut out) != Poll::Done {}
    serde_json::from_slice(out.as_bytes()).unwrap()
}

const TURNS: [&str; 3] = ["search", "answer", "answer"];

#[test]
fn chat() {
    let tools =
        ["search", "answer"].map(|name| json!({"type": "function", "function": {"name": name}}));
    let mut messages = vec![json!({"role": "user", "content": "hi"})];
    for name in TURNS {
        let body = json!({"messages": messages, "tools": tools, "tool_choice": "required", "stream": false});
        let response = post("/v1/chat/completions", &body);
        let message = response["choices"][0]["message"].clone();
        let call = &message["tool_calls"][0];
        assert_eq!(call["function"]["name"], name);
        let result = json!({"role": "tool", "tool_call_id": call["id"], "content": "1"});
        messages.extend([message, result]);
    }
}

#[test]
fn responses() {
    let tools = ["search", "answer"].map(|name| json!({"type": "function", "name": name}));
    let mut input = vec![json!({"role": "user", "content": "hi"})];
    for name in TURNS {
        let body = json!({"input": input, "tools": tools, "tool_choice": "required"});
        let response = post("/v1/responses", &body);
        let call = response["output"][0].clone();
        assert_eq!(call["name"], name);
        let result =
            json!({"type": "function_call_output", "call_id": call["call_id"], "output": "1"});
        input.extend([call, result]);
    }
}

#[test]
fn messages() {
    let tools = ["search", "answer"].map(|name| json!({"name": name, "input_schema": {}}));
    let mut messages = vec![json!({"role": "user", "content": "hi"})];
    for name in TURNS {
        let body = json!({"messages": messages, "tools": tools, "tool_choice": {"type": "any"}});
        let response = post("/v1/messages", &body);
        let call = &response["content"][0];
        assert_eq!(call["name"], name);
        let result = json!({"type": "tool_result", "tool_use_id": call["id"], "content": "1"});
        messages.extend([
            json!({"role": "assistant", "content": response["content"]}),
            json!({"role": "user", "content": [result]}),
        ]);
    }
}

#[test]
fn generate_content() {
    let functions = ["search", "answer"].map(|name| json!({"name": name}));
    let mut contents = vec![json!({"role": "user", "parts": [{"text": "hi"}]})];
    for name in TURNS {
        let body = json!({
            "contents": contents,
            "tools": [{"functionDeclarations": functions}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
        });
        let response = post("/v1beta/models/gemini-2.5-flash:generateContent", &body);
        let content = &response["candidates"][0]["content"];
        assert_eq!(content["parts"][0]["functionCall"]["name"], name);
        let result = json!({"functionResponse": {"name": name, "response": {"result": 1}}});
        contents.extend([content.clone(), json!({"role": "user", "parts": [result]})]);
    }
}
