//! A panic in the core ends one request and nothing else. It needs a module that
//! panics on demand: `cargo test --features inject-panic`.

use crate::support::client::{Client, chat, post};
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

const TEXT: &str = "powered by openai";

#[test]
fn panic_before_the_headers_is_a_500() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 1ms; error_page 500 /error;
            location / { llm_mock on; }
            location = /error { internal; llm_mock on; }",
        ..Conf::default()
    });
    for _ in 0..3 {
        let response = nginx.chat(r#"{"model":"panic in ask"}"#);
        assert_eq!(response.status, 500);
        assert_eq!(response.json()["error"]["type"], "server_error");
        // The same worker answers.
        assert_eq!(stream(&nginx.chat("")).text(), TEXT);
    }
    nginx.expect_error("llm_mock: panic: asked to");
}

/// The error page replaces headers that were set already, and adds none to them.
#[test]
fn panic_after_the_headers_were_set_is_a_500() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 1ms; llm_mock_reply panic-in-render; error_page 500 /error;
            location / { llm_mock on; }
            location = /error { internal; llm_mock on; }
            location /again/ { llm_mock on; error_page 500 = @again; }
            location @again { llm_mock on; llm_mock_reply again; }",
        ..Conf::default()
    });
    // Another stream takes the place of the first.
    let response = nginx.send(post("/again/v1/chat/completions", &[], ""));
    assert_eq!(stream(&response).text(), "again");
    assert_eq!(response.header("cache-control"), Some("no-cache"));
    for body in [r#"{"stream":true}"#, ""] {
        let response = nginx.chat(body);
        assert_eq!(response.status, 500);
        assert_eq!(response.json()["error"]["type"], "server_error");
        assert_eq!(response.header("content-type"), Some("application/json"));
        // `header` fails where one is repeated.
        for name in [
            "access-control-allow-origin",
            "x-request-id",
            "content-length",
        ] {
            assert!(response.header(name).is_some(), "{name}\n{}", response.head);
        }
        for name in ["cache-control", "x-accel-buffering"] {
            assert_eq!(response.header(name), None, "{}", response.head);
        }
    }
    nginx.expect_error("llm_mock: panic: asked to");
}

#[test]
fn panic_within_a_stream_truncates_only_that_stream() {
    let nginx = Nginx::with(&Conf {
        // The other stream takes 900 ms, the panic comes after 400 ms.
        server: "llm_mock_delay 100ms;
            location / { llm_mock on; llm_mock_reply \"a b c d e f g h i j\"; }
            location /panics/ { llm_mock on; llm_mock_delay 200ms; llm_mock_reply \"one two panic-in-render\"; }",
        ..Conf::default()
    });
    let mut other = Client::connect(&nginx);
    other.send(chat(&[], ""));
    other.wait_for("a ");
    let mut truncated = Client::connect(&nginx);
    let request = String::from_utf8(chat(&[], "")).unwrap();
    truncated.send(request.replace("/v1/", "/panics/v1/"));
    truncated.wait_for("two ");
    // Without the last chunk no client accepts the response as complete.
    assert!(truncated.is_truncated());
    assert_eq!(stream(&other.response()).text(), "a b c d e f g h i j");
    nginx.expect_error("llm_mock: panic: asked to");
}
