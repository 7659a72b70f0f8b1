//! A thousand clients that do not read.

use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;
use crate::support::worker::{MEMORY_NOISE, Worker, allow_many_files};

const CLIENTS: usize = 1_000;

/// Starts a server whose reply has this many thousand words; each thousand is 190 KB
/// on the wire. Returns the text, too.
fn start(thousands: usize, directives: &str) -> (Nginx, String) {
    allow_many_files();
    let thousand: String = (0..1_000).map(|n| format!("{n:03} ")).collect();
    let nginx = Nginx::exclusive(&Conf {
        // Small socket buffers, or a thousand would take gigabytes.
        listen: "backlog=2048 sndbuf=32k",
        http: &format!(
            "map $host $k {{ default \"{thousand}\"; }} map $host $text {{ default \"{}\"; }}",
            "$k".repeat(thousands)
        ),
        server: &format!("{directives} llm_mock_reply $text; location / {{ llm_mock on; }}"),
        ..Conf::default()
    });
    (nginx, thousand.repeat(thousands))
}

/// Opens clients that send a request and do not read.
fn open(nginx: &Nginx) -> Vec<Client> {
    let open_one = |_| {
        let mut client = Client::connect(nginx);
        client.send(chat(&[], ""));
        client
    };
    (0..CLIENTS).map(open_one).collect()
}

#[test]
fn stalled_clients_use_no_cpu_and_no_more_memory() {
    assert_no_cpu_and_no_more_memory(2, "llm_mock_delay 100us;");
}

/// 19 MB for each client. nginx keeps the text twice for each of them, since it comes
/// from a variable:
///
///     cargo test --release --test integration -- --ignored --nocapture hundred_thousand_words
#[test]
#[ignore = "takes a gigabyte of memory"]
fn stalled_clients_with_a_hundred_thousand_words() {
    for delay in ["0", "20us"] {
        assert_no_cpu_and_no_more_memory(100, &format!("llm_mock_delay {delay};"));
    }
}

fn assert_no_cpu_and_no_more_memory(thousands: usize, directives: &str) {
    let (nginx, text) = start(thousands, directives);
    let worker = Worker::of(&nginx);
    nginx.send(request("GET", "/health", &[]));
    let (base, files) = (worker.memory(), worker.open_files());
    let start = Instant::now();
    let mut clients = open(&nginx);
    // The worker is idle once the socket buffers are full.
    let took = until("the worker is idle", || {
        let used = worker.cpu_time_during(Duration::from_millis(500));
        used.is_zero().then(|| start.elapsed())
    });
    let early = worker.memory();
    let used = worker.cpu_time_during(Duration::from_secs(1));
    let late = worker.memory();
    println!(
        "{CLIENTS} clients: idle after {took:?}, then busy for {used:?} of 1 s; \
         memory of the worker {base} bytes without, {early} with, {late} a second later: {} a client",
        (late - base) / CLIENTS
    );
    assert!(used <= Duration::from_millis(20), "{used:?}");
    assert!(late <= early + MEMORY_NOISE, "{early} bytes, then {late}");
    assert!(nginx.access_log().len() <= 1, "streams ended");

    for client in &mut clients[..3] {
        let response = client.response();
        assert_eq!(stream(&response).text(), text);
        assert!(response.has_bounded_chunks());
    }
    drop(clients);
    until("all files are closed", || {
        (worker.open_files() <= files).then_some(())
    });
}

#[test]
fn send_timeout_closes_stalled_clients() {
    let (nginx, _) = start(2, "llm_mock_delay 100us; send_timeout 1s;");
    let worker = Worker::of(&nginx);
    nginx.send(request("GET", "/health", &[]));
    let files = worker.open_files();
    let clients = open(&nginx);
    until("all requests are finished", || {
        (nginx.access_log().len() == CLIENTS + 1).then_some(())
    });
    for line in &nginx.access_log()[1..] {
        let seconds: f32 = line.split(' ').nth(2).unwrap().parse().unwrap();
        assert!(line.starts_with("200 ") && seconds > 0.9, "{line}");
    }
    let log = nginx.error_log();
    assert_eq!(log.matches("client timed out").count(), CLIENTS);
    until("all files are closed", || {
        (worker.open_files() <= files).then_some(())
    });
    drop(clients);
}
