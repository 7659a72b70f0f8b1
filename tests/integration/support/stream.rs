//! What a streamed reply says, read as strictly as the strictest client would.

use serde_json::{Value, json};

use crate::support::http::Reply;

#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    pub id: String,
    pub created: u64,
    pub model: String,
    pub words: Vec<String>,
}

impl Stream {
    pub fn text(&self) -> String {
        self.words.concat()
    }
}

/// Reads a reply that must be a stream, whole and right in each byte.
pub fn stream(reply: &Reply) -> Stream {
    assert_eq!(reply.status, 200, "{}\n{}", reply.head, reply.text());
    assert_eq!(reply.header("content-type"), Some("text/event-stream"));
    parse(reply.text())
}

pub fn parse(body: &str) -> Stream {
    let chunks: Vec<&str> = body
        .strip_suffix("data: [DONE]\n\n")
        .unwrap_or_else(|| panic!("no end: {body}"))
        .split_inclusive("\n\n")
        .collect();
    let first: Value = data(chunks[0]);
    let last = chunks.len() - 1;
    let mut words = Vec::new();
    for (index, &chunk) in chunks.iter().enumerate() {
        let value = data(chunk);
        let delta = if index == 0 {
            json!({"role": "assistant"})
        } else if index == last {
            json!({})
        } else {
            let word = value["choices"][0]["delta"]["content"].as_str();
            words.push(
                word.unwrap_or_else(|| panic!("no word: {chunk}"))
                    .to_owned(),
            );
            json!({"content": word})
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
        words,
    }
}

/// The data of each event, in whichever words the service puts it, but for
/// OpenAI's last.
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
