//! Exact counts of tokens, and chunks of tokens, words and characters.

use serde_json::{Value, json};

use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;
use crate::support::worker::{Worker, memory_of};

const REPLY: &str = "llm_mock_delay 0; llm_mock_reply 'Tokenization, né \u{1f980}!';";

/// The chunks of a stream, and how many tokens its usage counts.
fn chunks(directives: &str, body: &str) -> (Vec<String>, Value) {
    let nginx = Nginx::start(&format!("{REPLY} {directives}"));
    let chunks = stream(&nginx.chat(body)).words;
    let mut whole: Value = serde_json::from_str(body).unwrap();
    whole["stream"] = json!(false);
    let usage = nginx.chat(whole.to_string()).json()["usage"].clone();
    (chunks, usage["completion_tokens"].clone())
}

#[test]
fn a_chunk_is_what_the_directive_says() {
    for (directives, expected, tokens) in [
        ("", vec!["Tokenization, ", "né ", "\u{1f980}!"], 3),
        (
            "llm_mock_chunk word 2;",
            vec!["Tokenization, né ", "\u{1f980}!"],
            3,
        ),
        (
            "llm_mock_chunk char 9;",
            vec!["Tokenizat", "ion, né \u{1f980}", "!"],
            3,
        ),
        (
            "llm_mock_chunk token;",
            vec!["Token", "ization", ",", " né", " \u{1f980}", "!"],
            8,
        ),
        (
            "llm_mock_chunk token 2;",
            vec!["Tokenization", ", né", " \u{1f980}", "!"],
            8,
        ),
        (
            "llm_mock_tokenizer auto;",
            vec!["Tokenization, ", "né ", "\u{1f980}!"],
            8,
        ),
    ] {
        let found = chunks(directives, r#"{"model":"gpt-4o","stream":true}"#);
        assert_eq!(
            found,
            (to_strings(&expected), json!(tokens)),
            "{directives}"
        );
    }
}

fn to_strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn a_text_from_a_variable_is_cut_alike() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; llm_mock_delay 0; llm_mock_reply $arg_text;
            location /word/ { llm_mock_tokenizer auto; }
            location /token/ { llm_mock_chunk token; }
            location /two/ { llm_mock_chunk token 2; }
            location /fixed/ { llm_mock_chunk token 2; llm_mock_tokenizer o200k_base; }",
        ..Conf::default()
    });
    let text = "Tokenization,नमस्ते";
    // As tokens of cl100k_base it has more of them than of o200k_base.
    let (few, many) = (["न", "म", "स्त", "े"], ["न", "म", "स", "्त", "े"]);
    let tokens = |word: &[&'static str]| [&["Token", "ization", ","], word].concat();
    let in_twos = vec!["Tokenization", ",न", "मस्त", "े"];
    for (location, model, expected, count) in [
        ("word", "gpt-4", vec![text], 9),
        ("word", "gpt-4o", vec![text], 7),
        ("token", "gpt-4", tokens(&many), 9),
        ("token", "gpt-4o", tokens(&few), 7),
        ("two", "gpt-4o", in_twos.clone(), 7),
        ("fixed", "gpt-4", in_twos, 7),
    ] {
        let path = format!("/{location}/v1/chat/completions?text={text}");
        let ask = |stream| nginx.post(&path, json!({"model": model, "stream": stream}));
        assert_eq!(stream(&ask(true)).words, expected, "{location} {model}");
        let usage = ask(false).json()["usage"].clone();
        assert_eq!(usage["completion_tokens"], count, "{location} {model}");
    }
}

