//! Randomly damaged requests. `LLM_MOCK_TEST_WIRE` sets their number; the default is
//! 300.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::support::client::{chat, request};
use crate::support::nginx::{Conf, Nginx, deadline};
use crate::support::worker::Worker;

const DEFAULT_COUNT: usize = 300;

/// A valid request of a random kind.
fn valid(rng: &mut SmallRng) -> Vec<u8> {
    let body = r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":false}"#;
    let chunked = [("Transfer-Encoding", "chunked")];
    match rng.random_range(0..7) {
        0 => chat(&[], body),
        1 => chat(&[("Authorization", "Bearer x")], body).repeat(3),
        2 => {
            let mut bytes = request("POST", "/v1/chat/completions", &chunked);
            bytes.extend_from_slice(b"8\r\n{\"model\"\r\n5\r\n:\"x\"}\r\n0\r\n\r\n");
            bytes
        }
        3 => chat(&[("Expect", "100-continue")], "x".repeat(20_000)),
        4 => request("GET", "/health", &[("Connection", "close")]),
        5 => request("OPTIONS", "/v1/chat/completions", &[("Origin", "x")]),
        _ => b"POST /v1/chat/completions HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}".to_vec(),
    }
}

/// Changes, removes, repeats or inserts bytes at random.
fn damage(bytes: &mut Vec<u8>, rng: &mut SmallRng) {
    for _ in 0..rng.random_range(0..6) {
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

#[test]
fn worker_survives_damaged_requests() {
    let count = std::env::var("LLM_MOCK_TEST_WIRE");
    let count = count.map_or(DEFAULT_COUNT, |count| count.parse().unwrap());
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 100us; client_max_body_size 0; client_body_buffer_size 8k;
            location / { llm_mock on; }
            error_page 400 404 405 414 494 500 501 503 505 /refused;
            location = /refused { internal; llm_mock on; }",
        ..Conf::default()
    });
    let worker = Worker::of(&nginx);
    // nginx logs errors about some of them.
    nginx.tolerate_error("client sent invalid");
    nginx.tolerate_error("client intended to send too large");
    let seed = SmallRng::from_os_rng().random();
    println!("{count} requests, seed {seed}");
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut responses = 0;
    for _ in 0..count {
        let mut bytes = valid(&mut rng);
        damage(&mut bytes, &mut rng);
        let mut socket = TcpStream::connect(nginx.address()).unwrap();
        socket.set_read_timeout(Some(deadline())).unwrap();
        // nginx can close the connection before everything is sent.
        let sent = socket.write_all(&bytes);
        let ended = socket.shutdown(Shutdown::Write);
        let mut response = Vec::new();
        let read = socket.read_to_end(&mut response);
        if sent.is_ok() && ended.is_ok() && read.is_ok() {
            responses += usize::from(!response.is_empty());
        }
    }
    println!("{responses} were answered");
    assert!(responses > count / 4, "{responses} of {count}");
    let response = nginx.send(request("GET", "/health", &[]));
    assert_eq!(response.text(), r#"{"status":"ok"}"#);
    assert!(worker.is_worker_of(&nginx), "the worker died");
}
