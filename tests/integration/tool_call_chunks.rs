//! Calls whose arguments come in the pieces of `llm_mock_chunk`, joined as a
//! client of each service joins them.

use serde_json::{Value, json};

use crate::support::nginx::Nginx;
use crate::support::stream::events;
use crate::tool_calls::{assert_arguments, tools};

const LOCATIONS: &str = "llm_mock_delay 0;
    location /token/ { llm_mock on; llm_mock_chunk token; }
    location /char/ { llm_mock on; llm_mock_chunk char; }
    location /chars/ { llm_mock on; llm_mock_chunk char 7; }";

/// A service that streams calls piece by piece, and where its events say what.
struct Service {
    path: &'static str,
    /// A request for a stream of two calls.
    body: Value,
    /// Which of the calls it is.
    index: &'static str,
    /// The call's id: it begins.
    id: &'static str,
    /// A piece of its arguments.
    piece: &'static str,
    /// The tokens of the reply.
    tokens: &'static str,
}

/// Two tools of the client's, each with its schema, as a service wants it.
fn two(tool: impl Fn(&str, &Value) -> Value) -> Value {
    let schema = &tools()[0]["function"]["parameters"];
    ["get_weather", "get_forecast"]
        .map(|name| tool(name, schema))
        .to_vec()
        .into()
}

fn services() -> [Service; 3] {
    [
        Service {
            path: "v1/chat/completions",
            body: json!({
                "stream": true, "stream_options": {"include_usage": true},
                "parallel_tool_calls": true,
                "tools": two(|name, schema| json!(
                    {"type": "function", "function": {"name": name, "parameters": schema}})),
            }),
            index: "/choices/0/delta/tool_calls/0/index",
            id: "/choices/0/delta/tool_calls/0/id",
            piece: "/choices/0/delta/tool_calls/0/function/arguments",
            tokens: "/usage/completion_tokens",
        },
        Service {
            path: "v1/responses",
            body: json!({
                "stream": true, "parallel_tool_calls": true,
                "tools": two(|name, schema| json!(
                    {"type": "function", "name": name, "parameters": schema})),
            }),
            index: "/output_index",
            id: "/item/call_id",
            piece: "/delta",
            tokens: "/response/usage/output_tokens",
        },
        Service {
            path: "v1/messages",
            body: json!({
                "stream": true,
                "tool_choice": {"type": "auto", "disable_parallel_tool_use": false},
                "tools": two(|name, schema| json!({"name": name, "input_schema": schema})),
            }),
            index: "/index",
            id: "/content_block/id",
            piece: "/delta/partial_json",
            tokens: "/usage/output_tokens",
        },
    ]
}

/// The pieces of each call; each has an id of its own, before them and never
/// again.
fn join(service: &Service, events: &[Value]) -> Vec<Vec<String>> {
    let mut ids: Vec<&Value> = Vec::new();
    let mut calls: Vec<Vec<String>> = Vec::new();
    // OpenAI's Responses say all of it again when it is over.
    let is_news = |event: &&Value| !event["type"].as_str().unwrap_or("").ends_with(".done");
    for event in events.iter().filter(is_news) {
        let Some(index) = event.pointer(service.index) else {
            continue;
        };
        if let Some(id) = event.pointer(service.id) {
            assert!(!ids.contains(&id), "{event}");
            ids.push(id);
            calls.push(Vec::new());
        } else if let Some(piece) = event.pointer(service.piece) {
            let piece = piece.as_str().unwrap().to_owned();
            calls.last_mut().unwrap().push(piece);
        }
        assert_eq!(*index, calls.len() - 1, "{event}");
    }
    calls
}

#[test]
fn joined_the_pieces_are_arguments() {
    let nginx = Nginx::start(LOCATIONS);
    for service in services() {
        for (location, chars) in [("token", None), ("char", Some(1)), ("chars", Some(7))] {
            let path = format!("/{location}/{}", service.path);
            let events = events(nginx.post(&path, &service.body).text());
            let calls = join(&service, &events);
            assert_eq!(calls.len(), 2, "{path}");
            for call in &calls {
                assert_arguments(&call.concat());
                let (_, full) = call.split_last().unwrap();
                let is_full = |piece: &String| chars.is_none_or(|it| it == piece.chars().count());
                assert!(full.iter().all(is_full), "{path}: {call:?}");
            }
            if chars.is_none() {
                let tokens = events.iter().filter_map(|it| it.pointer(service.tokens));
                let tokens = tokens.filter_map(Value::as_u64).next_back();
                let pieces: usize = calls.iter().map(Vec::len).sum();
                assert_eq!(tokens, Some(pieces as u64), "{path}: {calls:?}");
            }
        }
    }
}

#[test]
fn gemini_sends_a_call_in_one_piece() {
    let nginx = Nginx::start(LOCATIONS);
    let functions = two(|name, schema| json!({"name": name, "parametersJsonSchema": schema}));
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
