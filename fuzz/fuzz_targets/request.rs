//! A request's body: read by each dialect, and answered as a stream and whole.
//! The byte before it says what a token and a chunk are.
#![no_main]

use std::num::NonZeroU32;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use llm_mock_core::providers::anthropic::messages::Messages;
use llm_mock_core::providers::gemini::generate::GenerateContent;
use llm_mock_core::providers::openai::chat::Chat;
use llm_mock_core::providers::openai::completions::Completions;
use llm_mock_core::providers::openai::models::Models;
use llm_mock_core::providers::openai::responses::Responses;
use llm_mock_core::routes::ROUTES;
use llm_mock_core::validate;
use llm_mock_core::api::{Dialect, Generation};
use llm_mock_core::completion::request::{GenerationRequest, Client, StreamField, StreamMode};
use llm_mock_core::engine::buffer::Buffer;
use llm_mock_core::completion::chunking::{Chunk, Chunking, Unit};
use llm_mock_core::json::escape::Escaped;
use llm_mock_core::response::{Now, Response, Settings};
use llm_mock_core::completion::chunked_text::ChunkedText;
use llm_mock_core::engine::stream::Poll;
use llm_mock_core::tokens::{Encoding, TokenizerMode};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde::de::IgnoredAny;
use serde_json::Value;

/// A reply that may take more, of dozens of choices with a document or a call
/// each, says no more and takes long to read.
const MOST_MEMORY: usize = 32 * 1024 * 1024;

fuzz_target!(|input: &[u8]| {
    let Some((&choice, body)) = input.split_first() else {
        return;
    };
    compare(body, &Chat.request(body));
    for spec in ROUTES.iter().filter_map(|route| route.spec) {
        if let Err(error) = validate::check(spec, body, false) {
            assert_eq!(error.status, 400);
        }
    }
    let cut = cut(choice);
    let chunked = Arc::new(ChunkedText::cut(body, cut));
    let gemini = GenerateContent { streams: false };
    for dialect in [
        &Chat as &dyn Dialect,
        &Completions,
        &Responses,
        &Messages,
        &gemini,
    ] {
        let mut request = dialect.request(body);
        if let Some(encoding) = cut.encoding {
            request.prompt_tokens = dialect.prompt_tokens(body, encoding);
        }
        if let Some(whole) = reply(dialect, &request, &chunked, StreamMode::Never) {
            let _: IgnoredAny = serde_json::from_str(&whole).expect("JSON");
        }
        if let Some(stream) = reply(dialect, &request, &chunked, StreamMode::Always) {
            let events = stream.strip_suffix("\n\n").expect("a last event");
            for event in events.split("\n\n") {
                let (_, data) = event.split_once("data: ").expect("data");
                if data != "[DONE]" {
                    let _: IgnoredAny = serde_json::from_str(data).expect("JSON");
                }
            }
        }
    }
});

/// What a token and a chunk are. Zero is what they are by default.
fn cut(choice: u8) -> Chunking {
    let encodings = [None, Some(Encoding::Cl100kBase), Some(Encoding::O200kBase)];
    let units = [Unit::Word, Unit::Token, Unit::Char];
    let (choice, encoding) = (choice / 3, encodings[usize::from(choice % 3)]);
    let (choice, unit) = (choice / 3, units[usize::from(choice % 3)]);
    assert!(encoding.is_none_or(Encoding::load));
    let size = NonZeroU32::MIN.saturating_add(choice.into());
    Chunking {
        chunk: Chunk { unit, size },
        encoding,
    }
}

/// All that is sent in answer; none where that is too much.
fn reply(
    dialect: &dyn Dialect,
    request: &GenerationRequest,
    chunked: &Arc<ChunkedText>,
    stream: StreamMode,
) -> Option<String> {
    let generation = Generation {
        dialect,
        request,
        client: Client::default(),
        chunked,
        settings: &Settings {
            delay: 0,
            first_delay: 0,
            model: &Escaped::new(b"gpt-3.5-turbo"),
            models: &Models::default(),
            stream,
            tokenizer: TokenizerMode::Off,
        },
    };
    if Response::memory(&generation) > MOST_MEMORY {
        return None;
    }
    let now = Now {
        monotonic: 0,
        unix: 1,
    };
    let mut rng = SmallRng::seed_from_u64(1);
    let mut reply = Response::compose(&generation, now, &mut rng);
    let mut sent = Vec::new();
    let mut out = Buffer::new();
    loop {
        out.clear();
        let polled = reply.body.poll(0, &mut out);
        sent.extend_from_slice(out.as_bytes());
        match polled {
            Poll::Wait(_) => {}
            Poll::Done => return Some(String::from_utf8(sent).expect("UTF-8")),
            Poll::NoMemory => unreachable!("there is plenty"),
        }
    }
}

/// What a tree of the whole body would say, where there is one.
fn compare(body: &[u8], request: &GenerationRequest) {
    let Ok(Value::Object(tree)) = serde_json::from_slice(body) else {
        return;
    };
    assert!(request.is_object);
    if let Some(model) = tree.get("model").and_then(Value::as_str) {
        if model.len() <= 64 * 1024 {
            assert_eq!(request.model.as_deref(), Some(model));
        }
    } else {
        assert_eq!(request.model, None);
    }
    let stream = match tree.get("stream") {
        None | Some(Value::Null) => StreamField::Absent,
        Some(Value::Bool(true)) => StreamField::True,
        Some(Value::Bool(false)) => StreamField::False,
        Some(_) => StreamField::Other,
    };
    assert_eq!(request.stream, stream);
}
