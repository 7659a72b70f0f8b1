//! A panic in the core ends one request and nothing else. With the module
//! built for it: `cargo test --features inject-panic`.

use crate::support::client::{Client, chat};
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

const SERVED: &str = "powered by openai";

#[test]
fn a_panic_before_the_headers_is_a_500_and_others_are_served() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 1ms; error_page 500 /refused;
            location / { llm_mock on; }
            location = /refused { internal; llm_mock on; }",
        ..Conf::default()
    });
    for _ in 0..3 {
        let reply = nginx.chat(r#"{"model":"panic in ask"}"#);
        assert_eq!(reply.status, 500);
        assert_eq!(reply.json()["error"]["type"], "server_error");
        // By the same worker.
        assert_eq!(stream(&nginx.chat("")).text(), SERVED);
    }
    nginx.expect_error("llm_mock: panic: asked to");
}

#[test]
fn a_panic_within_a_stream_cuts_that_stream_and_others_go_on() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 20ms;
            location / { llm_mock on; llm_mock_reply \"a b c d e f g h i j\"; }
            location /panics/ { llm_mock on; llm_mock_delay 200ms; llm_mock_reply \"one two panic-in-render\"; }",
        ..Conf::default()
    });
    let mut other = Client::connect(&nginx);
    other.send(chat(&[], ""));
    other.wait_for("a ");
    let mut cut = Client::connect(&nginx);
    let request = String::from_utf8(chat(&[], "")).unwrap();
    cut.send(request.replace("/v1/", "/panics/v1/"));
    cut.wait_for("two ");
    // The end without the last chunk: no client takes that for a whole reply.
    assert!(cut.is_cut());
    assert_eq!(stream(&other.reply()).text(), "a b c d e f g h i j");
    nginx.expect_error("llm_mock: panic: asked to");
}
