//! A worker that gets no more memory.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use crate::support::client::request;
use crate::support::nginx::{Conf, Nginx, deadline, until};
use crate::support::worker::Worker;

/// What the worker may still take when the test begins.
const LEFT: usize = 24 * 1024 * 1024;

/// Each is answered in a way of its own.
const OTHERS: [&str; 8] = [
    "/strict/v1/chat/completions",
    "/text/v1/chat/completions",
    "/limited/v1/chat/completions",
    "/v1/embeddings",
    "/v1/responses",
    "/v1/messages",
    "/health",
    "/nowhere",
];

/// Sends a request and waits for `wanted` in the reply. `None` if it is
/// refused, or given up: by status 500, or by a connection that is closed.
fn ask(nginx: &Nginx, path: &str, body: &str, wanted: &str) -> Option<TcpStream> {
    let mut socket = TcpStream::connect(nginx.address()).unwrap();
    socket.set_read_timeout(Some(deadline())).unwrap();
    let length = body.len().to_string();
    let mut sent = request("POST", path, &[("Content-Length", &length)]);
    sent.extend_from_slice(body.as_bytes());
    // It may be closed before it is read.
    let _ = socket.write_all(&sent);
    let mut reply = Vec::new();
    let mut bytes = vec![0; 256 * 1024];
    loop {
        let read = match socket.read(&mut bytes) {
            Ok(read) => read,
            Err(e) if e.kind() == ErrorKind::ConnectionReset => 0,
            Err(e) => panic!("{path}: neither served nor refused: {e}"),
        };
        reply.extend_from_slice(&bytes[..read]);
        let text = String::from_utf8_lossy(&reply);
        if text.contains(wanted) {
            return Some(socket);
        }
        if text.starts_with("HTTP/1.1 500 ") || read == 0 {
            return None;
        }
    }
}

#[test]
fn without_memory_requests_are_refused_and_the_worker_lives_on() {
    let nginx = Nginx::with(&Conf {
        server: "client_body_buffer_size 128k; llm_mock on; llm_mock_delay 0;
            location = /v1/chat/completions { llm_mock_delay 1h; }
            location /strict/ { llm_mock_validate strict; }
            location /text/ { llm_mock_reply $request_body; }
            location /limited/ { client_max_body_size 1; }
            error_page 413 /error;",
        ..Conf::default()
    });
    nginx.tolerate_out_of_memory();
    nginx.expect_error("client intended to send too large body");
    let worker = Worker::of(&nginx);
    worker.limit_memory(LEFT);

    let mut opened = Vec::new();
    let mut refused = 0;
    // Smaller and smaller: to the last bytes that there are.
    for model in [60_000, 10_000, 1_000, 10] {
        let body = format!(r#"{{"model":"{}"}}"#, "m".repeat(model));
        for _ in 0..10 {
            while let Some(socket) = ask(&nginx, "/v1/chat/completions", &body, "powered ") {
                opened.push(socket);
                assert!(opened.len() < 2_000, "the limit is none");
            }
            refused += 1;
            // All else that may be asked for, while there is as little.
            for path in OTHERS {
                ask(&nginx, path, &body, "HTTP/1.1 ");
            }
        }
    }
    let served = opened.len();
    println!("{served} streams are open, {refused} requests were refused");
    assert!(served > 10);
    assert!(worker.is_the_one_of(&nginx), "the worker died");
    for socket in &mut opened {
        socket.set_nonblocking(true).unwrap();
        let e = socket.read(&mut [0; 256 * 1024]);
        let e = e.expect_err("a stream that was open is cut");
        assert_eq!(e.kind(), ErrorKind::WouldBlock);
    }

    drop(opened);
    until("there is memory again", || {
        ask(&nginx, "/quick/v1/chat/completions", "{}", "[DONE]")
    });
    assert!(worker.is_the_one_of(&nginx), "the worker died");
}
