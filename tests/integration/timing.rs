//! When each word is sent. These tests run alone; a measurement that a busy machine
//! disturbed is repeated.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, request};
use crate::support::http::{Response, WRITE_SIZE};
use crate::support::median;
use crate::support::nginx::{Conf, Nginx, deadline, long_text};
use crate::support::stream::stream;
use crate::support::worker::Worker;

const ATTEMPTS: u32 = 5;

/// Starts a server while no other test's server runs.
fn start_exclusive(directives: &str) -> Nginx {
    Nginx::exclusive(&Conf {
        server: &format!("{directives} location / {{ llm_mock on; }}"),
        ..Conf::default()
    })
}

/// Repeats a measurement until its result is in range. `measure` returns the figures
/// and whether they are in range.
fn measure_until_in_range(what: &str, mut measure: impl FnMut() -> (String, bool)) {
    for attempt in 1..=ATTEMPTS {
        let (figures, in_range) = measure();
        println!("{what}: {figures}");
        if in_range {
            return;
        }
        assert!(attempt < ATTEMPTS, "{what}: {figures}, {ATTEMPTS} times");
    }
}

/// Milliseconds.
fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// A text of this many words.
fn text(words: usize) -> String {
    let words: Vec<String> = (1..=words).map(|n| format!("word{n}")).collect();
    words.join(" ")
}

#[test]
fn words_are_sent_at_the_delay_without_drift() {
    let text = text(40);
    let nginx = start_exclusive(&format!("llm_mock_reply \"{text}\";"));
    measure_until_in_range("50 ms, 40 words", || {
        let response = nginx.chat("");
        assert_eq!(stream(&response).text(), text);
        let gap = median(response.gaps_ms());
        let late = lateness(&response);
        let drift = median(late[30..].to_vec()) - median(late[..10].to_vec());
        let figures = format!(
            "median gap {gap:.2} ms, last word {:.1} ms late, drift {drift:.2} ms, {} chunks",
            late[39],
            response.chunks.len()
        );
        (figures, (gap - 50.0).abs() <= 2.0 && drift.abs() <= 2.0)
    });
}

/// How late each word of a stream with a delay of 50 ms arrived, in milliseconds,
/// relative to the first.
fn lateness(response: &Response) -> Vec<f64> {
    let mut late = Vec::new();
    let mut start = 0;
    for &(end, at) in &response.chunks {
        let words = response.text()[start..end].matches("\"content\"").count();
        for _ in 0..words {
            late.push(ms(at - response.first_byte_at) - 50.0 * late.len() as f64);
        }
        start = end;
    }
    late
}

#[test]
fn first_word_is_sent_at_once() {
    let nginx = start_exclusive("llm_mock_delay 60s;");
    measure_until_in_range("first word without first_delay", || {
        let mut client = Client::connect(&nginx);
        let sent_at = Instant::now();
        client.send(chat(&[], ""));
        client.wait_for("powered ");
        let first = ms(sent_at.elapsed());
        (format!("after {first:.2} ms"), first <= 10.0)
    });
}

#[test]
fn nothing_is_sent_before_the_first_delay() {
    let nginx = start_exclusive("llm_mock_first_delay 200ms; llm_mock_delay 0;");
    for body in ["", r#"{"stream":false}"#] {
        measure_until_in_range("first byte with first_delay 200 ms", || {
            let mut client = Client::connect(&nginx);
            let sent_at = Instant::now();
            client.send(chat(&[], body));
            // The first byte is that of the status line.
            let first = ms(client.response().first_byte_at - sent_at);
            assert!(first >= 199.0, "{first}");
            (format!("after {first:.1} ms"), first <= 210.0)
        });
    }
}

#[test]
fn response_without_delay_is_one_write() {
    let text = text(100);
    let nginx = start_exclusive(&format!("llm_mock_delay 0; llm_mock_reply \"{text}\";"));
    // The client reads it at once, including the headers.
    let response = nginx.chat("");
    assert_eq!(stream(&response).text(), text);
    assert_eq!(response.chunks.len(), 1);
    assert_eq!(response.first_byte_at, response.last_byte_at);
}

