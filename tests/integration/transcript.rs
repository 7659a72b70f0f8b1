//! Golden transcripts: responses byte for byte, with headers.

use crate::support::http::Response;
use crate::support::nginx::Nginx;
use crate::support::stream::stream;

/// The response with ids, dates and timestamps replaced.
fn golden(response: &Response, id: &str, created: u64) -> String {
    let head: Vec<String> = response
        .head
        .lines()
        .map(|line| match line.split_once(": ") {
            Some((name @ ("Date" | "Server" | "x-request-id"), _)) => format!("{name}: ..."),
            _ => line.to_owned(),
        })
        .collect();
    let body = response
        .text()
        .replace(id, "chatcmpl-...")
        .replace(&created.to_string(), "1234567890");
    format!("{}\n\n{body}", head.join("\n"))
}

#[test]
fn stream_matches_its_transcript() {
    let nginx = Nginx::start("");
    let response = nginx.chat(r#"{"messages":[{"role":"user","content":"hi"}],"stream":true}"#);
    let completion = stream(&response);
    insta::assert_snapshot!(golden(&response, &completion.id, completion.created));
}

#[test]
fn plain_response_matches_its_transcript() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let response = nginx.chat(r#"{"messages":[{"role":"user","content":"hi"}],"stream":false}"#);
    let json = response.json();
    let id = json["id"].as_str().unwrap();
    let created = json["created"].as_u64().unwrap();
    insta::assert_snapshot!(golden(&response, id, created));
}
