//! Randomly damaged requests to all routes, over keep-alive connections.
//! `LLM_MOCK_TEST_WIRE` is how many requests nginx reads before the test ends; the
//! default is 2000. `LLM_MOCK_TEST_WIRE_SEED` repeats the requests of a run.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use llm_mock_core::routes::ROUTES;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::support::client::{chat, post, request};
use crate::support::memcheck;
use crate::support::nginx::{Conf, Nginx, deadline, require, until};
use crate::support::worker::Worker;

const DEFAULT_COUNT: usize = 2_000;
/// Each thread has one connection at a time.
const CLIENTS: usize = 16;
/// Connections of each client in one round. The requests are counted after a round.
const CONNECTIONS: usize = 20;
/// Requests on one connection.
const PIPELINED: usize = 16;
/// Bytes that a client sends before it reads. Socket buffers hold more.
const MOST_SENT: usize = 48 * 1024;
/// Memory that malloc may keep, in bytes. A leak of a few bytes per request exceeds
/// it in 1e6 requests.
const SLACK: usize = 4 * 1024 * 1024;

/// Fields of all APIs: each route ignores those of the others.
const FIELDS: [&str; 22] = [
    r#""model":"gpt-4o""#,
    r#""messages":[{"role":"user","content":"hi"}]"#,
    r#""contents":[{"parts":[{"text":"hi"}]}]"#,
    r#""prompt":["a","b"]"#,
    r#""input":["a","b c"]"#,
    r#""input":[{"role":"user","content":[{"type":"input_text","text":"x"}]}]"#,
    r#""stream":true"#,
    r#""stream":false"#,
    r#""stream_options":{"include_usage":true}"#,
    r#""n":2"#,
    r#""max_tokens":2"#,
    r#""stop":["by"]"#,
    r#""dimensions":3"#,
    r#""encoding_format":"base64""#,
    r#""logprobs":true,"top_logprobs":2"#,
    r#""echo":true"#,
    r#""seed":7"#,
    r#""tools":[{"type":"function","name":"f","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"enum":[1,2]}},"required":["a"]}},"input_schema":{"type":"object"}}]"#,
    r#""tool_choice":"required""#,
    r#""response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{"a":{"type":"string","pattern":"^[a-z]{3}$"}},"required":["a"]}}}"#,
    r#""generationConfig":{"candidateCount":2,"responseMimeType":"application/json"}"#,
    r#""metadata":{"a":"b"}"#,
];

const HEADERS: [(&str, &str); 12] = [
    ("Authorization", "Bearer x"),
    ("x-api-key", "x"),
    ("anthropic-version", "2023-06-01"),
    ("x-goog-api-key", "x"),
    ("Accept", "application/json"),
    ("Accept", "text/event-stream"),
    ("Content-Encoding", "gzip"),
    ("Origin", "x"),
    ("Access-Control-Request-Headers", "authorization"),
    ("Expect", "100-continue"),
    ("Connection", "keep-alive"),
    ("Content-Type", "application/json"),
];

/// A valid request of a random kind.
fn valid(rng: &mut SmallRng) -> Vec<u8> {
    let body = r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":false}"#;
    match rng.random_range(0..32) {
        0 => {
            let mut bytes = request(
                "POST",
                "/v1/chat/completions",
                &[("Transfer-Encoding", "chunked")],
            );
            bytes.extend_from_slice(b"8\r\n{\"model\"\r\n5\r\n:\"x\"}\r\n0\r\n\r\n");
            bytes
        }
        1 => chat(&[("Expect", "100-continue")], "x".repeat(20_000)),
        2 => request("GET", "/health", &[("Connection", "close")]),
        3 => request("OPTIONS", "/v1/chat/completions", &[("Origin", "x")]),
        4 => b"POST /v1/chat/completions HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}".to_vec(),
        5 => chat(&[("Authorization", "Bearer x")], body).repeat(3),
        _ => to_any_route(rng),
    }
}

fn to_any_route(rng: &mut SmallRng) -> Vec<u8> {
    let route = ROUTES.choose(rng).unwrap();
    let name = ["gpt-4o", "resp_1", "a%2Fb", "\u{e9}%22%0a"][rng.random_range(0..4)];
    let (before, after) = match route.path.split_once('{') {
        Some((before, rest)) => (before, rest.split_once('}').unwrap().1),
        None => (route.path, ""),
    };
    let name = if before.len() == route.path.len() {
        ""
    } else {
        name
    };
    let prefix = ["", "", "/strict", "/tokens"].choose(rng).unwrap();
    let args = ["", "", "?alt=sse", "?beta=true"].choose(rng).unwrap();
    let path = [prefix, before, name, after, args].concat();
    let sent = rng.random_range(0..4);
    let headers: Vec<_> = HEADERS.choose_multiple(rng, sent).copied().collect();
    match rng.random_range(0..20) {
        0 => return request("HEAD", &path, &headers),
        1 => return request("DELETE", &path, &headers),
        2 => return request("PATCH", &path, &headers),
        _ if route.method.name() != "POST" => {
            return request(route.method.name(), &path, &headers);
        }
        _ => {}
    }
    let sent = rng.random_range(0..8);
    let fields: Vec<_> = FIELDS.choose_multiple(rng, sent).copied().collect();
    post(&path, &headers, format!("{{{}}}", fields.join(",")))
}

/// Changes, removes, repeats or inserts bytes at random.
fn damage(bytes: &mut Vec<u8>, rng: &mut SmallRng) {
    for _ in 0..rng.random_range(1..6) {
        if bytes.is_empty() {
            return;
        }
        let at = rng.random_range(0..bytes.len());
        let end = (at + rng.random_range(1..40)).min(bytes.len());
        match rng.random_range(0..5) {
            0 => bytes[at] = rng.random(),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            3 => {
                let noise: Vec<u8> = (at..end).map(|_| rng.random()).collect();
                bytes.splice(at..at, noise);
            }
            _ => bytes.truncate(at),
        }
    }
}