#[test]
fn sub_millisecond_delay_is_accurate_on_average() {
    for (delay, words, total) in [("2.5ms", 201, 500.0), ("500us", 1_001, 500.0)] {
        let text = text(words);
        let (http, variables) = long_text(&text);
        let nginx = Nginx::exclusive(&Conf {
            http: &http,
            server: &format!(
                "llm_mock_delay {delay}; llm_mock_reply \"{variables}\";
                 location / {{ llm_mock on; }}"
            ),
            ..Conf::default()
        });
        measure_until_in_range(&format!("{delay}, {words} words"), || {
            let response = nginx.chat("");
            assert_eq!(stream(&response).text(), text);
            let took = ms(response.last_byte_at - response.first_byte_at);
            let figures = format!(
                "{took:.1} ms of {total} in {} chunks",
                response.chunks.len()
            );
            (figures, (took - total).abs() <= 5.0)
        });
    }
}

/// Directives of the http block and the server for a reply of `n` thousand words.
fn thousands(n: usize) -> (String, String) {
    let maps = format!(
        "map $host $k {{ default \"{}\"; }} map $host $text {{ default \"{}\"; }}",
        "x ".repeat(1_000),
        "$k".repeat(n)
    );
    (maps, "llm_mock_delay 0; llm_mock_reply $text;".to_owned())
}

/// What is due at once is sent as fast as the worker can: it does not sleep between
/// two writes of 64 KB.
#[test]
fn long_reply_without_delay_is_not_paused() {
    let (http, server) = thousands(50);
    let nginx = Nginx::exclusive(&Conf {
        http: &http,
        server: &format!("{server} location / {{ llm_mock on; }}"),
        ..Conf::default()
    });
    let worker = Worker::of(&nginx);
    measure_until_in_range("50,000 words at once", || {
        let mut socket = TcpStream::connect(nginx.address()).unwrap();
        socket.set_read_timeout(Some(deadline())).unwrap();
        let sleeps = worker.voluntary_switches();
        let (sent_at, worked) = (Instant::now(), worker.cpu_time());
        socket
            .write_all(b"POST /v1/chat/completions HTTP/1.0\r\n\r\n")
            .unwrap();
        let mut bytes = vec![0; 1024 * 1024];
        let mut received = 0;
        loop {
            match socket.read(&mut bytes).unwrap() {
                0 => break,
                read => received += read,
            }
        }
        let took = sent_at.elapsed();
        let worked = worker.cpu_time() - worked;
        let sleeps = worker.voluntary_switches() - sleeps;
        let writes = received / WRITE_SIZE;
        let rate = received as f64 / 1e6 / took.as_secs_f64();
        let figures = format!(
            "{received} bytes in {took:?} ({rate:.0} MB/s), {worked:?} of work, {sleeps} sleeps, {writes} writes"
        );
        (figures, writes > 100 && sleeps < writes / 4)
    });
}

/// Other clients are served between the writes of a long reply.
#[test]
fn long_reply_without_delay_leaves_time_for_others() {
    let (http, server) = thousands(1_000);
    let nginx = Nginx::exclusive(&Conf {
        http: &http,
        server: &format!("{server} location / {{ llm_mock on; }}"),
        ..Conf::default()
    });
    measure_until_in_range("answers beside a reply of a million words", || {
        let mut socket = TcpStream::connect(nginx.address()).unwrap();
        socket.set_read_timeout(Some(deadline())).unwrap();
        socket
            .write_all(b"POST /v1/chat/completions HTTP/1.0\r\n\r\n")
            .unwrap();
        let mut bytes = vec![0; 1024 * 1024];
        assert!(socket.read(&mut bytes).unwrap() > 0);
        let is_over = AtomicBool::new(false);
        let times = thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    if socket.read(&mut bytes).unwrap() == 0 {
                        break;
                    }
                }
                // Gone before the others are done: the measurement is void.
                is_over.swap(true, Ordering::Relaxed)
            });
            let mut client = Client::connect(&nginx);
            let mut times = Vec::new();
            while times.len() < 50 && !is_over.load(Ordering::Relaxed) {
                let sent_at = Instant::now();
                client.send(request("GET", "/health", &[]));
                assert_eq!(client.response().status, 200);
                times.push(ms(sent_at.elapsed()));
            }
            is_over.store(true, Ordering::Relaxed);
            times
        });
        let count = times.len();
        let median = median(times);
        (
            format!("median {median:.2} ms of {count}"),
            count == 50 && median < 5.0,
        )
    });
}
