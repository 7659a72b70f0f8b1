//! JSON documents that follow the schema of a request.

use std::collections::HashSet;

use serde_json::json;

use crate::support::nginx::Nginx;
use crate::support::stream::events;
use crate::support::tools::{assert_arguments, tools};

#[test]
fn document_follows_the_requested_schema() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let schema = &tools()[0]["function"]["parameters"];
    let send = |seed: i64, stream: bool| {
        let format = json!({"type": "json_schema", "json_schema": {"name": "x", "schema": schema}});
        let body = json!({"response_format": format, "seed": seed, "stream": stream});
        nginx.chat(body.to_string())
    };
    let plain = send(5, false).json()["choices"][0]["message"]["content"].clone();
    assert_arguments(plain.as_str().unwrap());
    let events = events(send(5, true).text());
    let deltas = events
        .iter()
        .filter_map(|it| it["choices"][0]["delta"]["content"].as_str());
    assert_eq!(
        deltas.collect::<String>(),
        plain,
        "the same seed gives another document"
    );
    let all =
        (0..20).map(|seed| send(seed, false).json()["choices"][0]["message"]["content"].clone());
    let all: HashSet<_> = all.map(|it| it.to_string()).collect();
    assert!(all.len() > 10, "{all:?}");
}
