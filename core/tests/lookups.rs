//! A worker asks for memory before it looks something up: what is asked for
//! must be enough, whatever a client sends.

use llm_mock_core::api::openai::embeddings::Embeddings;
use llm_mock_core::api::openai::models::{List, Models, One};
use llm_mock_core::api::openai::moderations::Moderations;
use llm_mock_core::api::{Answer, Lookup, Query};
use llm_mock_core::ask::StreamMode;
use llm_mock_core::batch::Batch;
use llm_mock_core::id::Id;
use llm_mock_core::json::Escaped;
use llm_mock_core::reply::Settings;
use llm_mock_core::tokens::TokenizerMode;
use peak_alloc::PeakAlloc;
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// So often a thing stands in a text or a list: see `memory.rs`.
const MANY: usize = 17_000;

static LOOKUPS: [&dyn Lookup; 4] = [&Embeddings, &List, &Moderations, &One];

fn assert_enough(name: &[u8], body: &[u8]) {
    let model = Escaped::new(b"gpt-3.5-turbo");
    let models = Models::only([b"a".as_slice()].into_iter());
    let settings = Settings {
        delay: 0,
        first_delay: 0,
        model: &model,
        models: &models,
        stream: StreamMode::Auto,
        tokenizer: TokenizerMode::Off,
    };
    let query = Query {
        name,
        body,
        unix: 1_800_000_000,
        id: Id::NONE,
        settings: &settings,
    };
    for (nth, lookup) in LOOKUPS.iter().enumerate() {
        let asked_for = lookup.memory(&query);
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let answer = lookup.answer(&query);
        let taken = ALLOCATOR.peak_usage() - before;
        assert!(taken <= asked_for, "{taken} of {asked_for}, {nth}");
        // What comes in parts takes no more for any of them.
        if let Ok(Answer::Parts(frames)) = answer {
            let render = || frames.render(0, &mut Batch::new());
            render();
            let before = ALLOCATOR.current_usage();
            render();
            assert_eq!(ALLOCATOR.current_usage(), before);
        }
    }
}

fn the_worst_that_can_be_asked_is_within_bounds() {
    let list = |item: &str, len| vec![item; len].join(",");
    for field in ["input", "prompt"] {
        for value in [
            format!("[{}]", list("1", MANY)),
            format!("[{}]", list("[]", MANY)),
            format!("[{}]", list("\"\"", 2048)),
            format!("[{}]", list("[1]", 2048)),
            format!("[{}]", list("{}", 2048)),
            format!("\"{}\"", "\\u0001".repeat(MANY)),
            format!("\"{}\"", "\\ud83e".repeat(MANY)),
            format!("\"{}\"", "\u{2028}".repeat(MANY)),
        ] {
            assert_enough(b"", format!("{{\"{field}\":{value}}}").as_bytes());
            let with_model = format!("{{\"model\":\"x\",\"{field}\":{value},\"n\":128}}");
            assert_enough(b"", with_model.as_bytes());
        }
        let begin = format!("{{\"{field}\":\"");
        let broken = [begin.as_bytes(), &[0xff; MANY], b"\"}"];
        assert_enough(b"", &broken.concat());
    }
    let model = format!("{{\"model\":\"{}\"}}", "\\u0001".repeat(64 * 1024));
    assert_enough(b"", model.as_bytes());
    assert_enough(&[0xff; 30_000], b"");
    assert_enough(&[1; 30_000], b"");
    assert_enough("\u{2028}".repeat(9_000).as_bytes(), b"");
}

fn what_anyone_asks_is_within_bounds() {
    proptest!(|(
        name in prop::collection::vec(any::<u8>(), 0..300),
        body in prop::collection::vec(any::<u8>(), 0..300),
        model: String,
        inputs in prop::collection::vec(any::<String>(), 0..5),
    )| {
        assert_enough(&name, &body);
        let body = serde_json::json!({ "model": model, "input": inputs });
        assert_enough(&name, body.to_string().as_bytes());
    });
}

/// One test, since the allocator counts for all threads.
#[test]
fn what_is_asked_for_is_enough() {
    the_worst_that_can_be_asked_is_within_bounds();
    what_anyone_asks_is_within_bounds();
}
