//! HTTP/1 as old, terse and eager clients speak it.

use crate::support::client::{Client, chat, request};
use crate::support::nginx::Nginx;
use crate::support::stream::{parse, stream};

const HEALTH: &str = r#"{"status":"ok"}"#;

#[test]
fn http_1_0_gets_no_chunks_and_a_closed_connection() {
    let nginx = Nginx::start("llm_mock_delay 10ms;");
    let mut client = Client::connect(&nginx);
    client.send("POST /v1/chat/completions HTTP/1.0\r\n\r\n");
    let reply = client.reply();
    assert_eq!(reply.header("transfer-encoding"), None);
    assert_eq!(reply.header("connection"), Some("close"));
    assert_eq!(parse(reply.text()).text(), "powered by openai");
    assert!(client.is_closed());
}

#[test]
fn http_1_0_keeps_the_connection_after_a_plain_reply_if_asked() {
    let nginx = Nginx::start("llm_mock_delay 0; llm_mock_stream never;");
    let mut client = Client::connect(&nginx);
    for _ in 0..2 {
        client.send("POST /v1/chat/completions HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        let reply = client.reply();
        assert_eq!(reply.header("connection"), Some("keep-alive"));
        assert_eq!(reply.json()["object"], "chat.completion");
    }
}

#[test]
fn a_connection_serves_one_stream_after_another() {
    let nginx = Nginx::start("llm_mock_delay 1ms;");
    let mut client = Client::connect(&nginx);
    for n in 0..20 {
        client.send(chat(&[], format!(r#"{{"model":"m{n}"}}"#)));
        let reply = client.reply();
        assert_eq!(reply.header("connection"), Some("keep-alive"));
        assert_eq!(stream(&reply).model, format!("m{n}"));
    }
}

#[test]
fn a_client_that_asks_for_it_gets_a_closed_connection() {
    let nginx = Nginx::start("llm_mock_delay 1ms;");
    let mut client = Client::connect(&nginx);
    client.send(chat(&[("Connection", "close")], ""));
    let reply = client.reply();
    assert_eq!(reply.header("connection"), Some("close"));
    stream(&reply);
    assert!(client.is_closed());
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let nginx = Nginx::start("llm_mock_delay 5ms;");
    let ask = |n: u32, stream: bool| chat(&[], format!(r#"{{"model":"m{n}","stream":{stream}}}"#));
    let health = request("GET", "/health", &[]);

    let mut client = Client::connect(&nginx);
    client.send([ask(1, true), ask(2, true)].concat());
    assert_eq!(stream(&client.reply()).model, "m1");
    assert_eq!(stream(&client.reply()).model, "m2");

    client.send([ask(3, true), health.clone(), ask(4, false)].concat());
    assert_eq!(stream(&client.reply()).model, "m3");
    assert_eq!(client.reply().text(), HEALTH);
    assert_eq!(client.reply().json()["model"], "m4");

    // The next request comes while the stream runs.
    client.send(ask(5, true));
    client.wait_for("powered ");
    client.send([health, ask(6, true)].concat());
    assert_eq!(stream(&client.reply()).model, "m5");
    assert_eq!(client.reply().text(), HEALTH);
    assert_eq!(stream(&client.reply()).model, "m6");
}

#[test]
fn a_body_that_no_reply_needs_is_not_taken_for_a_request() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let mut client = Client::connect(&nginx);
    for path in ["/nowhere", "/health"] {
        let body = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200);
        let length = body.len().to_string();
        client.send(request("POST", path, &[("Content-Length", &length)]));
        client.send(body);
        assert!(matches!(client.reply().status, 404 | 405));
        client.send(request("GET", "/health", &[]));
        assert_eq!(client.reply().text(), HEALTH, "after {path}");
    }
}

#[test]
fn a_client_that_waits_for_100_continue_is_told_to_go_on() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let body = r#"{"model":"expected"}"#;
    let length = body.len().to_string();
    let headers = [
        ("Content-Length", length.as_str()),
        ("Expect", "100-continue"),
    ];
    let mut client = Client::connect(&nginx);
    client.send(request("POST", "/v1/chat/completions", &headers));
    assert_eq!(client.reply().status, 100);
    client.send(body);
    assert_eq!(stream(&client.reply()).model, "expected");
}

#[test]
fn a_header_may_come_in_any_case() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for name in ["AUTHORIZATION", "authorization", "aUTHORIZATION"] {
        let reply = nginx.ask(chat(&[(name, "Bearer sk-1")], "{}"));
        assert_eq!(
            reply.header("content-type"),
            Some("application/json"),
            "{name}"
        );
    }
}
