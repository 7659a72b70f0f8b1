//! Tool calls, and responses to their results.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::{Client, chat};
use crate::support::nginx::Nginx;
use crate::support::stream::events;
use crate::support::tools::{assert_arguments, tools};

/// The first choice of each event.
fn chunks(body: &str) -> Vec<Value> {
    let events = events(body).into_iter();
    events.map(|it| it["choices"][0].clone()).collect()
}

#[test]
fn tool_is_called_and_its_result_is_answered() {
    let nginx = Nginx::start("llm_mock_delay 0; llm_mock_reply \"It is fine.\";");
    let user = json!({"role": "user", "content": "How is the weather?"});
    let send = |messages: Value| {
        let body = json!({"tools": tools(), "messages": messages, "stream": false});
        nginx.chat(body.to_string()).json()["choices"][0].clone()
    };
    let called = send(json!([user]));
    assert_eq!(called["finish_reason"], "tool_calls");
    let message = &called["message"];
    assert_eq!(message["content"], Value::Null);
    let call = &message["tool_calls"][0];
    assert_eq!(call["type"], "function");
    assert_eq!(call["function"]["name"], "get_weather");
    assert_arguments(call["function"]["arguments"].as_str().unwrap());
    let id = call["id"].as_str().unwrap();
    assert!(id.starts_with("call_"), "{id}");

    let result = json!({"role": "tool", "tool_call_id": id, "content": "sun"});
    let answered = send(json!([user, message, result]));
    assert_eq!(answered["finish_reason"], "stop");
    assert_eq!(answered["message"]["content"], "It is fine.");
}

#[test]
fn arguments_are_streamed_in_chunks() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let body = json!({"tools": tools(), "stream": true}).to_string();
    let response = nginx.chat(body);
    let chunks = chunks(response.text());
    let call = |chunk: &Value| chunk["delta"]["tool_calls"][0].clone();
    let first = call(&chunks[0]);
    assert_eq!(first["index"], 0);
    assert_eq!(
        first["function"],
        json!({"name": "get_weather", "arguments": ""})
    );
    assert!(first["id"].as_str().unwrap().starts_with("call_"));
    let (last, argument_chunks) = chunks[1..].split_last().unwrap();
    assert!(argument_chunks.len() > 2, "{argument_chunks:?}");
    let mut arguments = String::new();
    for chunk in argument_chunks {
        let delta = call(chunk);
        arguments += delta["function"]["arguments"].as_str().unwrap();
        let expected = json!({"index": 0, "function": delta["function"]});
        assert_eq!(delta, expected, "id and name are repeated");
    }
    assert_arguments(&arguments);
    assert_eq!(last["finish_reason"], "tool_calls");
}

#[test]
fn every_api_calls_a_tool_and_answers_its_result() {
    let nginx = Nginx::start("llm_mock_delay 0; llm_mock_reply \"It is fine.\";");
    let parameters = &tools()[0]["function"]["parameters"];

    let mut body = json!({"input": "hi", "tools":
        [{"type": "function", "name": "get_weather", "parameters": parameters}]});
    let called = &nginx.post("/v1/responses", &body).json()["output"][0];
    assert_eq!(called["type"], "function_call");
    assert_arguments(called["arguments"].as_str().unwrap());
    body["input"] = json!([called,
        {"type": "function_call_output", "call_id": called["call_id"], "output": "sun"}]);
    let answered = &nginx.post("/v1/responses", &body).json()["output"][0];
    assert_eq!(answered["content"][0]["text"], "It is fine.");

    let hi = json!({"role": "user", "content": "hi"});
    let mut body = json!({"messages": [hi], "tools":
        [{"name": "get_weather", "input_schema": parameters}]});
    let message = nginx.post("/v1/messages", &body).json();
    assert_eq!(message["stop_reason"], "tool_use");
    let called = &message["content"][0];
    assert_eq!(called["type"], "tool_use");
    assert_arguments(&called["input"].to_string());
    body["messages"] = json!([hi, {"role": "assistant", "content": [called]}, {"role": "user",
        "content": [{"type": "tool_result", "tool_use_id": called["id"], "content": "sun"}]}]);
    let answered = nginx.post("/v1/messages", &body).json();
    assert_eq!(answered["stop_reason"], "end_turn");
    assert_eq!(answered["content"][0]["text"], "It is fine.");

    let path = "/v1beta/models/m:generateContent";
    let hi = json!({"role": "user", "parts": [{"text": "hi"}]});
    let mut body = json!({"contents": [hi], "tools": [{"functionDeclarations":
        [{"name": "get_weather", "parametersJsonSchema": parameters}]}]});
    let content = &nginx.post(path, &body).json()["candidates"][0]["content"];
    let called = &content["parts"][0]["functionCall"];
    assert_eq!(called["name"], "get_weather");
    assert_arguments(&called["args"].to_string());
    body["contents"] = json!([hi, content, {"role": "user", "parts":
        [{"functionResponse": {"name": "get_weather", "response": {"output": "sun"}}}]}]);
    let answered = &nginx.post(path, &body).json()["candidates"][0]["content"];
    assert_eq!(answered["parts"][0]["text"], "It is fine.");
}

#[test]
fn any_schema_is_answered_in_time() {
    let nginx = Nginx::start("llm_mock_delay 0; client_max_body_size 8m;");
    let mut client = Client::connect(&nginx);
    let deep = "{\"items\":".repeat(50_000) + "1" + &"}".repeat(50_000);
    let wide = format!("{{\"allOf\":[{}{{}}]}}", "{\"$ref\":\"#\"},".repeat(20_000));
    let huge = format!("{{\"const\":\"{}\"}}", "x".repeat(4_000_000));
    for schema in [
        deep.as_str(),
        &wide,
        &huge,
        r#"{"type":"array","minItems":1e9}"#,
        r#"{"type":"array","minItems":1000000000}"#,
        r#"{"type":"string","minLength":99999999999999999999}"#,
        r##"{"$ref":"#"}"##,
        r##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##,
        r#"{"type":"string","pattern":"((((a{99}){99}){99}){99}){99}"}"#,
        "7",
        "null",
        "[]",
    ] {
        let sent_at = Instant::now();
        client.send(chat(
            &[],
            format!(r#"{{"stream":false,"tools":[{{"function":{{"name":"f","parameters":{schema}}}}}]}}"#),
        ));
        let response = client.response().json();
        let call = &response["choices"][0]["message"]["tool_calls"][0];
        let arguments = call["function"]["arguments"].as_str().unwrap();
        let _: Value = serde_json::from_str(arguments).unwrap();
        // Everything is slow under valgrind.
        assert!(sent_at.elapsed() < Duration::from_secs(20), "{schema:.60}");
    }
}
