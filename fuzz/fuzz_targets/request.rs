//! A request's body: read by each dialect, and answered as a stream and whole.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use llm_mock_core::api::anthropic::messages::Messages;
use llm_mock_core::api::gemini::generate::GenerateContent;
use llm_mock_core::api::openai::chat::Chat;
use llm_mock_core::api::openai::completions::Completions;
use llm_mock_core::api::openai::models::Models;
use llm_mock_core::api::openai::responses::Responses;
use llm_mock_core::api::routes::ROUTES;
use llm_mock_core::api::validate;
use llm_mock_core::api::{Dialect, Generation};
use llm_mock_core::ask::{Ask, Client, StreamField, StreamMode};
use llm_mock_core::batch::Batch;
use llm_mock_core::json::Escaped;
use llm_mock_core::reply::{Now, Reply, Settings};
use llm_mock_core::script::Script;
use llm_mock_core::stream::Poll;
use llm_mock_core::tokens::TokenizerMode;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    compare(body, &Chat.ask(body));
    for form in ROUTES.iter().filter_map(|route| route.form) {
        if let Err(error) = validate::check(form, body, false) {
            assert_eq!(error.status, 400);
        }
    }
    let gemini = GenerateContent { streams: false };
    for dialect in [
        &Chat as &dyn Dialect,
        &Completions,
        &Responses,
        &Messages,
        &gemini,
    ] {
        let whole = reply(dialect, body, StreamMode::Never);
        let _: Value = serde_json::from_str(&whole).expect("JSON");
        let stream = reply(dialect, body, StreamMode::Always);
        let events = stream.strip_suffix("\n\n").expect("a last event");
        for event in events.split("\n\n") {
            let (_, data) = event.split_once("data: ").expect("data");
            if data != "[DONE]" {
                let _: Value = serde_json::from_str(data).expect("JSON");
            }
        }
    }
});

/// All that is sent in answer to `body`.
fn reply(dialect: &dyn Dialect, body: &[u8], stream: StreamMode) -> String {
    let settings = Settings {
        delay: 0,
        first_delay: 0,
        model: &Escaped::new(b"gpt-3.5-turbo"),
        models: &Models::default(),
        stream,
        tokenizer: TokenizerMode::Off,
    };
    let now = Now {
        monotonic: 0,
        unix: 1,
    };
    let mut rng = SmallRng::seed_from_u64(1);
    let generation = Generation {
        dialect,
        ask: &dialect.ask(body),
        client: Client::default(),
        script: &Arc::new(Script::new(body)),
        settings: &settings,
    };
    let mut reply = Reply::compose(&generation, now, &mut rng);
    let mut sent = Vec::new();
    loop {
        let mut out = Batch::new();
        let polled = reply.body.poll(0, &mut out);
        sent.extend_from_slice(out.as_bytes());
        match polled {
            Poll::Wait(_) => {}
            Poll::Done => return String::from_utf8(sent).expect("UTF-8"),
            Poll::NoMemory => unreachable!("there is plenty"),
        }
    }
}

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
