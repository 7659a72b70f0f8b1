//! What nginx itself refuses is answered with OpenAI's error object, where the
//! shipped configuration's error_page is in force.

use crate::support::client::{Client, chat, request};
use crate::support::http::Reply;
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

const ERROR_PAGE: &str = "
    error_page 400 401 403 404 405 408 413 414 429 494 500 502 503 504 /llm_mock_error;
    location = /llm_mock_error { internal; llm_mock on; }";

fn start(http: &str, server: &str) -> Nginx {
    Nginx::with(&Conf {
        http,
        server: &format!("{server} location / {{ llm_mock on; }} {ERROR_PAGE}"),
        ..Conf::default()
    })
}

/// Checks OpenAI's error object; gives its type and its code.
fn error(reply: &Reply, status: u16) -> (String, Option<String>) {
    assert_eq!(reply.status, status, "{}\n{}", reply.head, reply.text());
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.all("connection").len(), 1, "{}", reply.head);
    assert!(reply.header("x-request-id").is_some(), "{}", reply.head);
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let json = reply.json();
    let error = &json["error"];
    assert!(
        error["message"].as_str().is_some_and(|m| !m.is_empty()),
        "{json}"
    );
    assert!(
        error.get("param").is_some_and(|param| param.is_null()),
        "{json}"
    );
    (
        error["type"].as_str().unwrap().to_owned(),
        error["code"].as_str().map(str::to_owned),
    )
}

fn kind(reply: &Reply, status: u16) -> String {
    error(reply, status).0
}

#[test]
fn a_request_line_that_is_none_is_400() {
    let nginx = start("", "");
    for line in [
        "GARBAGE\r\n\r\n",
        "GET / HTTP/1.1\r\nHost\x01: x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
    ] {
        assert_eq!(
            kind(&nginx.ask(line), 400),
            "invalid_request_error",
            "{line:?}"
        );
    }
    let lengths = [("Content-Length", "1"), ("Content-Length", "2")];
    let twice = nginx.ask(request("POST", "/v1/chat/completions", &lengths));
    assert_eq!(kind(&twice, 400), "invalid_request_error");
}

#[test]
fn a_header_that_is_too_large_is_400() {
    let nginx = start("large_client_header_buffers 2 2k;", "");
    let large = "x".repeat(3_000);
    let reply = nginx.ask(chat(&[("X-Large", &large)], ""));
    assert_eq!(kind(&reply, 400), "invalid_request_error");
}

#[test]
fn a_path_that_is_too_long_is_414() {
    let nginx = start("large_client_header_buffers 2 2k;", "");
    let path = format!("/v1/chat/completions?{}", "x".repeat(3_000));
    let reply = nginx.ask(request("POST", &path, &[]));
    assert_eq!(kind(&reply, 414), "invalid_request_error");
}

#[test]
fn a_body_that_is_too_large_is_413() {
    let nginx = start("", "client_max_body_size 1k;");
    nginx.expect_error("client intended to send too large body");
    let reply = nginx.ask(chat(&[], "x".repeat(2_000)));
    assert_eq!(kind(&reply, 413), "invalid_request_error");
    // One that does not say how large it will be.
    let headers = [("Transfer-Encoding", "chunked")];
    let mut bytes = request("POST", "/v1/chat/completions", &headers);
    bytes.extend_from_slice(format!("7d0\r\n{}\r\n0\r\n\r\n", "x".repeat(2_000)).as_bytes());
    nginx.expect_error("client intended to send too large chunked body");
    assert_eq!(kind(&nginx.ask(bytes), 413), "invalid_request_error");
}

#[test]
fn a_chunked_body_that_is_broken_is_400() {
    let nginx = start("", "");
    nginx.expect_error("client sent invalid chunked body");
    let headers = [("Transfer-Encoding", "chunked")];
    let mut bytes = request("POST", "/v1/chat/completions", &headers);
    bytes.extend_from_slice(b"nonsense\r\n");
    assert_eq!(kind(&nginx.ask(bytes), 400), "invalid_request_error");
}

#[test]
fn too_many_requests_are_429() {
    let nginx = start(
        "limit_req_zone $remote_addr zone=rate:1m rate=1r/m; limit_req_status 429;",
        "limit_req zone=rate;",
    );
    nginx.expect_error("limiting requests");
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    stream(&client.reply());
    client.send(chat(&[], ""));
    let found = error(&client.reply(), 429);
    assert_eq!(found.0, "requests");
    assert_eq!(found.1.as_deref(), Some("rate_limit_exceeded"));
}

#[test]
fn too_many_streams_are_503_and_the_next_is_served_when_one_has_ended() {
    let nginx = start(
        "limit_conn_zone $remote_addr zone=streams:1m;",
        "llm_mock_delay 60s; limit_conn streams 1;",
    );
    nginx.expect_error("limiting connections");
    let mut first = Client::connect(&nginx);
    first.send(chat(&[], ""));
    first.wait_for("powered ");
    assert_eq!(kind(&nginx.ask(chat(&[], "")), 503), "server_error");
    // The place of a client that has left is free.
    drop(first);
    crate::support::nginx::until("the place is free", || {
        let mut next = Client::connect(&nginx);
        next.send(request("GET", "/health", &[]));
        (next.reply().status == 200).then_some(())
    });
}

#[test]
fn what_the_configuration_returns_is_an_error_object() {
    let nginx = start(
        "",
        "location /401/ { return 401; }
         location /403/ { deny all; }
         location /404/ { return 404; }
         location /500/ { return 500; }
         location /502/ { proxy_pass http://127.0.0.1:@port2@; }
         location /503/ { return 503; }
         location /504/ { return 504; }",
    );
    nginx.expect_error("access forbidden by rule");
    nginx.expect_error("connect() failed");
    for (status, expected) in [
        (401, "invalid_request_error"),
        (403, "invalid_request_error"),
        (404, "invalid_request_error"),
        (500, "server_error"),
        (502, "server_error"),
        (503, "server_error"),
        (504, "server_error"),
    ] {
        let path = format!("/{status}/v1/chat/completions");
        for method in ["POST", "GET"] {
            let reply = nginx.ask(request(method, &path, &[]));
            assert_eq!(kind(&reply, status), expected);
        }
        let mut client = Client::connect(&nginx);
        client.send(request("HEAD", &path, &[]));
        assert_eq!(client.reply_to_head().status, status);
    }
}

#[test]
fn the_error_page_is_not_for_clients() {
    let nginx = start("", "");
    let reply = nginx.ask(request("POST", "/llm_mock_error", &[]));
    assert_eq!(kind(&reply, 404), "invalid_request_error");
}