/// If nothing arrives for so long, nginx waits for the rest of a request, or it is
/// slow: the client stops sending, which ends the connection.
fn pause() -> Duration {
    Duration::from_millis(if memcheck::is_on() { 500 } else { 20 })
}

/// What one connection sends. A damaged request often ends the connection, so most
/// are whole. The last one asks nginx to close the connection.
fn pipelined(rng: &mut SmallRng) -> Vec<u8> {
    let mut sent = Vec::new();
    for _ in 0..PIPELINED {
        let mut bytes = valid(rng);
        if rng.random_ratio(1, 8) {
            damage(&mut bytes, rng);
        }
        if sent.len() + bytes.len() > MOST_SENT {
            break;
        }
        sent.append(&mut bytes);
    }
    sent.extend(request("GET", "/health", &[("Connection", "close")]));
    sent
}

/// Reads until nginx closes the connection. Returns whether anything arrived.
fn read_all(socket: &mut TcpStream) -> bool {
    let mut bytes = vec![0; 64 * 1024];
    let mut has_answer = false;
    socket.set_read_timeout(Some(pause())).unwrap();
    loop {
        match socket.read(&mut bytes) {
            Ok(0) => return has_answer,
            Ok(_) => has_answer = true,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                assert_ne!(socket.read_timeout().unwrap(), Some(deadline()), "no end");
                socket.set_read_timeout(Some(deadline())).unwrap();
                let _ = socket.shutdown(Shutdown::Write);
            }
            // nginx closed the connection before it read everything.
            Err(_) => return has_answer,
        }
    }
}

/// Sends requests over some connections, one after the other. Returns how many
/// connections got an answer.
fn send_some(nginx: &Nginx, rng: &mut SmallRng) -> usize {
    let mut answered = 0;
    for _ in 0..CONNECTIONS {
        let mut socket = TcpStream::connect(nginx.address()).unwrap();
        socket.set_write_timeout(Some(deadline())).unwrap();
        // nginx can close the connection before everything is sent.
        let _ = socket.write_all(&pipelined(rng));
        // Some clients disconnect at once.
        if rng.random_ratio(7, 8) {
            answered += usize::from(read_all(&mut socket));
        }
    }
    answered
}

/// How many requests nginx has read, from stub_status.
fn requests_read(nginx: &Nginx) -> usize {
    let status = nginx.send(request("GET", "/stub_status", &[]));
    // "server accepts handled requests", and the numbers on the next line.
    let text = status.text();
    let numbers = text.lines().nth(2).unwrap();
    numbers.split_whitespace().nth(2).unwrap().parse().unwrap()
}

#[test]
fn worker_survives_damaged_requests() {
    if !require(&["http_stub_status_module"]) {
        return;
    }
    let number = |name| std::env::var(name).map(|text| text.parse().unwrap()).ok();
    let count = number("LLM_MOCK_TEST_WIRE").unwrap_or(DEFAULT_COUNT as u64) as usize;
    let seed = number("LLM_MOCK_TEST_WIRE_SEED");
    let seed = seed.unwrap_or_else(|| SmallRng::from_os_rng().random());
    println!("{count} requests, seed {seed}");
    let nginx = Nginx::with(&Conf {
        server: "access_log off; error_log error.log error;
            llm_mock_delay 100us; client_max_body_size 0; client_body_buffer_size 8k;
            location / { llm_mock on; }
            location /strict/ { llm_mock on; llm_mock_validate strict; }
            location /tokens/ { llm_mock on; llm_mock_tokenizer auto; llm_mock_chunk char 3; }
            location = /stub_status { stub_status; }
            error_page 400 404 405 414 494 500 501 503 505 /refused;
            location = /refused { internal; llm_mock on; }",
        ..Conf::default()
    });
    let worker = Worker::of(&nginx);
    let open_files = worker.open_files();
    // nginx logs errors about some of them.
    nginx.tolerate_error("client sent invalid");
    nginx.tolerate_error("client intended to send too large");
    let mut clients: Vec<_> = (0..CLIENTS as u64)
        .map(|client| SmallRng::seed_from_u64(seed.wrapping_add(client)))
        .collect();
    let (mut connections, mut answered, mut settled) = (0, 0, None);
    let read = loop {
        thread::scope(|scope| {
            let send = |rng| scope.spawn(|| send_some(&nginx, rng));
            let running: Vec<_> = clients.iter_mut().map(send).collect();
            answered += running
                .into_iter()
                .map(|it| it.join().unwrap())
                .sum::<usize>();
        });
        connections += CLIENTS * CONNECTIONS;
        let read = requests_read(&nginx);
        if read >= count / 4 {
            settled.get_or_insert_with(|| worker.memory());
        }
        if read >= count {
            break read;
        }
    };
    println!("{read} requests on {connections} connections, {answered} of them answered");
    assert!(answered > connections / 2, "{answered} of {connections}");
    let response = nginx.send(request("GET", "/health", &[]));
    assert_eq!(response.text(), r#"{"status":"ok"}"#);
    assert!(worker.is_worker_of(&nginx), "the worker died");
    until("all files are closed", || {
        (worker.open_files() <= open_files + 1).then_some(())
    });
    let (settled, memory) = (settled.unwrap(), worker.memory());
    println!("memory of the worker: {settled} to {memory} bytes");
    assert!(memory <= settled + SLACK, "{settled} to {memory}");
}
