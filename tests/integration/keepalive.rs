//! HTTP/1 connections after each kind of end: which serve on, which close.

use crate::support::client::{Client, chat, request};
use crate::support::leak_check::Ledger;
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;

const SERVED: &str = "powered by openai";

/// A request, and the status of its reply.
struct Kind {
    what: &'static str,
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
    let kind = |what, bytes, status| Kind {
        what,
        bytes,
        status,
        is_head: false,
    };
    let head = |what, path| Kind {
        what,
        bytes: request("HEAD", path, &[]),
        status: if path == "/nowhere" { 404 } else { 200 },
        is_head: true,
    };
    vec![
        kind("a stream", chat(&[], "{}"), 200),
        kind("a plain reply", chat(&[], r#"{"stream":false}"#), 200),
        kind("no body", request("POST", path, &[]), 200),
        kind("a body in chunks", chunked(path), 200),
        kind("a body in a file", with_body(path, &large), 200),
        kind("no stream at all", request("GET", "/health", &[]), 200),
        kind("a preflight", request("OPTIONS", path, &[]), 204),
        kind("the wrong method", request("DELETE", path, &[]), 405),
        kind("no such path", request("GET", "/nowhere", &[]), 404),
        kind("no path for the body", with_body("/nowhere", &large), 404),
        kind("no path for chunks", chunked("/nowhere"), 404),
        kind("a bad setting", chat(&[("X-Delay", "soon")], "{}"), 500),
        head("a stream's head", path),
        head("a plain reply's head", "/health"),
        head("an error's head", "/nowhere"),
    ]
}

fn reply_is_right(client: &mut Client, kind: &Kind, after: &str) {
    let reply = match kind.is_head {
        true => client.reply_to_head(),
        false => client.reply(),
    };
    assert_eq!(reply.status, kind.status, "{} after {after}", kind.what);
    let connection = reply.header("connection");
    assert_eq!(connection, Some("keep-alive"), "{}", kind.what);
}

fn start() -> Nginx {
    let nginx = Nginx::start(
        "llm_mock_delay 1ms; llm_mock_first_delay $http_x_delay; client_body_buffer_size 1k;",
    );
    nginx.expect_error("invalid value \"soon\"");
    nginx
}

#[test]
fn after_each_kind_of_end_each_other_kind_is_served() {
    let nginx = start();
    let ledger = Ledger::open(&nginx);
    let kinds = kinds();
    let mut client = Client::connect(&nginx);
    for first in &kinds {
        for second in &kinds {
            client.send(&first.bytes);
            reply_is_right(&mut client, first, "the last");
            client.send(&second.bytes);
            reply_is_right(&mut client, second, first.what);
        }
    }
    drop(client);
    ledger.close(&nginx, 2 * kinds.len().pow(2));
}

#[test]
fn all_kinds_in_one_pipeline_are_served_in_order() {
    let nginx = start();
    let ledger = Ledger::open(&nginx);
    let kinds = kinds();
    let pipeline = kinds.iter().flat_map(|kind| kind.bytes.clone());
    let pipeline: Vec<u8> = pipeline.collect();
    let mut client = Client::connect(&nginx);
    for _ in 0..3 {
        client.send(&pipeline);
        let mut after = "the last";
        for kind in &kinds {
            reply_is_right(&mut client, kind, after);
            after = kind.what;
        }
    }
    drop(client);
    ledger.close(&nginx, 3 * kinds.len());
}

#[test]
fn http_1_0_is_kept_where_the_length_is_known() {
    let nginx = Nginx::start("llm_mock_delay 1ms;");
    let ledger = Ledger::open(&nginx);
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
        let reply = client.reply();
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("connection"), Some("keep-alive"));
    }
    // A stream ends where the connection does.
    client.send("POST /v1/chat/completions HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    let reply = client.reply();
    assert_eq!(reply.header("connection"), Some("close"));
    assert!(reply.text().ends_with("data: [DONE]\n\n"));
    assert!(client.is_closed());
    ledger.close(&nginx, 4);
}

#[test]
fn nginxs_limits_on_a_connection_hold() {
    for (limit, served) in [("keepalive_requests 3;", 3), ("keepalive_timeout 0;", 1)] {
        let nginx = Nginx::start(&format!("llm_mock_delay 1ms; {limit}"));
        for ask in [chat(&[], ""), chat(&[], r#"{"stream":false}"#)] {
            let mut client = Client::connect(&nginx);
            for n in 1..=served {
                client.send(&ask);
                let expected = if n == served { "close" } else { "keep-alive" };
                assert_eq!(
                    client.reply().header("connection"),
                    Some(expected),
                    "{limit}"
                );
            }
            assert!(client.is_closed(), "{limit}");
        }
    }
    // Between two requests, not within a stream that lasts longer.
    let nginx = Nginx::start("llm_mock_delay 400ms; keepalive_timeout 300ms;");
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    assert_eq!(stream(&client.reply()).text(), SERVED);
    assert!(client.is_closed());
}

#[test]
fn a_body_that_stays_out_closes_the_connection() {
    let nginx = Nginx::start("llm_mock_delay 1ms; client_body_timeout 200ms;");
    let ledger = Ledger::open(&nginx);
    let length = [("Content-Length", "10")];
    let mut client = Client::connect(&nginx);
    client.send(request("POST", "/v1/chat/completions", &length));
    client.send("12345");
    // nginx closes it without a word.
    assert!(client.is_closed());
    let log = nginx.access_log();
    assert!(log.iter().any(|line| line.starts_with("408 ")), "{log:?}");
    drop(client);

    // Here nobody waits for the body but to throw it away.
    let mut client = Client::connect(&nginx);
    client.send(request("POST", "/nowhere", &length));
    client.send("12345");
    assert_eq!(client.reply().status, 404);
    client.send("67890");
    client.send(request("GET", "/health", &[]));
    assert_eq!(client.reply().status, 200);
    // Leaves before it has sent all.
    client.send(request("POST", "/nowhere", &length));
    assert_eq!(client.reply().status, 404);
    drop(client);
    ledger.close(&nginx, 4);
}

#[test]
fn connections_that_break_leave_their_siblings_alone() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 1ms;
            location / { llm_mock on; }
            location /long/ { llm_mock on; llm_mock_delay 1h; }",
        ..Conf::default()
    });
    let ledger = Ledger::open(&nginx);
    let long = request("POST", "/long/v1/chat/completions", &[]);
    let mut stays = Client::connect(&nginx);
    let mut requests = 0;
    for _ in 0..10 {
        let mut in_stream = Client::connect(&nginx);
        in_stream.send(&long);
        in_stream.wait_for("powered ");
        let mut in_body = Client::connect(&nginx);
        in_body.send(chat(&[], "{}").split_last().unwrap().1);
        let mut in_pipeline = Client::connect(&nginx);
        in_pipeline.send([chat(&[], ""), long.clone(), chat(&[], "")].concat());
        in_pipeline.reply();
        in_pipeline.wait_for("powered ");
        stays.send(chat(&[], ""));
        drop((in_stream, in_body, in_pipeline));
        assert_eq!(stream(&stays.reply()).text(), SERVED);
        requests += 5;
        until("the broken ones are done with", || {
            (nginx.access_log().len() > requests).then_some(())
        });
        stays.send(request("GET", "/health", &[]));
        assert_eq!(stays.reply().status, 200);
        requests += 1;
    }
    drop(stays);
    ledger.close(&nginx, requests);
}
