//! Which HTTP/1 connections are kept after a request, and which are closed.

use crate::support::client::{Client, chat, request};
use crate::support::leak_check::LeakCheck;
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;

const TEXT: &str = "powered by openai";

/// A kind of request, and the status of its response.
struct Kind {
    name: &'static str,
    bytes: Vec<u8>,
    status: u16,
    is_head: bool,
}

/// Every kind of request after which HTTP/1.1 keeps the connection.
fn kinds() -> Vec<Kind> {
    let path = "/v1/chat/completions";
    let with_body = |path, body: &str| {
        let length = body.len().to_string();
        let head = request("POST", path, &[("Content-Length", &length)]);
        [head, body.into()].concat()
    };
    let chunked = |path| {
        let head = request("POST", path, &[("Transfer-Encoding", "chunked")]);
        [head, b"2\r\n{}\r\n0\r\n\r\n".into()].concat()
    };
    let large = format!("{{\"prompt\":\"{}\"}}", "x".repeat(100_000));
    let kind = |name, bytes, status| Kind {
        name,
        bytes,
        status,
        is_head: false,
    };
    let head = |name, path| Kind {
        name,
        bytes: request("HEAD", path, &[]),
        status: if path == "/nowhere" { 404 } else { 200 },
        is_head: true,
    };
    vec![
        kind("a stream", chat(&[], "{}"), 200),
        kind("a plain response", chat(&[], r#"{"stream":false}"#), 200),
        kind("no body", request("POST", path, &[]), 200),
        kind("a body in chunks", chunked(path), 200),
        kind("a body in a file", with_body(path, &large), 200),
        kind("health", request("GET", "/health", &[]), 200),
        kind("a preflight", request("OPTIONS", path, &[]), 204),
        kind("the wrong method", request("DELETE", path, &[]), 405),
        kind("no such path", request("GET", "/nowhere", &[]), 404),
        kind("no path for the body", with_body("/nowhere", &large), 404),
        kind("no path for chunks", chunked("/nowhere"), 404),
        kind("a bad setting", chat(&[("X-Delay", "soon")], "{}"), 500),
        head("a stream's head", path),
        head("a plain response's head", "/health"),
        head("an error's head", "/nowhere"),
    ]
}

/// Reads the response to `kind` and asserts that the connection is kept.
fn assert_response(client: &mut Client, kind: &Kind, after: &str) {
    let response = match kind.is_head {
        true => client.response_to_head(),
        false => client.response(),
    };
    assert_eq!(response.status, kind.status, "{} after {after}", kind.name);
    let connection = response.header("connection");
    assert_eq!(connection, Some("keep-alive"), "{}", kind.name);
}

/// Starts a server whose first delay is a header of the request.
fn start() -> Nginx {
    let nginx = Nginx::start(
        "llm_mock_delay 1ms; llm_mock_first_delay $http_x_delay; client_body_buffer_size 1k;",
    );
    nginx.expect_error("invalid value \"soon\"");
    nginx
}

#[test]
fn each_kind_of_request_follows_each_other_kind() {
    let nginx = start();
    let leak_check = LeakCheck::begin(&nginx);
    let kinds = kinds();
    let mut client = Client::connect(&nginx);
    for first in &kinds {
        for second in &kinds {
            client.send(&first.bytes);
            assert_response(&mut client, first, "the previous one");
            client.send(&second.bytes);
            assert_response(&mut client, second, first.name);
        }
    }
    drop(client);
    leak_check.finish(&nginx, 2 * kinds.len().pow(2));
}

#[test]
fn pipeline_of_all_kinds_is_answered_in_order() {
    let nginx = start();
    let leak_check = LeakCheck::begin(&nginx);
    let kinds = kinds();
    let pipeline = kinds.iter().flat_map(|kind| kind.bytes.clone());
    let pipeline: Vec<u8> = pipeline.collect();
    let mut client = Client::connect(&nginx);
    for _ in 0..3 {
        client.send(&pipeline);
        let mut after = "the previous one";
        for kind in &kinds {
            assert_response(&mut client, kind, after);
            after = kind.name;
        }
    }
    drop(client);
    leak_check.finish(&nginx, 3 * kinds.len());
}

#[test]
fn http_1_0_connection_is_kept_after_a_response_of_known_length() {
    let nginx = Nginx::start("llm_mock_delay 1ms;");
    let leak_check = LeakCheck::begin(&nginx);
    let head = "HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 16\r\n\r\n";
    let plain = format!("POST /v1/chat/completions {head}{{\"stream\":false}}");
    let mut client = Client::connect(&nginx);
    for (bytes, status) in [
        (plain.as_str(), 200),
        (
            "GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            200,
        ),
        (
            "GET /nowhere HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            404,
        ),
    ] {
        client.send(bytes);
        let response = client.response();
        assert_eq!(response.status, status);
        assert_eq!(response.header("connection"), Some("keep-alive"));
    }
    // A stream ends with the connection.
    client.send("POST /v1/chat/completions HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    let response = client.response();
    assert_eq!(response.header("connection"), Some("close"));
    assert!(response.text().ends_with("data: [DONE]\n\n"));
    assert!(client.is_closed());
    leak_check.finish(&nginx, 4);
}

#[test]
fn keepalive_requests_and_keepalive_timeout_apply() {
    for (limit, served) in [("keepalive_requests 3;", 3), ("keepalive_timeout 0;", 1)] {
        let nginx = Nginx::start(&format!("llm_mock_delay 1ms; {limit}"));
        for request in [chat(&[], ""), chat(&[], r#"{"stream":false}"#)] {
            let mut client = Client::connect(&nginx);
            for n in 1..=served {
                client.send(&request);
                let expected = if n == served { "close" } else { "keep-alive" };
                assert_eq!(
                    client.response().header("connection"),
                    Some(expected),
                    "{limit}"
                );
            }
            assert!(client.is_closed(), "{limit}");
        }
    }
    // The timeout applies between requests, not within a longer stream.
    let nginx = Nginx::start("llm_mock_delay 400ms; keepalive_timeout 300ms;");
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    assert_eq!(stream(&client.response()).text(), TEXT);
    assert!(client.is_closed());
}

#[test]
fn incomplete_body_closes_the_connection() {
    let nginx = Nginx::start("llm_mock_delay 1ms; client_body_timeout 200ms;");
    let leak_check = LeakCheck::begin(&nginx);
    let length = [("Content-Length", "10")];
    let mut client = Client::connect(&nginx);
    client.send(request("POST", "/v1/chat/completions", &length));
    client.send("12345");
    // nginx closes it without a response.
    assert!(client.is_closed());
    let log = nginx.access_log();
    assert!(log.iter().any(|line| line.starts_with("408 ")), "{log:?}");
    drop(client);

    // A body that is discarded may arrive after the response.
    let mut client = Client::connect(&nginx);
    client.send(request("POST", "/nowhere", &length));
    client.send("12345");
    assert_eq!(client.response().status, 404);
    client.send("67890");
    client.send(request("GET", "/health", &[]));
    assert_eq!(client.response().status, 200);
    // A client disconnects before it has sent all.
    client.send(request("POST", "/nowhere", &length));
    assert_eq!(client.response().status, 404);
    drop(client);
    leak_check.finish(&nginx, 4);
}

#[test]
fn broken_connections_leave_others_alone() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 1ms;
            location / { llm_mock on; }
            location /long/ { llm_mock on; llm_mock_delay 1h; }",
        ..Conf::default()
    });
    let leak_check = LeakCheck::begin(&nginx);
    let long = request("POST", "/long/v1/chat/completions", &[]);
    let mut other = Client::connect(&nginx);
    let mut requests = 0;
    for _ in 0..10 {
        let mut in_stream = Client::connect(&nginx);
        in_stream.send(&long);
        in_stream.wait_for("powered ");
        let mut in_body = Client::connect(&nginx);
        in_body.send(chat(&[], "{}").split_last().unwrap().1);
        let mut in_pipeline = Client::connect(&nginx);
        in_pipeline.send([chat(&[], ""), long.clone(), chat(&[], "")].concat());
        in_pipeline.response();
        in_pipeline.wait_for("powered ");
        other.send(chat(&[], ""));
        drop((in_stream, in_body, in_pipeline));
        assert_eq!(stream(&other.response()).text(), TEXT);
        requests += 5;
        until(
            "the requests of the broken connections are finished",
            || (nginx.access_log().len() > requests).then_some(()),
        );
        other.send(request("GET", "/health", &[]));
        assert_eq!(other.response().status, 200);
        requests += 1;
    }
    drop(other);
    leak_check.finish(&nginx, requests);
}
