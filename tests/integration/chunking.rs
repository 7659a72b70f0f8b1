//! How a text is split into chunks.

use serde_json::{Value, json};

use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

/// The chunks of the text that this argument of `llm_mock_reply` configures.
fn chunks_of(argument: &str) -> Vec<String> {
    let nginx = Nginx::start(&format!("llm_mock_delay 0; llm_mock_reply {argument};"));
    stream(&nginx.chat("")).deltas
}

#[test]
fn words_include_the_following_space() {
    assert_eq!(
        chunks_of("\"powered by openai\""),
        ["powered ", "by ", "openai"]
    );
    assert_eq!(chunks_of("one"), ["one"]);
    assert_eq!(chunks_of("'trailing '"), ["trailing "]);
}

#[test]
fn joined_chunks_equal_the_text() {
    for text in [
        "  two  spaces  ",
        "a\tb\n\nc\r\nd",
        "```rust\nfn main() {\n    println!(\\\"hi\\\");\n}\n```",
        "你好，世界 こんにちは мир שלום",
        "🦀 👩‍👩‍👧 e\u{301}",
        "\u{a0}no-break\u{a0}space\u{3000}wide",
        "line\u{2028}separators\u{2029}and\u{85}next",
        "back\\\\slash / \\'single\\'",
        "data: [DONE]\n\ndata: {}\n\n",
        " ",
        "\n",
    ] {
        let found = chunks_of(&format!("\"{text}\"")).concat();
        // nginx removes the backslashes before quotes and backslashes.
        let expected = text
            .replace("\\\"", "\"")
            .replace("\\'", "'")
            .replace("\\\\", "\\");
        assert_eq!(found, expected);
    }
}

#[test]
fn empty_text_streams_no_content() {
    assert_eq!(chunks_of("\"\""), [""; 0]);
}

#[test]
fn invalid_utf8_is_replaced() {
    // A byte of Latin-1, from a variable.
    let nginx = Nginx::with(&Conf {
        server: "location / { llm_mock on; llm_mock_delay 0; llm_mock_reply \"caf$arg_e au lait\"; }",
        ..Conf::default()
    });
    let mut request = b"POST /v1/chat/completions?e=\xe9 HTTP/1.1\r\nHost: x\r\n".to_vec();
    request.extend_from_slice(b"Content-Length: 0\r\n\r\n");
    assert_eq!(stream(&nginx.send(request)).text(), "caf\u{fffd} au lait");
}

const REPLY: &str = "llm_mock_delay 0; llm_mock_reply 'Tokenization, né \u{1f980}!';";

/// The chunks of a stream, and the completion tokens of the same plain response.
fn chunks_and_tokens(directives: &str, body: &str) -> (Vec<String>, Value) {
    let nginx = Nginx::start(&format!("{REPLY} {directives}"));
    let chunks = stream(&nginx.chat(body)).deltas;
    let mut plain: Value = serde_json::from_str(body).unwrap();
    plain["stream"] = json!(false);
    let usage = nginx.chat(plain.to_string()).json()["usage"].clone();
    (chunks, usage["completion_tokens"].clone())
}

#[test]
fn chunks_have_the_configured_unit_and_size() {
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
        let found = chunks_and_tokens(directives, r#"{"model":"gpt-4o","stream":true}"#);
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
fn text_from_a_variable_is_chunked_the_same_way() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; llm_mock_delay 0; llm_mock_reply $arg_text;
            location /word/ { llm_mock_tokenizer auto; }
            location /token/ { llm_mock_chunk token; }
            location /two/ { llm_mock_chunk token 2; }
            location /fixed/ { llm_mock_chunk token 2; llm_mock_tokenizer o200k_base; }",
        ..Conf::default()
    });
    let text = "Tokenization,नमस्ते";
    // The text has more tokens in cl100k_base than in o200k_base.
    let (few, many) = (["न", "म", "स्त", "े"], ["न", "म", "स", "्त", "े"]);
    let tokens = |word: &[&'static str]| [&["Token", "ization", ","], word].concat();
    let pairs = vec!["Tokenization", ",न", "मस्त", "े"];
    for (location, model, expected, count) in [
        ("word", "gpt-4", vec![text], 9),
        ("word", "gpt-4o", vec![text], 7),
        ("token", "gpt-4", tokens(&many), 9),
        ("token", "gpt-4o", tokens(&few), 7),
        ("two", "gpt-4o", pairs.clone(), 7),
        ("fixed", "gpt-4", pairs, 7),
    ] {
        let path = format!("/{location}/v1/chat/completions?text={text}");
        let send = |stream| nginx.post(&path, json!({"model": model, "stream": stream}));
        assert_eq!(stream(&send(true)).deltas, expected, "{location} {model}");
        let usage = send(false).json()["usage"].clone();
        assert_eq!(usage["completion_tokens"], count, "{location} {model}");
    }
}
