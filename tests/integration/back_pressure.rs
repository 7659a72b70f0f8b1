//! Clients that take a long text slowly, or not at all.

use std::time::Duration;

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx, long_text, until};
use crate::support::stream::stream;

/// 100,000 words: some 20 MB on the wire, more than sockets hold.
const TIMES: usize = 100;

fn start(directives: &str) -> (Nginx, String) {
    let words: Vec<String> = (0..1_000).map(|n| format!("word{n}")).collect();
    let thousand = words.join(" ") + " ";
    let (http, variables) = long_text(&thousand);
    let nginx = Nginx::with(&Conf {
        http: &format!(
            "{http} map $host $thousand {{ default \"{variables}\"; }}
             map $host $ten_thousand {{ default \"{}\"; }}",
            "$thousand".repeat(10)
        ),
        server: &format!(
            "{directives} llm_mock_reply \"{}\"; location / {{ llm_mock on; }}",
            "$ten_thousand".repeat(TIMES / 10)
        ),
        ..Conf::default()
    });
    (nginx, thousand.repeat(TIMES))
}

#[test]
fn a_client_that_reads_late_gets_every_byte_in_order() {
    let (nginx, text) = start("llm_mock_delay 0;");
    let mut late = Client::connect(&nginx);
    late.send(chat(&[], ""));
    // The one worker answers others while it waits for this client.
    for _ in 0..3 {
        let reply = nginx.ask(request("GET", "/health", &[]));
        assert_eq!(reply.status, 200);
    }
    let reply = late.reply();
    assert!(reply.chunks.len() > 10, "not one buffer of 20 MB");
    assert_eq!(stream(&reply).text(), text);
}

#[test]
fn a_client_that_reads_late_makes_up_for_it() {
    // Due within a second; sockets are full long before.
    let (nginx, text) = start("llm_mock_delay 10us;");
    let mut late = Client::connect(&nginx);
    late.send(chat(&[], ""));
    // Another client's stream of the same length, from begin to end.
    let mut other = Client::connect(&nginx);
    other.send(chat(&[], ""));
    assert_eq!(stream(&other.reply()).text(), text);
    assert_eq!(stream(&late.reply()).text(), text);
}

#[test]
fn a_client_that_never_reads_is_dropped_after_send_timeout() {
    let (nginx, _) = start("llm_mock_delay 0; send_timeout 300ms;");
    let mut never = Client::connect(&nginx);
    never.send(chat(&[], ""));
    let line = until("the request is done with", || nginx.access_log().pop());
    let seconds: f32 = line.split(' ').nth(2).unwrap().parse().unwrap();
    // nginx's default of 60 s is longer than `until` waits.
    assert!(seconds > 0.25, "{line}");
    let log = nginx.error_log();
    assert!(log.contains("client timed out"), "{log}");
}

#[test]
fn a_client_that_leaves_without_reading_frees_its_request_at_once() {
    let (nginx, _) = start("llm_mock_delay 0;");
    let mut leaves = Client::connect(&nginx);
    leaves.send(chat(&[], ""));
    nginx.ask(request("GET", "/health", &[]));
    drop(leaves);
    until("the request is done with", || {
        (nginx.access_log().len() == 2).then_some(())
    });
}

#[test]
fn limit_rate_holds_back_and_loses_nothing() {
    const RATE: usize = 600;
    let text = "a b c d e f g h i j";
    let nginx = Nginx::start(&format!(
        "llm_mock_delay 1ms; llm_mock_reply \"{text}\"; limit_rate {RATE};"
    ));
    let reply = nginx.chat("");
    assert_eq!(stream(&reply).text(), text);
    // nginx counts in whole seconds and lets one through in advance: of three
    // seconds' worth the last comes after one at least.
    assert!(reply.body.len() > 3 * RATE);
    let took = reply.ended - reply.begun;
    assert!(took > Duration::from_millis(900), "{took:?}");
}
