//! A worker whose allocations fail.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use crate::support::client::request;
use crate::support::nginx::{Conf, Nginx, deadline, until};
use crate::support::worker::Worker;

/// Memory that the worker can still allocate when the test starts, in bytes.
const AVAILABLE: usize = 24 * 1024 * 1024;

/// Paths whose responses are produced in different ways.
const PATHS: [&str; 8] = [
    "/strict/v1/chat/completions",
    "/text/v1/chat/completions",
    "/limited/v1/chat/completions",
    "/v1/embeddings",
    "/v1/responses",
    "/v1/messages",
    "/health",
    "/nowhere",
];

/// Sends a request and reads until the response contains `wanted`. `None` if the
/// request is refused with status 500 or by a closed connection.
fn try_request(nginx: &Nginx, path: &str, body: &str, wanted: &str) -> Option<TcpStream> {
    let mut socket = TcpStream::connect(nginx.address()).unwrap();
    socket.set_read_timeout(Some(deadline())).unwrap();
    let length = body.len().to_string();
    let mut sent = request("POST", path, &[("Content-Length", &length)]);
    sent.extend_from_slice(body.as_bytes());
    // nginx can close the connection before it reads the request.
    let _ = socket.write_all(&sent);
    let mut response = Vec::new();
    let mut bytes = vec![0; 256 * 1024];
    loop {
        let read = match socket.read(&mut bytes) {
            Ok(read) => read,
            Err(e) if e.kind() == ErrorKind::ConnectionReset => 0,
            Err(e) => panic!("{path}: neither answered nor refused: {e}"),
        };
        response.extend_from_slice(&bytes[..read]);
        let text = String::from_utf8_lossy(&response);
        if text.contains(wanted) {
            return Some(socket);
        }
        if text.starts_with("HTTP/1.1 500 ") || read == 0 {
            return None;
        }
    }
}

#[test]
fn requests_are_refused_and_the_worker_survives() {
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
    worker.limit_memory(AVAILABLE);

    let mut open = Vec::new();
    let mut refused = 0;
    // Ever smaller requests, to use the last bytes.
    for model in [60_000, 10_000, 1_000, 10] {
        let body = format!(r#"{{"model":"{}"}}"#, "m".repeat(model));
        for _ in 0..10 {
            while let Some(socket) = try_request(&nginx, "/v1/chat/completions", &body, "powered ")
            {
                open.push(socket);
                assert!(open.len() < 2_000, "there is no limit");
            }
            refused += 1;
            // Requests of all other kinds, with as little memory.
            for path in PATHS {
                try_request(&nginx, path, &body, "HTTP/1.1 ");
            }
        }
    }
    let count = open.len();
    println!("{count} streams are open, {refused} requests were refused");
    assert!(count > 10);
    assert!(worker.is_worker_of(&nginx), "the worker died");
    for socket in &mut open {
        socket.set_nonblocking(true).unwrap();
        let e = socket.read(&mut [0; 256 * 1024]);
        let e = e.expect_err("an open stream was closed");
        assert_eq!(e.kind(), ErrorKind::WouldBlock);
    }

    drop(open);
    until("memory is available again", || {
        try_request(&nginx, "/quick/v1/chat/completions", "{}", "[DONE]")
    });
    assert!(worker.is_worker_of(&nginx), "the worker died");
}
