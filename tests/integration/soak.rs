//! Mixed traffic with reloads:
//!
//!     LLM_MOCK_TEST_SOAK=1800 cargo test --release --test integration -- --ignored soak --nocapture
//!
//! `LLM_MOCK_TEST_SOAK` is the duration in seconds.

use std::fmt::Write as _;
use std::io::Read;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx, deadline, until};
use crate::support::stream::stream;
use crate::support::worker::{Worker, memory_of};

const CLIENTS: usize = 8;
const RELOAD_EVERY: Duration = Duration::from_secs(5);
/// Memory that malloc may keep, in bytes. A leak exceeds it in a long run.
const SLACK: usize = 1024 * 1024;

/// Sends a random kind of request and checks the response.
fn send_one(nginx: &Nginx, text: &str, rng: &mut SmallRng) {
    let mut client = Client::connect(nginx);
    match rng.random_range(0..8) {
        0..=2 => {
            // One request for each connection: a worker that shuts down closes idle
            // connections, even if a request is on its way.
            client.send(chat(&[], r#"{"model":"m"}"#));
            assert_eq!(stream(&client.response()).text(), text);
        }
        3 => {
            client.send(chat(&[("api-key", "k")], r#"{"model":"m"}"#));
            let response = client.response();
            let content = &response.json()["choices"][0]["message"]["content"];
            assert_eq!(content.as_str(), Some(text));
        }
        4 => {
            // Disconnects within the stream.
            client.send(chat(&[], ""));
            client.wait_for("w1 ");
        }
        5 => {
            let broken: Vec<u8> = (0..rng.random_range(0..3_000))
                .map(|_| rng.random())
                .collect();
            client.send(chat(&[], broken));
            assert_eq!(stream(&client.response()).text(), text);
        }
        6 => {
            client.send(request("HEAD", "/v1/chat/completions", &[]));
            assert_eq!(client.response_to_head().status, 200);
        }
        _ => read_slowly(nginx),
    }
}

/// Reads 500 bytes one by one and disconnects.
fn read_slowly(nginx: &Nginx) {
    let mut socket = TcpStream::connect(nginx.address()).unwrap();
    socket.set_read_timeout(Some(deadline())).unwrap();
    std::io::Write::write_all(&mut socket, &chat(&[], "").repeat(3)).unwrap();
    let mut byte = [0];
    for _ in 0..500 {
        socket.read_exact(&mut byte).unwrap();
    }
}

#[test]
#[ignore = "takes LLM_MOCK_TEST_SOAK seconds"]
fn soak() {
    let seconds = std::env::var("LLM_MOCK_TEST_SOAK").map_or(30, |text| text.parse().unwrap());
    let length = Duration::from_secs(seconds);
    let text = (0..100).fold(String::new(), |mut text, n| {
        write!(text, "{}w{n}", if n == 0 { "" } else { " " }).unwrap();
        text
    });
    let server = format!(
        "llm_mock_reply \"{text}\"; llm_mock_delay 500us; client_body_buffer_size 1k;
         location / {{ llm_mock on; }}"
    );
    let conf = Conf {
        server: &server,
        ..Conf::default()
    };
    let nginx = Nginx::with(&conf);
    let start = Instant::now();
    let over = AtomicBool::new(false);
    let requests = AtomicUsize::new(0);
    let mut masters = Vec::new();
    let mut workers = Vec::new();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|seed| {
                let (nginx, text, over, requests) = (&nginx, &text, &over, &requests);
                scope.spawn(move || {
                    let mut rng = SmallRng::seed_from_u64(seed as u64);
                    while !over.load(Ordering::Relaxed) {
                        send_one(nginx, text, &mut rng);
                        requests.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        // A client that ends early has failed.
        let all_running = || clients.iter().all(|client| !client.is_finished());
        while start.elapsed() < length && all_running() {
            thread::sleep(RELOAD_EVERY);
            // After a reload the old worker still finishes streams. The new one is
            // measured once it is the only one.
            let worker = until("one worker", || Worker::single(&nginx));
            workers.push(worker.memory());
            masters.push(memory_of(nginx.pid()));
            nginx.reload(&conf);
        }
        over.store(true, Ordering::Relaxed);
    });
    let worker = until("one worker", || Worker::single(&nginx));
    let open = until("all files are closed", || {
        let open = worker.open_files();
        (open < 20).then_some(open)
    });
    println!(
        "{} requests in {:?}, {} reloads; memory of the master {} to {} bytes, of a worker {} to {}; \
         {open} files open at the end",
        requests.load(Ordering::Relaxed),
        start.elapsed(),
        masters.len(),
        masters[0],
        masters[masters.len() - 1],
        workers[0],
        workers[workers.len() - 1],
    );
    // Memory must not grow after a tenth of the time.
    let settled = masters.len() / 10;
    assert!(
        masters[masters.len() - 1] <= masters[settled] + SLACK,
        "{masters:?}"
    );
    assert!(
        workers[workers.len() - 1] <= workers[settled] + SLACK,
        "{workers:?}"
    );
}
