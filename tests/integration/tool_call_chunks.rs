//! The arguments of streamed tool calls come in the units of `llm_mock_chunk`. They
//! are joined as a client of each API joins them.

use serde_json::{Value, json};

use crate::support::nginx::Nginx;
use crate::support::stream::events;
use crate::support::tools::{assert_arguments, tools};

const LOCATIONS: &str = "llm_mock_delay 0;
    location /token/ { llm_mock on; llm_mock_chunk token; }
    location /char/ { llm_mock on; llm_mock_chunk char; }
    location /chars/ { llm_mock on; llm_mock_chunk char 7; }";

/// An API that streams calls in chunks, and JSON pointers into its events.
struct Api {
    path: &'static str,
    /// A request for a stream of two calls.
    body: Value,
    /// The index of the call.
    index: &'static str,
    /// The id of the call, in its first event.
    id: &'static str,
    /// A chunk of its arguments.
    chunk: &'static str,
    /// The completion tokens of the response.
    tokens: &'static str,
}

/// Two tools, in the form that `tool` makes of a name and a schema.
fn two_tools(tool: impl Fn(&str, &Value) -> Value) -> Value {
    let schema = &tools()[0]["function"]["parameters"];
    ["get_weather", "get_forecast"]
        .map(|name| tool(name, schema))
        .to_vec()
        .into()
}

fn apis() -> [Api; 3] {
    [
        Api {
            path: "v1/chat/completions",
            body: json!({
                "stream": true, "stream_options": {"include_usage": true},
                "parallel_tool_calls": true,
                "tools": two_tools(|name, schema| json!(
                    {"type": "function", "function": {"name": name, "parameters": schema}})),
            }),
            index: "/choices/0/delta/tool_calls/0/index",
            id: "/choices/0/delta/tool_calls/0/id",
            chunk: "/choices/0/delta/tool_calls/0/function/arguments",
            tokens: "/usage/completion_tokens",
        },
        Api {
            path: "v1/responses",
            body: json!({
                "stream": true, "parallel_tool_calls": true,
                "tools": two_tools(|name, schema| json!(
                    {"type": "function", "name": name, "parameters": schema})),
            }),
            index: "/output_index",
            id: "/item/call_id",
            chunk: "/delta",
            tokens: "/response/usage/output_tokens",
        },
        Api {
            path: "v1/messages",
            body: json!({
                "stream": true,
                "tool_choice": {"type": "auto", "disable_parallel_tool_use": false},
                "tools": two_tools(|name, schema| json!({"name": name, "input_schema": schema})),
            }),
            index: "/index",
            id: "/content_block/id",
            chunk: "/delta/partial_json",
            tokens: "/usage/output_tokens",
        },
    ]
}

/// The chunks of each call. Asserts that each call has a unique id, once, before its
/// chunks.
fn chunks_of_calls(api: &Api, events: &[Value]) -> Vec<Vec<String>> {
    let mut ids: Vec<&Value> = Vec::new();
    let mut calls: Vec<Vec<String>> = Vec::new();
    // OpenAI's Responses API repeats everything in the final events.
    let is_new = |event: &&Value| !event["type"].as_str().unwrap_or("").ends_with(".done");
    for event in events.iter().filter(is_new) {
        let Some(index) = event.pointer(api.index) else {
            continue;
        };
        if let Some(id) = event.pointer(api.id) {
            assert!(!ids.contains(&id), "{event}");
            ids.push(id);
            calls.push(Vec::new());
        } else if let Some(chunk) = event.pointer(api.chunk) {
            let chunk = chunk.as_str().unwrap().to_owned();
            calls.last_mut().unwrap().push(chunk);
        }
        assert_eq!(*index, calls.len() - 1, "{event}");
    }
    calls
}

#[test]
fn joined_chunks_are_the_arguments() {
    let nginx = Nginx::start(LOCATIONS);
    for api in apis() {
        for (location, chars) in [("token", None), ("char", Some(1)), ("chars", Some(7))] {
            let path = format!("/{location}/{}", api.path);
            let events = events(nginx.post(&path, &api.body).text());
            let calls = chunks_of_calls(&api, &events);
            assert_eq!(calls.len(), 2, "{path}");
            for call in &calls {
                assert_arguments(&call.concat());
                let (_, full) = call.split_last().unwrap();
                let is_full = |chunk: &String| chars.is_none_or(|it| it == chunk.chars().count());
                assert!(full.iter().all(is_full), "{path}: {call:?}");
            }
            if chars.is_none() {
                let tokens = events.iter().filter_map(|it| it.pointer(api.tokens));
                let tokens = tokens.filter_map(Value::as_u64).next_back();
                let chunks: usize = calls.iter().map(Vec::len).sum();
                assert_eq!(tokens, Some(chunks as u64), "{path}: {calls:?}");
            }
        }
    }
}

#[test]
fn gemini_sends_a_call_in_one_event() {
    let nginx = Nginx::start(LOCATIONS);
    let functions = two_tools(|name, schema| json!({"name": name, "parametersJsonSchema": schema}));
    let body = json!({"tools": [{"functionDeclarations": functions}]});
    for location in ["token", "char", "chars"] {
        let path = format!("/{location}/v1beta/models/m:streamGenerateContent?alt=sse");
        let events = events(nginx.post(&path, &body).text());
        let part = "/candidates/0/content/parts/0/functionCall/args";
        let calls: Vec<_> = events.iter().filter_map(|it| it.pointer(part)).collect();
        assert_eq!(calls.len(), 1, "{path}");
        assert_arguments(&calls[0].to_string());
    }
}
