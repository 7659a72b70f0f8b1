//! The shipped configuration's `error_page`: requests that nginx itself rejects are
//! answered with OpenAI's error object.

use crate::support::client::{Client, chat, request};
use crate::support::http::Response;
use crate::support::nginx::{Conf, Nginx, require, until};
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

/// Asserts that the response is OpenAI's error object. Returns its type and code.
fn error(response: &Response, status: u16) -> (String, Option<String>) {
    assert_eq!(
        response.status,
        status,
        "{}\n{}",
        response.head,
        response.text()
    );
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(
        response.header_values("connection").len(),
        1,
        "{}",
        response.head
    );
    assert!(
        response.header("x-request-id").is_some(),
        "{}",
        response.head
    );
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    let json = response.json();
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

/// The type of the error object.
fn kind(response: &Response, status: u16) -> String {
    error(response, status).0
}

#[test]
fn malformed_request_is_400() {
    let nginx = start("", "");
    for line in [
        "GARBAGE\r\n\r\n",
        "GET / HTTP/1.1\r\nHost\x01: x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
    ] {
        assert_eq!(
            kind(&nginx.send(line), 400),
            "invalid_request_error",
            "{line:?}"
        );
    }
    let lengths = [("Content-Length", "1"), ("Content-Length", "2")];
    let twice = nginx.send(request("POST", "/v1/chat/completions", &lengths));
    assert_eq!(kind(&twice, 400), "invalid_request_error");
}

#[test]
fn oversized_header_is_400() {
    let nginx = start("large_client_header_buffers 2 2k;", "");
    let large = "x".repeat(3_000);
    let response = nginx.send(chat(&[("X-Large", &large)], ""));
    assert_eq!(kind(&response, 400), "invalid_request_error");
}

#[test]
fn oversized_request_line_is_414() {
    let nginx = start("large_client_header_buffers 2 2k;", "");
    let path = format!("/v1/chat/completions?{}", "x".repeat(3_000));
    let response = nginx.send(request("POST", &path, &[]));
    assert_eq!(kind(&response, 414), "invalid_request_error");
}

#[test]
fn oversized_body_is_413() {
    let nginx = start("", "client_max_body_size 1k;");
    nginx.expect_error("client intended to send too large body");
    let response = nginx.send(chat(&[], "x".repeat(2_000)));
    assert_eq!(kind(&response, 413), "invalid_request_error");
    // A chunked body of unknown length.
    let headers = [("Transfer-Encoding", "chunked")];
    let mut bytes = request("POST", "/v1/chat/completions", &headers);
    bytes.extend_from_slice(format!("7d0\r\n{}\r\n0\r\n\r\n", "x".repeat(2_000)).as_bytes());
    nginx.expect_error("client intended to send too large chunked body");
    assert_eq!(kind(&nginx.send(bytes), 413), "invalid_request_error");
}

#[test]
fn malformed_chunked_body_is_400() {
    let nginx = start("", "");
    nginx.expect_error("client sent invalid chunked body");
    let headers = [("Transfer-Encoding", "chunked")];
    let mut bytes = request("POST", "/v1/chat/completions", &headers);
    bytes.extend_from_slice(b"nonsense\r\n");
    assert_eq!(kind(&nginx.send(bytes), 400), "invalid_request_error");
}

#[test]
fn limit_req_is_429() {
    if !require(&["http_limit_req_module"]) {
        return;
    }
    let nginx = start(
        "limit_req_zone $remote_addr zone=rate:1m rate=1r/m; limit_req_status 429;",
        "limit_req zone=rate;",
    );
    nginx.expect_error("limiting requests");
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    stream(&client.response());
    client.send(chat(&[], ""));
    let found = error(&client.response(), 429);
    assert_eq!(found.0, "requests");
    assert_eq!(found.1.as_deref(), Some("rate_limit_exceeded"));
}

#[test]
fn limit_conn_is_503_until_a_stream_ends() {
    if !require(&["http_limit_conn_module"]) {
        return;
    }
    let nginx = start(
        "limit_conn_zone $remote_addr zone=streams:1m;",
        "llm_mock_delay 60s; limit_conn streams 1;",
    );
    nginx.expect_error("limiting connections");
    let mut first = Client::connect(&nginx);
    first.send(chat(&[], ""));
    first.wait_for("powered ");
    assert_eq!(kind(&nginx.send(chat(&[], "")), 503), "server_error");
    // A disconnect frees the slot.
    drop(first);
    until("the slot is free", || {
        let mut next = Client::connect(&nginx);
        next.send(request("GET", "/health", &[]));
        (next.response().status == 200).then_some(())
    });
}

#[test]
fn configured_statuses_are_error_objects() {
    if !require(&["http_access_module", "http_proxy_module"]) {
        return;
    }
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
            let response = nginx.send(request(method, &path, &[]));
            assert_eq!(kind(&response, status), expected);
        }
        let mut client = Client::connect(&nginx);
        client.send(request("HEAD", &path, &[]));
        assert_eq!(client.response_to_head().status, status);
    }
}

#[test]
fn error_page_location_is_internal() {
    let nginx = start("", "");
    let response = nginx.send(request("POST", "/llm_mock_error", &[]));
    assert_eq!(kind(&response, 404), "invalid_request_error");
}
