//! A worker whose allocations fail.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use crate::support::client::{chat, request};
use crate::support::nginx::{Conf, Nginx, deadline, until};
use crate::support::stream::stream;
use crate::support::worker::Worker;

const MB: usize = 1024 * 1024;

/// The largest body that the shipped nginx.conf accepts is answered where the worker
/// can allocate 64 MB more than it has at its start.
#[test]
fn large_body_is_answered_with_little_memory() {
    let nginx =
        Nginx::start("client_max_body_size 16m; client_body_buffer_size 16m; llm_mock_delay 0;");
    let (begin, end) = (r#"{"messages":[{"role":"user","content":""#, r#""}]}"#);
    let words = "word ".repeat((16 * MB - begin.len() - end.len()) / 5);
    let body = format!("{begin}{words}{end}");
    let worker = Worker::of(&nginx);
    worker.limit_memory(64 * MB);
    for body in [
        &body,
        &body.replace("{\"role", "{\"x\":[1],\"role")[..16 * MB],
    ] {
        let response = nginx.send(chat(&[], body));
        assert_eq!(stream(&response).text(), "powered by openai");
    }
    assert!(worker.is_worker_of(&nginx), "the worker died");
}

/// How a request to a worker without memory ended.
enum End {
    /// The response has begun, and its stream is open.
    Open(TcpStream),
    /// It was refused, or the worker is gone.
    Refused,
}

/// Sends a request whose stream goes on for an hour.
fn open_stream(nginx: &Nginx, body: &str) -> End {
    let mut socket = TcpStream::connect(nginx.address()).unwrap();
    socket.set_read_timeout(Some(deadline())).unwrap();
    // nginx can close the connection before it reads the request.
    let _ = socket.write_all(&chat(&[], body));
    let mut response = Vec::new();
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = match socket.read(&mut bytes) {
            Ok(read) => read,
            Err(e) if e.kind() == ErrorKind::ConnectionReset => 0,
            Err(e) => panic!("neither answered nor refused: {e}"),
        };
        response.extend_from_slice(&bytes[..read]);
        let text = String::from_utf8_lossy(&response);
        if text.contains("data: ") {
            return End::Open(socket);
        }
        if text.starts_with("HTTP/1.1 500 ") || read == 0 {
            return End::Refused;
        }
    }
}

/// nginx refuses requests without memory; the worker ends where the module has none.
/// In both cases the next requests are answered.
#[test]
fn server_goes_on_after_a_worker_without_memory() {
    let nginx = Nginx::with(&Conf {
        server: "client_body_buffer_size 1m; llm_mock_delay 1h;
            location / { llm_mock on; llm_mock_reply \"$request_body\"; }
            location = /health { llm_mock on; }",
        ..Conf::default()
    });
    nginx.tolerate_out_of_memory();
    nginx.tolerate_error("llm_mock: out of memory");
    // The pool of a request can't grow.
    nginx.tolerate_error("the variables in \"llm_mock_reply\" can't be evaluated");
    let worker = Worker::of(&nginx);
    worker.limit_memory(24 * MB);
    let mut open = Vec::new();
    let mut refused = 0;
    for n in 0..1_000 {
        // Texts of their own, which streams do not share.
        let body = format!(r#"{{"n":{n},"x":"{}"}}"#, "word ".repeat(50_000));
        match open_stream(&nginx, &body) {
            End::Open(socket) => open.push(socket),
            End::Refused => refused += 1,
        }
        if refused == 5 || !worker.is_worker_of(&nginx) {
            break;
        }
    }
    println!(
        "{} streams were opened, {refused} requests refused",
        open.len()
    );
    assert!(refused > 0, "there is no limit");
    drop(open);
    until("the server answers", || {
        match nginx.send(request("GET", "/health", &[])).status {
            200 => Some(()),
            _ => None,
        }
    });
    // A new worker has no limit; the old one has its memory back.
    assert!(matches!(open_stream(&nginx, "{}"), End::Open(_)));
}
