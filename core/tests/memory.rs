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

/// What `f` takes at most beyond what was taken before.
fn peak<T>(f: impl FnOnce() -> T) -> usize {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let result = f();
    let peak = ALLOCATOR.peak_usage();
    drop(result);
    peak - before
}

fn assert_enough(body: &[u8], text: &[u8]) {
    for form in ROUTES.iter().filter_map(|route| route.form) {
        let check_peak = peak(|| validate::check(form, body, false));
        assert!(check_peak <= validate::memory(body), "{check_peak}");
    }
    assert_enough_cut(body, text, Cut::default());
}

fn assert_enough_cut(body: &[u8], text: &[u8], cut: Cut) {
    let script_peak = peak(|| Script::cut(text, cut));
    let asked_for = Script::memory(text, cut);
    assert!(script_peak <= asked_for, "{script_peak} of {asked_for}");
    let script = Arc::new(Script::cut(text, cut));
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
    let ask_peak = peak(|| dialect.ask(body));
    assert!(ask_peak <= Ask::memory(body), "{ask_peak}");
    let ask = dialect.ask(body);
    if let Some(encoding) = script.how_cut().encoding {
        let asked_for = dialect.memory_of_prompt(body);
        let taken = peak(|| dialect.prompt_tokens(body, encoding));
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
        let taken = peak(|| Reply::compose(&generation, now, &mut rng));
        assert!(taken <= asked_for, "{taken} of {asked_for}, {stream:?}");
    }
}

#[test]
fn the_worst_that_can_be_said_is_within_bounds() {
    let _alone = ALONE.lock();
    let text = b"\x01 ".repeat(100_000);
    let broken = [b"{\"".as_slice(), &[0xff; 100_000]].concat();
    let escaped_key = format!("{{\"{}\":1}}", "\\u0001".repeat(20_000));
    let model = format!("{{\"model\":\"{}\"}}", "\\u0001".repeat(LONGEST_MODEL));
    let stop = format!("{{\"n\":128,\"stop\":[\"{}\"]}}", "\\u0001".repeat(20_000));
    let stops = format!("{{\"stop\":[\"a\"{}]}}", ",\"\"".repeat(50_000));
    let list = |item: &str, len| vec![item; len].join(",");
    let prompt = |value: &str| format!("{{\"n\":2,\"echo\":true,\"prompt\":{value}}}");
    for value in [
        format!("[{}]", list("1", 30_000)),
        format!("[{}]", list("[]", 3_000)),
        format!("[{}]", list("\"\"", 2_048)),
        format!("[{}]", list("\"\\u0001\"", 2_048)),
        format!("\"{}\"", "\\ud83e".repeat(20_000)),
        format!("\"{}\"", "\u{2028}".repeat(30_000)),
    ] {
        assert_enough(prompt(&value).as_bytes(), b"\x01 ");
    }
    let broken_prompt = [
        b"{\"echo\":true,\"prompt\":\"",
        [0xff; 30_000].as_slice(),
        b"\"}",
    ];
    assert_enough(&broken_prompt.concat(), b"");
    let broken_model = [
        b"{\"model\":\"",
        [0xff; LONGEST_MODEL / 3].as_slice(),
        b"\"}",
    ]
    .concat();
    let instructions = format!("{{\"instructions\":\"{}\"}}", "\u{85}".repeat(50_000));
    let stop_sequences = format!("{{\"stop_sequences\":[\"{}\"]}}", "\\u0001 ".repeat(20_000));
    let candidates = format!(
        "{{\"generationConfig\":{{\"candidateCount\":128,\"stopSequences\":[\"{}\"]}}}}",
        "\\u0001 ".repeat(20_000)
    );
    let nested = "[".repeat(100_000);
    let words = format!(
        "{{\"model\":\"m\",\"messages\":[{{\"role\":\"{0}\",\"{0}\":1}}]}}",
        "\\u0001".repeat(20_000)
    );
    let broken_instructions =
        [b"{\"instructions\":\"".as_slice(), &[0xff; 100_000], b"\"}"].concat();
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
        nested.as_bytes(),
        words.as_bytes(),
        &broken_model,
    ] {
        assert_enough(body, &text);
        assert_enough(body, b"");
    }
    assert_enough(b"", &[0xff; 100_000]);
}