#[test]
fn the_encoding_is_the_models() {
    // The word is 6 tokens of cl100k_base and 4 of o200k_base.
    let count = |mode: &str, model: &str| {
        let directives = format!(
            "llm_mock_delay 0; llm_mock_reply 'नमस्ते'; llm_mock_model gpt-4; llm_mock_tokenizer {mode};"
        );
        let nginx = Nginx::start(&directives);
        let body =
            format!(r#"{{{model}"stream":false,"messages":[{{"role":"user","content":"नमस्ते"}}]}}"#);
        let usage = nginx.chat(body).json()["usage"].clone();
        // A message has three tokens and its role; the reply three.
        let of_text = usage["prompt_tokens"].as_u64().unwrap() - 7;
        assert_eq!(usage["completion_tokens"], of_text);
        of_text
    };
    for (mode, model, expected) in [
        ("auto", "\"model\":\"gpt-4o\",", 4),
        ("auto", "\"model\":\"gpt-3.5-turbo\",", 6),
        ("auto", "", 6),
        ("o200k_base", "\"model\":\"gpt-4\",", 4),
        ("cl100k_base", "\"model\":\"gpt-4o\",", 6),
    ] {
        assert_eq!(count(mode, model), expected, "{mode} {model}");
    }
}

#[test]
fn the_most_tokens_are_tokens() {
    let directives = "llm_mock_tokenizer o200k_base;";
    let nginx = Nginx::start(&format!("{REPLY} {directives}"));
    let reply = nginx.chat(r#"{"stream":false,"max_tokens":2}"#).json();
    assert_eq!(reply["choices"][0]["message"]["content"], "Tokenization");
    assert_eq!(reply["choices"][0]["finish_reason"], "length");
    assert_eq!(reply["usage"]["completion_tokens"], 2);
}

#[test]
fn all_services_count_alike() {
    let nginx = Nginx::start(&format!("{REPLY} llm_mock_tokenizer auto;"));
    let message = json!([{"role": "user", "content": "hi there"}]);
    let contents = json!([{"role": "user", "parts": [{"text": "hi there"}]}]);
    for (path, body, prompt, reply) in [
        (
            "/v1/responses",
            json!({"input": "hi there"}),
            "/usage/input_tokens",
            "/usage/output_tokens",
        ),
        (
            "/v1/responses/input_tokens",
            json!({"input": message}),
            "/input_tokens",
            "",
        ),
        (
            "/v1/messages",
            json!({"messages": message}),
            "/usage/input_tokens",
            "/usage/output_tokens",
        ),
        (
            "/v1/messages/count_tokens",
            json!({"messages": message}),
            "/input_tokens",
            "",
        ),
        (
            "/v1beta/models/m:generateContent",
            json!({"contents": contents}),
            "/usageMetadata/promptTokenCount",
            "/usageMetadata/candidatesTokenCount",
        ),
        (
            "/v1beta/models/m:countTokens",
            json!({"contents": contents}),
            "/totalTokens",
            "",
        ),
    ] {
        let found = nginx.post(path, &body).json();
        assert_eq!(found.pointer(prompt), Some(&json!(3 + 3 + 1 + 2)), "{path}");
        if !reply.is_empty() {
            assert_eq!(found.pointer(reply), Some(&json!(8)), "{path}");
        }
    }
    for (path, field) in [("/v1/completions", "prompt"), ("/v1/embeddings", "input")] {
        let body = json!({"model": "m", field: ["hi there", "hi"]});
        let usage = nginx.post(path, body).json();
        assert_eq!(usage["usage"]["prompt_tokens"], 3, "{path}");
    }
}

#[test]
fn a_reload_takes_no_more_memory_for_a_tokenizer() {
    /// What reloads may take, and what counting may take for a large prompt.
    const MOST: usize = 8 * 1024 * 1024;
    let with = |tokenizer| Conf {
        http: tokenizer,
        server: "client_max_body_size 4m; llm_mock_delay 0; location / { llm_mock on; }
            location /x/ { llm_mock_chunk token; }",
        ..Conf::default()
    };
    let nginx = Nginx::with(&with("llm_mock_tokenizer auto;"));
    let early = memory_of(nginx.pid());
    for _ in 0..3 {
        let worker = Worker::of(&nginx).pid();
        nginx.reload(&with("llm_mock_tokenizer auto;"));
        until("the old worker has gone", || {
            Worker::alone(&nginx).filter(|it| it.pid() != worker)
        });
    }
    let late = memory_of(nginx.pid());
    println!("the master: {early} bytes, {late} after three reloads");
    assert!(late < early + MOST / 2);
    let worker = Worker::of(&nginx);
    let before = worker.memory();
    let prompt = "one word ".repeat(100_000) + &"a".repeat(1_000_000);
    let message = json!({"role": "user", "content": prompt});
    let body = json!({"stream": false, "messages": [message]});
    assert_eq!(nginx.chat(body.to_string()).status, 200);
    let after = worker.memory();
    println!("a worker: {before} bytes, {after} after a large prompt");
    assert!(after < before + MOST);
}
