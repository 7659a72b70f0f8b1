//! HTTP/1.0, persistent connections, pipelining, and `Expect`.

use crate::support::client::{Client, chat, request};
use crate::support::nginx::Nginx;
use crate::support::stream::{parse, stream};

const HEALTH: &str = r#"{"status":"ok"}"#;

#[test]
fn http_1_0_stream_is_unchunked_and_closes_the_connection() {
    let nginx = Nginx::start("llm_mock_delay 10ms;");
    let mut client = Client::connect(&nginx);
    client.send("POST /v1/chat/completions HTTP/1.0\r\n\r\n");
    let response = client.response();
    assert_eq!(response.header("transfer-encoding"), None);
    assert_eq!(response.header("connection"), Some("close"));
    assert_eq!(parse(response.text()).text(), "powered by openai");
    assert!(client.is_closed());
}

#[test]
fn http_1_0_keep_alive_works_after_a_plain_response() {
    let nginx = Nginx::start("llm_mock_delay 0; llm_mock_stream never;");
    let mut client = Client::connect(&nginx);
    for _ in 0..2 {
        client.send("POST /v1/chat/completions HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        let response = client.response();
        assert_eq!(response.header("connection"), Some("keep-alive"));
        assert_eq!(response.json()["object"], "chat.completion");
    }
}

#[test]
fn connection_serves_consecutive_streams() {
    let nginx = Nginx::start("llm_mock_delay 1ms;");
    let mut client = Client::connect(&nginx);
    for n in 0..20 {
        client.send(chat(&[], format!(r#"{{"model":"m{n}"}}"#)));
        let response = client.response();
        assert_eq!(response.header("connection"), Some("keep-alive"));
        assert_eq!(stream(&response).model, format!("m{n}"));
    }
}

#[test]
fn connection_close_closes_the_connection() {
    let nginx = Nginx::start("llm_mock_delay 1ms;");
    let mut client = Client::connect(&nginx);
    client.send(chat(&[("Connection", "close")], ""));
    let response = client.response();
    assert_eq!(response.header("connection"), Some("close"));
    stream(&response);
    assert!(client.is_closed());
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let nginx = Nginx::start("llm_mock_delay 5ms;");
    let chat_with =
        |n: u32, stream: bool| chat(&[], format!(r#"{{"model":"m{n}","stream":{stream}}}"#));
    let health = request("GET", "/health", &[]);

    let mut client = Client::connect(&nginx);
    client.send([chat_with(1, true), chat_with(2, true)].concat());
    assert_eq!(stream(&client.response()).model, "m1");
    assert_eq!(stream(&client.response()).model, "m2");

    client.send([chat_with(3, true), health.clone(), chat_with(4, false)].concat());
    assert_eq!(stream(&client.response()).model, "m3");
    assert_eq!(client.response().text(), HEALTH);
    assert_eq!(client.response().json()["model"], "m4");

    // The next request arrives while the stream runs.
    client.send(chat_with(5, true));
    client.wait_for("powered ");
    client.send([health, chat_with(6, true)].concat());
    assert_eq!(stream(&client.response()).model, "m5");
    assert_eq!(client.response().text(), HEALTH);
    assert_eq!(stream(&client.response()).model, "m6");
}

#[test]
fn unused_body_is_not_parsed_as_a_request() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let mut client = Client::connect(&nginx);
    for (path, status) in [("/nowhere", 404), ("/health", 405)] {
        let body = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200);
        let length = body.len().to_string();
        client.send(request("POST", path, &[("Content-Length", &length)]));
        client.send(body);
        assert_eq!(client.response().status, status, "{path}");
        client.send(request("GET", "/health", &[]));
        assert_eq!(client.response().text(), HEALTH, "after {path}");
    }
}

#[test]
fn expect_100_continue_is_answered() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let body = r#"{"model":"expected"}"#;
    let length = body.len().to_string();
    let headers = [
        ("Content-Length", length.as_str()),
        ("Expect", "100-continue"),
    ];
    let mut client = Client::connect(&nginx);
    client.send(request("POST", "/v1/chat/completions", &headers));
    assert_eq!(client.response().status, 100);
    client.send(body);
    assert_eq!(stream(&client.response()).model, "expected");
}

#[test]
fn header_names_are_case_insensitive() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for name in ["AUTHORIZATION", "authorization", "aUTHORIZATION"] {
        let response = nginx.send(chat(&[(name, "Bearer sk-1")], "{}"));
        assert_eq!(
            response.header("content-type"),
            Some("application/json"),
            "{name}"
        );
    }
}
