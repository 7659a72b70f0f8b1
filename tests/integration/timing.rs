//! When each word comes. These tests run alone, and a measurement that a busy
//! machine spoilt is taken again.

use std::time::{Duration, Instant};

use crate::support::client::{Client, chat};
use crate::support::http::Reply;
use crate::support::nginx::{Conf, Nginx, long_text};
use crate::support::stream::stream;

const ATTEMPTS: u32 = 5;

fn alone(directives: &str) -> Nginx {
    Nginx::alone(&Conf {
        server: &format!("{directives} location / {{ llm_mock on; }}"),
        ..Conf::default()
    })
}

/// Measures until the figures are right.
fn measured(what: &str, mut measure: impl FnMut() -> (String, bool)) {
    for attempt in 1..=ATTEMPTS {
        let (figures, right) = measure();
        println!("{what}: {figures}");
        if right {
            return;
        }
        assert!(attempt < ATTEMPTS, "{what}: {figures}, {ATTEMPTS} times");
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The time between one chunk and the next, in milliseconds.
pub fn gaps(reply: &Reply) -> Vec<f64> {
    reply
        .chunks
        .windows(2)
        .map(|pair| ms(pair[1].1 - pair[0].1))
        .collect()
}

fn text(words: usize) -> String {
    let words: Vec<String> = (1..=words).map(|n| format!("word{n}")).collect();
    words.join(" ")
}

#[test]
fn words_come_at_the_delay_and_do_not_drift() {
    let text = text(40);
    let nginx = alone(&format!("llm_mock_reply \"{text}\";"));
    measured("50 ms, 40 words", || {
        let reply = nginx.chat("");
        assert_eq!(stream(&reply).text(), text);
        let gap = median(gaps(&reply));
        let late = lateness(&reply);
        let drift = median(late[30..].to_vec()) - median(late[..10].to_vec());
        let figures = format!(
            "median gap {gap:.2} ms, last word {:.1} ms late, drift {drift:.2} ms, {} chunks",
            late[39],
            reply.chunks.len()
        );
        (figures, (gap - 50.0).abs() <= 2.0 && drift.abs() <= 2.0)
    });
}

/// How much later than due each word of 50 ms was, counted from the first.
fn lateness(reply: &Reply) -> Vec<f64> {
    let mut late = Vec::new();
    let mut start = 0;
    for &(end, at) in &reply.chunks {
        let words = reply.text()[start..end].matches("\"content\"").count();
        for _ in 0..words {
            late.push(ms(at - reply.begun) - 50.0 * late.len() as f64);
        }
        start = end;
    }
    late
}

#[test]
fn the_first_word_comes_at_once() {
    let nginx = alone("llm_mock_delay 60s;");
    measured("first word without first_delay", || {
        let mut client = Client::connect(&nginx);
        let asked = Instant::now();
        client.send(chat(&[], ""));
        client.wait_for("powered ");
        let first = ms(asked.elapsed());
        (format!("after {first:.2} ms"), first <= 10.0)
    });
}

#[test]
fn nothing_comes_before_the_first_delay() {
    let nginx = alone("llm_mock_first_delay 200ms; llm_mock_delay 0;");
    for body in ["", r#"{"stream":false}"#] {
        measured("first byte with first_delay 200 ms", || {
            let mut client = Client::connect(&nginx);
            let asked = Instant::now();
            client.send(chat(&[], body));
            // Not even a header: the reply begins with its first byte.
            let first = ms(client.reply().begun - asked);
            assert!(first >= 199.0, "{first}");
            (format!("after {first:.1} ms"), first <= 210.0)
        });
    }
}

#[test]
fn without_delay_the_whole_reply_leaves_in_one_write() {
    let text = text(100);
    let nginx = alone(&format!("llm_mock_delay 0; llm_mock_reply \"{text}\";"));
    // In one read of the client's too, status line and all.
    let reply = nginx.chat("");
    assert_eq!(stream(&reply).text(), text);
    assert_eq!(reply.chunks.len(), 1);
    assert_eq!(reply.begun, reply.ended);
}

#[test]
fn a_delay_below_a_millisecond_is_right_on_average() {
    for (delay, words, total) in [("2.5ms", 201, 500.0), ("500us", 1_001, 500.0)] {
        let text = text(words);
        let (http, variables) = long_text(&text);
        let nginx = Nginx::alone(&Conf {
            http: &http,
            server: &format!(
                "llm_mock_delay {delay}; llm_mock_reply \"{variables}\";
                 location / {{ llm_mock on; }}"
            ),
            ..Conf::default()
        });
        measured(&format!("{delay}, {words} words"), || {
            let reply = nginx.chat("");
            assert_eq!(stream(&reply).text(), text);
            let took = ms(reply.ended - reply.begun);
            let figures = format!("{took:.1} ms of {total} in {} chunks", reply.chunks.len());
            (figures, (took - total).abs() <= 5.0)
        });
    }
}
