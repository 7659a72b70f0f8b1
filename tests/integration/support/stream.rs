//! A strict parser for streamed chat completions.

use serde_json::{Value, json};

use crate::support::http::Response;

#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    pub id: String,
    pub created: u64,
    pub model: String,
    /// The content of each chunk between the first and the last.
    pub deltas: Vec<String>,
}

impl Stream {
    pub fn text(&self) -> String {
        self.deltas.concat()
    }
}

/// Parses a response that must be a complete and correct stream.
pub fn stream(response: &Response) -> Stream {
    assert_eq!(
        response.status,
        200,
        "{}\n{}",
        response.head,
        response.text()
    );
    assert_eq!(response.header("content-type"), Some("text/event-stream"));
    parse(response.text())
}

/// Parses the events of a stream.
pub fn parse(body: &str) -> Stream {
    let chunks: Vec<&str> = body
        .strip_suffix("data: [DONE]\n\n")
        .unwrap_or_else(|| panic!("no [DONE] at the end: {body}"))
        .split_inclusive("\n\n")
        .collect();
    let first: Value = data(chunks[0]);
    let last = chunks.len() - 1;
    let mut deltas = Vec::new();
    for (index, &chunk) in chunks.iter().enumerate() {
        let value = data(chunk);
        let delta = if index == 0 {
            json!({"role": "assistant"})
        } else if index == last {
            json!({})
        } else {
            let content = value["choices"][0]["delta"]["content"].as_str();
            let delta = content.unwrap_or_else(|| panic!("no content: {chunk}"));
            deltas.push(delta.to_owned());
            json!({"content": content})
        };
        let expected = json!({
            "id": first["id"],
            "object": "chat.completion.chunk",
            "created": first["created"],
            "model": first["model"],
            "choices": [{
                "index": 0,
                "delta": delta,
                "finish_reason": if index == last { json!("stop") } else { Value::Null },
            }],
        });
        assert_eq!(value, expected);
    }
    Stream {
        id: first["id"].as_str().unwrap().to_owned(),
        created: first["created"].as_u64().unwrap(),
        model: first["model"].as_str().unwrap().to_owned(),
        deltas,
    }
}

/// The data of each event of a response whose events are named after their
/// `type`, as those of OpenAI's Responses API and Anthropic's Messages API are.
pub fn named_events(response: &Response) -> Vec<Value> {
    assert_eq!(
        response.status,
        200,
        "{}\n{}",
        response.head,
        response.text()
    );
    assert_eq!(response.header("content-type"), Some("text/event-stream"));
    let stream = response.text().strip_suffix("\n\n").unwrap();
    let event = |event: &str| {
        let (name, data) = event.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(name.strip_prefix("event: ").unwrap(), data["type"]);
        data
    };
    stream.split("\n\n").map(event).collect()
}

/// The data of each event except `[DONE]`, for any API.
pub fn events(body: &str) -> Vec<Value> {
    let lines = body.lines().filter_map(|it| it.strip_prefix("data: "));
    let json = lines.filter(|it| *it != "[DONE]");
    json.map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn data(event: &str) -> Value {
    event
        .strip_prefix("data: ")
        .and_then(|event| event.strip_suffix("\n\n"))
        .and_then(|data| serde_json::from_str(data).ok())
        .unwrap_or_else(|| panic!("not an event: {event:?}"))
}
