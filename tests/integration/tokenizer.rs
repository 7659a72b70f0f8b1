//! Token counts of `llm_mock_tokenizer`.

use serde_json::json;

use crate::support::nginx::{Conf, Nginx, until};
use crate::support::worker::{Worker, memory_of};

const REPLY: &str = "llm_mock_delay 0; llm_mock_reply 'Tokenization, né \u{1f980}!';";

#[test]
fn encoding_follows_the_model() {
    // The word has 6 tokens in cl100k_base and 4 in o200k_base.
    let count = |mode: &str, model: &str| {
        let directives = format!(
            "llm_mock_delay 0; llm_mock_reply 'नमस्ते'; llm_mock_model gpt-4; llm_mock_tokenizer {mode};"
        );
        let nginx = Nginx::start(&directives);
        let body =
            format!(r#"{{{model}"stream":false,"messages":[{{"role":"user","content":"नमस्ते"}}]}}"#);
        let usage = nginx.chat(body).json()["usage"].clone();
        // The overhead of one message is 7 tokens: 3, 1 for its role, and 3 for the
        // response.
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
fn max_tokens_counts_tokens() {
    let directives = "llm_mock_tokenizer o200k_base;";
    let nginx = Nginx::start(&format!("{REPLY} {directives}"));
    let response = nginx.chat(r#"{"stream":false,"max_tokens":2}"#).json();
    assert_eq!(response["choices"][0]["message"]["content"], "Tokenization");
    assert_eq!(response["choices"][0]["finish_reason"], "length");
    assert_eq!(response["usage"]["completion_tokens"], 2);
}

#[test]
fn all_apis_count_the_same_tokens() {
    let nginx = Nginx::start(&format!("{REPLY} llm_mock_tokenizer auto;"));
    let message = json!([{"role": "user", "content": "hi there"}]);
    let contents = json!([{"role": "user", "parts": [{"text": "hi there"}]}]);
    for (path, body, prompt, response) in [
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
        if !response.is_empty() {
            assert_eq!(found.pointer(response), Some(&json!(8)), "{path}");
        }
    }
    for (path, field) in [("/v1/completions", "prompt"), ("/v1/embeddings", "input")] {
        let body = json!({"model": "m", field: ["hi there", "hi"]});
        let usage = nginx.post(path, body).json();
        assert_eq!(usage["usage"]["prompt_tokens"], 3, "{path}");
    }
}

#[test]
fn reload_takes_no_more_memory_for_a_tokenizer() {
    /// Twice what reloads may allocate, and what a large prompt may, in bytes.
    const LIMIT: usize = 8 * 1024 * 1024;
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
        until("the old worker has exited", || {
            Worker::single(&nginx).filter(|it| it.pid() != worker)
        });
    }
    let late = memory_of(nginx.pid());
    println!("the master: {early} bytes, {late} after three reloads");
    assert!(late < early + LIMIT / 2);
    let worker = Worker::of(&nginx);
    let before = worker.memory();
    let prompt = "one word ".repeat(100_000) + &"a".repeat(1_000_000);
    let message = json!({"role": "user", "content": prompt});
    let body = json!({"stream": false, "messages": [message]});
    assert_eq!(nginx.chat(body.to_string()).status, 200);
    let after = worker.memory();
    println!("a worker: {before} bytes, {after} after a large prompt");
    assert!(after < before + LIMIT);
}
