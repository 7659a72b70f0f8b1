//! How the text is cut into words, as a client sees it.

use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

/// The words in which nginx sends the text that stands so in its
/// configuration.
fn words(argument: &str) -> Vec<String> {
    let nginx = Nginx::start(&format!("llm_mock_delay 0; llm_mock_reply {argument};"));
    stream(&nginx.chat("")).words
}

#[test]
fn a_word_carries_the_space_that_follows_it() {
    assert_eq!(
        words("\"powered by openai\""),
        ["powered ", "by ", "openai"]
    );
    assert_eq!(words("one"), ["one"]);
    assert_eq!(words("'trailing '"), ["trailing "]);
}

#[test]
fn joined_the_words_are_the_text_whatever_it_holds() {
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
        let found = words(&format!("\"{text}\"")).concat();
        // nginx takes the backslashes before quotes and backslashes away.
        let expected = text
            .replace("\\\"", "\"")
            .replace("\\'", "'")
            .replace("\\\\", "\\");
        assert_eq!(found, expected);
    }
}

#[test]
fn an_empty_text_has_a_beginning_and_an_end() {
    assert_eq!(words("\"\""), [""; 0]);
}

#[test]
fn a_text_that_is_not_utf8_is_still_json() {
    // A byte of Latin-1, by way of a variable.
    let nginx = Nginx::with(&Conf {
        server: "location / { llm_mock on; llm_mock_delay 0; llm_mock_reply \"caf$arg_e au lait\"; }",
        ..Conf::default()
    });
    let mut request = b"POST /v1/chat/completions?e=\xe9 HTTP/1.1\r\nHost: x\r\n".to_vec();
    request.extend_from_slice(b"Content-Length: 0\r\n\r\n");
    assert_eq!(stream(&nginx.ask(request)).text(), "caf\u{fffd} au lait");
}
