//! Gemini's generateContent, streamGenerateContent and countTokens.

use serde_json::{Value, json};

use crate::support::nginx::Nginx;

const REPLY: &str = "llm_mock_delay 0; llm_mock_reply 'say \"hi\" to all';";
const TEXT: &str = "say \"hi\" to all";

#[test]
fn path_selects_the_model_and_the_method() {
    let nginx = Nginx::start(REPLY);
    let path = |verb: &str| format!("/v1beta/models/gemini-2.5-flash:{verb}");
    let body = json!({"contents": [{"parts": [{"text": "hi"}]}]});

    let whole = nginx.post(&path("generateContent"), &body).json();
    assert_eq!(whole["modelVersion"], "gemini-2.5-flash");
    let candidate = &whole["candidates"][0];
    assert_eq!(candidate["content"]["parts"][0]["text"], TEXT);
    assert_eq!(candidate["finishReason"], "STOP");
    let counted = nginx.post(&path("countTokens"), &body).json();
    assert_eq!(
        counted["totalTokens"],
        whole["usageMetadata"]["promptTokenCount"]
    );

    let array = nginx.post(&path("streamGenerateContent"), &body);
    assert_eq!(array.header("content-type"), Some("application/json"));
    let array: Vec<Value> = serde_json::from_str(array.text()).unwrap();
    let sse = nginx.post(&path("streamGenerateContent?alt=sse"), &body);
    assert_eq!(sse.header("content-type"), Some("text/event-stream"));
    let events = sse.text().strip_suffix("\n\n").unwrap().split("\n\n");
    let events: Vec<Value> = events
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect();
    for chunks in [array, events] {
        let completion: String = chunks
            .iter()
            .map(|chunk| &chunk["candidates"][0]["content"]["parts"][0]["text"])
            .map(|text| text.as_str().unwrap())
            .collect();
        assert_eq!(completion, TEXT);
        let last = chunks.last().unwrap();
        assert_eq!(last["usageMetadata"], whole["usageMetadata"]);
    }
}

#[test]
fn the_version_in_the_path_is_free() {
    let nginx = Nginx::start(REPLY);
    let body = json!({"contents": [{"parts": [{"text": "hi"}]}]});
    for path in [
        "/v1/models/g:generateContent",
        "/v1beta1/publishers/google/models/g:generateContent",
        "/v1/projects/p/locations/l/publishers/google/models/g:generateContent",
    ] {
        let response = nginx.post(path, &body).json();
        assert_eq!(response["modelVersion"], "g", "{path}");
    }
}
