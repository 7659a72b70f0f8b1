//! A worker asks for memory before it composes a reply: what is asked for must
//! be enough, whatever is said.

use std::sync::Arc;
use std::sync::Mutex;

use llm_mock_core::api::anthropic::messages::Messages;
use llm_mock_core::api::gemini::generate::GenerateContent;
use llm_mock_core::api::openai::chat::Chat;
use llm_mock_core::api::openai::completions::Completions;
use llm_mock_core::api::openai::models::Models;
use llm_mock_core::api::openai::responses::Responses;
use llm_mock_core::api::routes::ROUTES;
use llm_mock_core::api::validate;
use llm_mock_core::api::{Dialect, Generation};
use llm_mock_core::ask::{Ask, Client, LONGEST_MODEL, StreamMode};
use llm_mock_core::chunk::{Chunk, Cut, Unit};
use llm_mock_core::json::Escaped;
use llm_mock_core::reply::{Now, Reply, Settings};
use llm_mock_core::script::Script;
use llm_mock_core::tokens::{Encoding, TokenizerMode};
use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::SmallRng;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The allocator counts for all threads: each test holds this.
static ALONE: Mutex<()> = Mutex::new(());

/// So often a thing stands in a text or a list: often enough that what is asked
/// for in any case hides no fault, and just more than a power of two, where a
/// vector that grows takes most for what it holds.
const MANY: usize = 17_000;

/// Each way in which a text is cut where its tokens are counted.
fn encoded() -> [Cut; 3] {
    [Unit::Word, Unit::Token, Unit::Char].map(|unit| Cut {
        chunk: Chunk {
            unit,
            ..Chunk::default()
        },
        encoding: Some(Encoding::O200kBase),
    })
}

/// What `f` makes, and what it takes at most beyond what was taken before.
fn peak<T>(f: impl FnOnce() -> T) -> (T, usize) {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let result = f();
    (result, ALLOCATOR.peak_usage() - before)
}

fn assert_enough(body: &[u8], text: &[u8]) {
    for form in ROUTES.iter().filter_map(|route| route.form) {
        let (_, taken) = peak(|| validate::check(form, body, false));
        assert!(taken <= validate::memory(body), "{taken}");
    }
    assert_enough_cut(body, text, Cut::default());
}

fn assert_enough_cut(body: &[u8], text: &[u8], cut: Cut) {
    let (script, taken) = peak(|| Script::cut(text, cut));
    let asked_for = Script::memory(text, cut);
    assert!(taken <= asked_for, "{taken} of {asked_for}");
    let script = Arc::new(script);
    let gemini = GenerateContent { streams: false };
    for dialect in [
        &Chat as &dyn Dialect,
        &Completions,
        &Responses,
        &Messages,
        &gemini,
    ] {
        assert_enough_for(dialect, body, &script);
    }
}

fn assert_enough_for(dialect: &dyn Dialect, body: &[u8], script: &Arc<Script>) {
    let (ask, taken) = peak(|| dialect.ask(body));
    assert!(taken <= Ask::memory(body), "{taken}");
    if let Some(encoding) = script.how_cut().encoding {
        let asked_for = dialect.memory_of_prompt(body);
        let (_, taken) = peak(|| dialect.prompt_tokens(body, encoding));
        assert!(taken <= asked_for, "{taken} of {asked_for}");
    }
    let model = Escaped::new(b"gpt-3.5-turbo");
    let models = Models::default();
    for stream in [StreamMode::Always, StreamMode::Never] {
        let settings = Settings {
            delay: 0,
            first_delay: 0,
            model: &model,
            models: &models,
            stream,
            tokenizer: TokenizerMode::Off,
        };
        let now = Now {
            monotonic: 0,
            unix: 1_800_000_000,
        };
        let mut rng = SmallRng::seed_from_u64(1);
        let generation = Generation {
            dialect,
            ask: &ask,
            client: Client::default(),
            script,
            settings: &settings,
        };
        let asked_for = Reply::memory(&generation);
        let (_, taken) = peak(|| Reply::compose(&generation, now, &mut rng));
        assert!(taken <= asked_for, "{taken} of {asked_for}, {stream:?}");
    }
}

