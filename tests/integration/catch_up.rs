//! A stream that is late catches up in bounded writes.

use std::thread;
use std::time::Duration;

use crate::support::client::{Client, chat};
use crate::support::http::WRITE_SIZE;
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;
use crate::support::worker::Worker;

#[test]
fn paused_worker_catches_up_in_bounded_writes() {
    // 10,000 words, 1.9 MB on the wire, are due within half a second.
    let thousand: String = (0..1_000).map(|n| format!("{n:03} ")).collect();
    let text = thousand.repeat(10);
    let nginx = Nginx::exclusive(&Conf {
        listen: "backlog=2048 sndbuf=32k",
        http: &format!(
            "map $host $k {{ default \"{thousand}\"; }} map $host $text {{ default \"{}\"; }}",
            "$k".repeat(10)
        ),
        server: "llm_mock_delay 50us; llm_mock_reply $text; location / { llm_mock on; }",
        ..Conf::default()
    });
    let worker = Worker::of(&nginx);
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("000 ");
    worker.pause();
    let before = worker.peak_memory();
    thread::sleep(Duration::from_millis(500));
    worker.resume();
    let response = client.response();
    assert_eq!(stream(&response).text(), text);
    assert!(response.has_bounded_chunks());
    let grown = worker.peak_memory().saturating_sub(before);
    println!(
        "{} chunks; memory grew by {grown} bytes",
        response.chunks.len()
    );
    // The buffer, its size before it grew, and what nginx holds of it.
    assert!(grown <= 4 * WRITE_SIZE, "{grown}");
}
