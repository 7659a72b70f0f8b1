//! A thousand clients that do not read, and a worker that stood still.

use std::thread;
use std::time::{Duration, Instant};

use llm_mock_core::batch::FULL;

use crate::memory_use::NOTHING;
use crate::support::client::{Client, chat, request};
use crate::support::http::Reply;
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;
use crate::support::worker::{Worker, allow_many_files};

const CLIENTS: usize = 1_000;

/// More than one event has.
const EVENT: usize = 1_000;

/// A text of so many thousand words: each thousand is 190 KB on the wire.
fn start(thousands: usize, directives: &str) -> (Nginx, String) {
    allow_many_files();
    let thousand: String = (0..1_000).map(|n| format!("{n:03} ")).collect();
    let nginx = Nginx::alone(&Conf {
        // Small buffers of the kernel, or a thousand would take gigabytes.
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

/// Clients that ask and do not read.
fn open(nginx: &Nginx) -> Vec<Client> {
    let ask = |_| {
        let mut client = Client::connect(nginx);
        client.send(chat(&[], ""));
        client
    };
    (0..CLIENTS).map(ask).collect()
}

/// What is due at once comes in batches, not in one.
fn has_capped_batches(reply: &Reply) -> bool {
    let ends = reply.chunks.iter().map(|chunk| chunk.0);
    let begins = [0].into_iter().chain(ends.clone());
    ends.zip(begins)
        .all(|(end, begin)| end - begin <= FULL + EVENT)
}

#[test]
fn a_thousand_that_do_not_read_cost_nothing_as_time_passes() {
    they_cost_nothing(2, "llm_mock_delay 100us;");
}

/// 19 MB for each client. nginx keeps the text for each of the thousand, twice,
/// since it comes from a variable:
///
///     cargo test --release --test integration -- --ignored --nocapture hundred_thousand_words
#[test]
#[ignore = "takes a gigabyte of memory"]
fn a_thousand_that_do_not_read_a_hundred_thousand_words() {
    for delay in ["0", "20us"] {
        they_cost_nothing(100, &format!("llm_mock_delay {delay};"));
    }
}

fn they_cost_nothing(thousands: usize, directives: &str) {
    let (nginx, text) = start(thousands, directives);
    let worker = Worker::of(&nginx);
    nginx.ask(request("GET", "/health", &[]));
    let (base, files) = (worker.memory(), worker.open_files());
    let begun = Instant::now();
    let mut clients = open(&nginx);
    // Once the sockets are full nothing moves.
    let took = until("the worker is idle", || {
        let used = worker.cpu_time_within(Duration::from_millis(500));
        used.is_zero().then(|| begun.elapsed())
    });
    let early = worker.memory();
    let used = worker.cpu_time_within(Duration::from_secs(1));
    let late = worker.memory();
    println!(
        "{CLIENTS} clients: idle after {took:?}, then busy for {used:?} of 1 s; \
         memory of the worker {base} bytes without, {early} with, {late} a second later: {} a client",
        (late - base) / CLIENTS
    );
    assert!(used <= Duration::from_millis(20), "{used:?}");
    assert!(late <= early + NOTHING, "{early} bytes, then {late}");
    assert!(nginx.access_log().len() <= 1, "they have ended");

    for client in &mut clients[..3] {
        let reply = client.reply();
        assert_eq!(stream(&reply).text(), text);
        assert!(has_capped_batches(&reply));
    }
    drop(clients);
    until("all files are given back", || {
        (worker.open_files() <= files).then_some(())
    });
}

#[test]
fn send_timeout_ends_a_thousand_that_do_not_read() {
    let (nginx, _) = start(2, "llm_mock_delay 100us; send_timeout 1s;");
    let worker = Worker::of(&nginx);
    nginx.ask(request("GET", "/health", &[]));
    let files = worker.open_files();
    let clients = open(&nginx);
    until("all are done with", || {
        (nginx.access_log().len() == CLIENTS + 1).then_some(())
    });
    for line in &nginx.access_log()[1..] {
        let seconds: f32 = line.split(' ').nth(2).unwrap().parse().unwrap();
        assert!(line.starts_with("200 ") && seconds > 0.9, "{line}");
    }
    let log = nginx.error_log();
    assert_eq!(log.matches("client timed out").count(), CLIENTS);
    until("all files are given back", || {
        (worker.open_files() <= files).then_some(())
    });
    drop(clients);
}

#[test]
fn a_worker_that_stood_still_catches_up_in_capped_batches() {
    // 1.9 MB that are due within half a second.
    let (nginx, text) = start(10, "llm_mock_delay 50us;");
    let worker = Worker::of(&nginx);
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("000 ");
    worker.stand_still();
    let before = worker.peak_memory();
    thread::sleep(Duration::from_millis(500));
    worker.go_on();
    let reply = client.reply();
    assert_eq!(stream(&reply).text(), text);
    assert!(has_capped_batches(&reply));
    let grown = worker.peak_memory().saturating_sub(before);
    println!(
        "{} chunks; memory grew by {grown} bytes",
        reply.chunks.len()
    );
    // The batch, what it was before it grew, and what nginx sends of it.
    assert!(grown <= 4 * FULL, "{grown}");
}