#[test]
fn the_worst_that_can_be_said_is_within_bounds() {
    let _alone = ALONE.lock();
    let text = b"\x01 ".repeat(MANY);
    let broken = [b"{\"".as_slice(), &[0xff; MANY]].concat();
    let escaped_key = format!("{{\"{}\":1}}", "\\u0001".repeat(MANY));
    let model = format!("{{\"model\":\"{}\"}}", "\\u0001".repeat(LONGEST_MODEL));
    let stop = format!("{{\"n\":128,\"stop\":[\"{}\"]}}", "\\u0001".repeat(MANY));
    let stops = format!("{{\"stop\":[\"a\"{}]}}", ",\"\"".repeat(MANY));
    let predicted = format!(
        "{{\"prediction\":{{\"content\":[{{\"text\":\"{}\\n\"}}]}}}}",
        "\u{85}".repeat(MANY)
    );
    let list = |item: &str, len| vec![item; len].join(",");
    let prompt = |value: &str| format!("{{\"n\":2,\"echo\":true,\"prompt\":{value}}}");
    for value in [
        format!("[{}]", list("1", MANY)),
        format!("[{}]", list("[]", 3_000)),
        format!("[{}]", list("\"\"", 2_048)),
        format!("[{}]", list("\"\\u0001\"", 2_048)),
        format!("\"{}\"", "\\ud83e".repeat(MANY)),
        format!("\"{}\"", "\u{2028}".repeat(MANY)),
    ] {
        assert_enough(prompt(&value).as_bytes(), b"\x01 ");
    }
    let broken_prompt = [
        b"{\"echo\":true,\"prompt\":\"",
        [0xff; MANY].as_slice(),
        b"\"}",
    ];
    assert_enough(&broken_prompt.concat(), b"");
    let broken_model = [
        b"{\"model\":\"",
        [0xff; LONGEST_MODEL / 3].as_slice(),
        b"\"}",
    ]
    .concat();
    let instructions = format!("{{\"instructions\":\"{}\"}}", "\u{85}".repeat(MANY));
    let stop_sequences = format!("{{\"stop_sequences\":[\"{}\"]}}", "\\u0001 ".repeat(MANY));
    let candidates = format!(
        "{{\"generationConfig\":{{\"candidateCount\":128,\"stopSequences\":[\"{}\"]}}}}",
        "\\u0001 ".repeat(MANY)
    );
    let nested = "[".repeat(MANY);
    let words = format!(
        "{{\"model\":\"m\",\"messages\":[{{\"role\":\"{0}\",\"{0}\":1}}]}}",
        "\\u0001".repeat(MANY)
    );
    let broken_instructions = [b"{\"instructions\":\"".as_slice(), &[0xff; MANY], b"\"}"].concat();
    for body in [
        b"".as_slice(),
        instructions.as_bytes(),
        stop_sequences.as_bytes(),
        candidates.as_bytes(),
        &broken_instructions,
        &broken,
        escaped_key.as_bytes(),
        model.as_bytes(),
        stop.as_bytes(),
        stops.as_bytes(),
        predicted.as_bytes(),
        nested.as_bytes(),
        words.as_bytes(),
        &broken_model,
    ] {
        assert_enough(body, &text);
        assert_enough(body, b"");
    }
    assert_enough(b"", &[0xff; MANY]);
}

