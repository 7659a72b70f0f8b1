//! Requests that were damaged on the way, thrown at a real worker.
//! `LLM_MOCK_TEST_WIRE` says how many; a few hundred otherwise.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::support::client::{chat, request};
use crate::support::nginx::{Conf, Nginx, deadline};
use crate::support::worker::Worker;

const USUAL: usize = 300;

/// What is damaged: each kind of request there is.
fn whole(rng: &mut SmallRng) -> Vec<u8> {
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
fn damaged_requests_harm_nobody() {
    let count = std::env::var("LLM_MOCK_TEST_WIRE");
    let count = count.map_or(USUAL, |count| count.parse().unwrap());
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 100us; client_max_body_size 0; client_body_buffer_size 8k;
            location / { llm_mock on; }
            error_page 400 404 405 414 494 500 501 503 505 /refused;
            location = /refused { internal; llm_mock on; }",
        ..Conf::default()
    });
    let worker = Worker::of(&nginx);
    // What nginx itself says of some of them.
    nginx.tolerate_error("client sent invalid");
    nginx.tolerate_error("client intended to send too large");
    let seed = SmallRng::from_os_rng().random();
    println!("{count} requests, seed {seed}");
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut replies = 0;
    for _ in 0..count {
        let mut bytes = whole(&mut rng);
        damage(&mut bytes, &mut rng);
        let mut socket = TcpStream::connect(nginx.address()).unwrap();
        socket.set_read_timeout(Some(deadline())).unwrap();
        // nginx may close before all is sent; what it says then counts less
        // than that it lives.
        let sent = socket.write_all(&bytes);
        let ended = socket.shutdown(Shutdown::Write);
        let mut reply = Vec::new();
        let read = socket.read_to_end(&mut reply);
        if sent.is_ok() && ended.is_ok() && read.is_ok() {
            replies += usize::from(!reply.is_empty());
        }
    }
    println!("{replies} were answered");
    assert!(replies > count / 4, "{replies} of {count}");
    let reply = nginx.ask(request("GET", "/health", &[]));
    assert_eq!(reply.text(), r#"{"status":"ok"}"#);
    assert!(worker.is_the_one_of(&nginx), "the worker died");
}
