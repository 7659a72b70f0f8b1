//! A request's body: read, and answered as a stream and whole.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use llm_mock_core::api::openai::chat::Chat;
use llm_mock_core::api::{Dialect, Said};
use llm_mock_core::ask::{Ask, StreamField};
use llm_mock_core::json::Escaped;
use llm_mock_core::script::Script;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let ask = Chat.ask(body);
    compare(body, &ask);
    let model = ask.model.unwrap_or_default();
    let said = Said {
        id: "chatcmpl-x".to_owned(),
        created: 1,
        model: &Escaped::new(model.as_bytes()),
        script: &Arc::new(Script::new(body)),
        prompt_tokens: ask.prompt_tokens,
    };
    let whole: Value = serde_json::from_slice(&Chat.whole(&said)).expect("JSON");
    assert_eq!(whole["model"], model);
    let text = whole["choices"][0]["message"]["content"].clone();
    assert_eq!(text, *String::from_utf8_lossy(body));

    let frames = Chat.stream(&said);
    let mut out = Vec::new();
    for step in 0..frames.steps() {
        frames.render(step, &mut out);
    }
    let stream = String::from_utf8(out).expect("UTF-8");
    let mut events: Vec<&str> = stream.split("\n\n").collect();
    assert_eq!(events.pop(), Some(""));
    assert_eq!(events.pop(), Some("data: [DONE]"));
    let mut said_in_words = String::new();
    for event in events {
        let data = event.strip_prefix("data: ").expect("data");
        let chunk: Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(chunk["model"], model);
        let content = &chunk["choices"][0]["delta"]["content"];
        said_in_words += content.as_str().unwrap_or_default();
    }
    assert_eq!(text, said_in_words);
});

/// What a tree of the whole body would say, where there is one.
fn compare(body: &[u8], ask: &Ask) {
    let Ok(Value::Object(tree)) = serde_json::from_slice(body) else {
        return;
    };
    assert!(ask.is_object);
    if let Some(model) = tree.get("model").and_then(Value::as_str) {
        if model.len() <= 64 * 1024 {
            assert_eq!(ask.model.as_deref(), Some(model));
        }
    } else {
        assert_eq!(ask.model, None);
    }
    let stream = match tree.get("stream") {
        None | Some(Value::Null) => StreamField::Absent,
        Some(Value::Bool(true)) => StreamField::True,
        Some(Value::Bool(false)) => StreamField::False,
        Some(_) => StreamField::Other,
    };
    assert_eq!(ask.stream, stream);
}