#[test]
fn calls_and_documents_are_within_bounds() {
    let _alone = ALONE.lock();
    let called = |parameters: &str| {
        format!(r#"{{"n":128,"tools":[{{"function":{{"name":"f","parameters":{parameters}}}}}]}}"#)
    };
    let formed = |schema: &str| {
        format!(
            r#"{{"n":128,"response_format":
            {{"type":"json_schema","json_schema":{{"schema":{schema}}}}}}}"#
        )
    };
    let name = format!(
        "{{\"tools\":[{{\"function\":{{\"name\":\"{}\"}}}}]}}",
        "\\u0001".repeat(170)
    );
    let fields: Vec<_> = (0..8_000).map(|n| format!("\"p{n}\":{{}}")).collect();
    let required: Vec<_> = (0..8_000).map(|n| format!("\"p{n}\"")).collect();
    let wide = format!(r#"{{"properties":{{{}}}}}"#, fields.join(","));
    let filled = format!(r#"{{"type":"object","required":[{}]}}"#, required.join(","));
    let tree = r##"{"properties":{"a":{"type":"array","minItems":20,"items":{"$ref":"#/properties/b"}},
        "b":{"type":"array","minItems":900,"uniqueItems":true,"items":{"type":"integer","maximum":100000}}}}"##;
    let constant = format!(r#"{{"const":"{}"}}"#, "\\u0001".repeat(MANY));
    let quotes = format!(r#"{{"const":"{}"}}"#, "\\\"".repeat(MANY));
    let list = format!("[{}1]", "1,".repeat(MANY));
    let deep = format!("{}1{}", "{\"items\":".repeat(100), "}".repeat(100));
    let long = r#"{"type":"string","minLength":60000}"#;
    let pattern = r#"{"type":"string","pattern":"^(a{90}b){600}$"}"#;
    let all = format!(
        r#"{{"allOf":[{}{{}}]}}"#,
        "{\"type\":\"object\"},".repeat(2_000)
    );
    for schema in [
        &wide, &filled, tree, &constant, &quotes, &list, &deep, long, pattern, &all,
    ] {
        for body in [called(schema), formed(schema)] {
            assert_enough(body.as_bytes(), b"a b");
        }
    }
    let text = b"a \" ".repeat(1_100);
    for body in [
        name.as_str(),
        r#"{"n":3,"response_format":{"type":"json_object"}}"#,
        r#"{"n":1,"logprobs":true,"top_logprobs":20}"#,
        r#"{"n":3,"logprobs":true,"top_logprobs":20}"#,
        r#"{"n":128,"logprobs":true,"top_logprobs":1}"#,
        r#"{"n":3,"logprobs":true,"top_logprobs":20,"response_format":{"type":"json_object"}}"#,
    ] {
        assert_enough(body.as_bytes(), &text);
        assert_enough(body.as_bytes(), b"");
    }
}

/// A request of each service for `n` choices of calls of twenty tools.
fn parallel_calls(n: usize, schema: &str) -> [String; 5] {
    let name = "\\u0001".repeat(160);
    let list = |tool: &dyn Fn(usize) -> String| (0..20).map(tool).collect::<Vec<_>>().join(",");
    let function = |n| format!(r#""name":"{name}{n}","parameters":{schema}"#);
    let chat = list(&|n| format!(r#"{{"function":{{{}}}}}"#, function(n)));
    let custom = list(&|n| format!(r#"{{"custom":{{"name":"{name}{n}"}}}}"#));
    let responses = list(&|n| match n % 2 {
        0 => format!(r#"{{"type":"function",{}}}"#, function(n)),
        _ => format!(r#"{{"type":"custom","name":"{name}{n}"}}"#),
    });
    let messages = list(&|n| format!(r#"{{"name":"{name}{n}","input_schema":{schema}}}"#));
    let gemini = format!(
        r#"{{"functionDeclarations":[{}]}}"#,
        list(&|n| format!("{{{}}}", function(n)))
    );
    [chat, custom, responses, messages, gemini].map(|tools| {
        format!(
            r#"{{"n":{n},"generationConfig":{{"candidateCount":{n}}},"tools":[{tools}],
            "parallel_tool_calls":true,"tool_choice":{{"disable_parallel_tool_use":false}}}}"#
        )
    })
}

/// Sixteen calls of this are as much as all calls may hand over, and nearly each
/// byte of it is two in a string.
const QUOTES: &str = r#"{"properties":{"a":{"type":"array","minItems":1300,"items":{"const":""}}},
    "required":["a"]}"#;

#[test]
fn parallel_calls_are_within_bounds() {
    let _alone = ALONE.lock();
    for schema in ["{}", QUOTES, r#"{"type":"string","minLength":5000}"#] {
        for body in parallel_calls(128, schema) {
            assert_enough(body.as_bytes(), b"a b");
            assert_enough(body.as_bytes(), &b"\x01 \"".repeat(300));
        }
    }
    let bare = r#"{"type":"function"}"#;
    let bare = format!(r#"{{"tools":[{}]}}"#, vec![bare; 2_000].join(","));
    assert_enough(bare.as_bytes(), b"");
}

#[test]
fn parallel_calls_are_within_bounds_however_they_are_cut() {
    let _alone = ALONE.lock();
    assert!(Encoding::O200kBase.load());
    for body in parallel_calls(1, QUOTES) {
        for cut in encoded() {
            assert_enough_cut(body.as_bytes(), &b"\x01 \"".repeat(500), cut);
        }
    }
}

#[test]
fn tokens_and_chunks_are_within_bounds() {
    let _alone = ALONE.lock();
    let encodings = TokenizerMode::Auto;
    let (_, taken) = peak(|| encodings.load());
    assert!(taken < 5 * 1024 * 1024, "{taken}");
    assert_eq!(peak(|| encodings.load()), (true, 0), "they are made once");
    let [words, ..] = encoded();
    let escaped = "\\u0001".repeat(5_000);
    let spaced = "a b ".repeat(5_000);
    // Longer than what is merged of one word.
    for prompt in [&"a".repeat(70_000), &escaped, &spaced] {
        for field in ["messages", "prompt", "input", "system", "contents"] {
            let body = format!("{{\"{field}\":\"{prompt}\"}}");
            assert_enough_cut(body.as_bytes(), b"a", words);
        }
    }
    for text in [&"a".repeat(MANY), &escaped, &spaced] {
        for cut in encoded() {
            for body in [
                r#"{"response_format":{"type":"json_object"}}"#,
                r#"{"logprobs":true}"#,
            ] {
                assert_enough_cut(body.as_bytes(), text.as_bytes(), cut);
            }
            assert_enough_cut(b"", &[0xff; 3_000], cut);
        }
    }
}

#[test]
fn what_is_asked_for_is_enough() {
    let _alone = ALONE.lock();
    proptest!(|(
        body in prop::collection::vec(any::<u8>(), 0..300),
        key: String,
        model: String,
        text: Vec<u8>,
    )| {
        assert_enough(&body, &text);
        let body = serde_json::json!({ key: 1, "model": model }).to_string();
        assert_enough(body.as_bytes(), &text);
    });
}
