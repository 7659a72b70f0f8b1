//! Clients that read a long stream slowly or not at all, and `limit_rate`.

use std::time::Duration;

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx, long_text, until};
use crate::support::stream::stream;

/// Thousands of words: about 20 MB on the wire, more than socket buffers hold.
const TIMES: usize = 100;

/// Starts a server whose reply is long. Returns the text, too.
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
fn slow_client_receives_every_byte_in_order() {
    let (nginx, text) = start("llm_mock_delay 0;");
    let mut slow = Client::connect(&nginx);
    slow.send(chat(&[], ""));
    // The only worker serves others while it waits for this client.
    for _ in 0..3 {
        let response = nginx.send(request("GET", "/health", &[]));
        assert_eq!(response.status, 200);
    }
    let response = slow.response();
    assert!(response.chunks.len() > 10, "all in a few chunks");
    assert_eq!(stream(&response).text(), text);
}

#[test]
fn slow_client_catches_up() {
    // All is due within a second; the socket buffers are full long before.
    let (nginx, text) = start("llm_mock_delay 10us;");
    let mut slow = Client::connect(&nginx);
    slow.send(chat(&[], ""));
    // Another client reads the same stream to its end meanwhile.
    let mut other = Client::connect(&nginx);
    other.send(chat(&[], ""));
    assert_eq!(stream(&other.response()).text(), text);
    assert_eq!(stream(&slow.response()).text(), text);
}

#[test]
fn send_timeout_closes_a_client_that_never_reads() {
    let (nginx, _) = start("llm_mock_delay 0; send_timeout 300ms;");
    let mut never = Client::connect(&nginx);
    never.send(chat(&[], ""));
    let line = until("the request is finished", || nginx.access_log().pop());
    let seconds: f32 = line.split(' ').nth(2).unwrap().parse().unwrap();
    // The default of send_timeout, 60 s, is longer than `until` waits.
    assert!(seconds > 0.25, "{line}");
    let log = nginx.error_log();
    assert!(log.contains("client timed out"), "{log}");
}

#[test]
fn disconnect_without_reading_frees_the_request() {
    let (nginx, _) = start("llm_mock_delay 0;");
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    nginx.send(request("GET", "/health", &[]));
    drop(client);
    until("the request is finished", || {
        (nginx.access_log().len() == 2).then_some(())
    });
}

#[test]
fn limit_rate_delays_and_loses_nothing() {
    const RATE: usize = 600;
    let text = "a b c d e f g h i j";
    let nginx = Nginx::start(&format!(
        "llm_mock_delay 1ms; llm_mock_reply \"{text}\"; limit_rate {RATE};"
    ));
    let response = nginx.chat("");
    assert_eq!(stream(&response).text(), text);
    // nginx counts whole seconds and sends the bytes of one second in advance, so
    // the bytes of the third second are sent after one second at least.
    assert!(response.body.len() > 3 * RATE);
    let took = response.last_byte_at - response.first_byte_at;
    assert!(took > Duration::from_millis(900), "{took:?}");
}