#[test]
fn calls_and_documents_are_within_bounds() {
    let _alone = ALONE.lock();
    let called = |parameters: &str| {
        format!(r#"{{"n":128,"tools":[{{"function":{{"name":"f","parameters":{parameters}}}}}]}}"#)
    };
    let formed = |schema: &str| {
        format!(
            r#"{{"n":128,"logprobs":true,"top_logprobs":20,"response_format":
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
    let constant = format!(r#"{{"const":"{}"}}"#, "\\u0001".repeat(20_000));
    let quotes = format!(r#"{{"const":"{}"}}"#, "\\\"".repeat(30_000));
    let list = format!("[{}1]", "1,".repeat(100_000));
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
    let text = b"a \" ".repeat(20_000);
    for body in [
        name.as_str(),
        r#"{"n":3,"response_format":{"type":"json_object"}}"#,
        r#"{"n":1,"logprobs":true,"top_logprobs":20}"#,
        r#"{"n":3,"logprobs":true,"top_logprobs":20}"#,
    ] {
        assert_enough(body.as_bytes(), &text);
        assert_enough(body.as_bytes(), b"");
    }
}

#[test]
fn parallel_calls_are_within_bounds() {
    let _alone = ALONE.lock();
    let name = "\\u0001".repeat(160);
    let large = format!(r#"{{"const":{{"a":"{}"}}}}"#, "\\\"".repeat(2_000));
    let list = |tool: &dyn Fn(usize) -> String| (0..20).map(tool).collect::<Vec<_>>().join(",");
    for schema in ["{}", &large, r#"{"type":"string","minLength":5000}"#] {
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
        for tools in [chat, custom, responses, messages, gemini] {
            let body = format!(
                r#"{{"n":128,"generationConfig":{{"candidateCount":128}},"tools":[{tools}],
                "parallel_tool_calls":true,"tool_choice":{{"disable_parallel_tool_use":false}}}}"#
            );
            assert_enough(body.as_bytes(), b"a b");
            assert_enough(body.as_bytes(), &b"\x01 \"".repeat(10_000));
        }
    }
    let bare = r#"{"type":"function"}"#;
    let bare = format!(r#"{{"tools":[{}]}}"#, vec![bare; 10_000].join(","));
    assert_enough(bare.as_bytes(), b"");
}

#[test]
fn tokens_and_chunks_are_within_bounds() {
    let _alone = ALONE.lock();
    let encodings = TokenizerMode::Auto;
    let taken = peak(|| encodings.load());
    assert!(taken < 5 * 1024 * 1024, "{taken}");
    assert_eq!(peak(|| encodings.load()), 0, "they are made once");
    let long = "a".repeat(70_000);
    let escaped = "\\u0001".repeat(5_000);
    let words = "a b ".repeat(5_000);
    for text in [&long, &escaped, &words] {
        for unit in [Unit::Word, Unit::Token, Unit::Char] {
            let cut = Cut {
                chunk: Chunk {
                    unit,
                    ..Chunk::default()
                },
                encoding: Some(Encoding::O200kBase),
            };
            for field in ["messages", "prompt", "input", "system", "contents"] {
                let body = format!("{{\"{field}\":\"{text}\",\"logprobs\":true}}");
                assert_enough_cut(body.as_bytes(), b"a", cut);
            }
            assert_enough_cut(b"", text.as_bytes(), cut);
            assert_enough_cut(b"", &[0xff; 10_000], cut);
            let object = br#"{"response_format":{"type":"json_object"}}"#;
            assert_enough_cut(object, text.as_bytes(), cut);
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
