//! Clients that disconnect free their requests.

use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Nginx, until};
use crate::support::stream::stream;

/// A stream of 21 words that takes 400 ms.
const TEXT: &str = "a b c d e f g h i j k l m n o p q r s t u";

/// A delay longer than any test waits.
const FOREVER: &str = "llm_mock_delay 1h;";

/// Closes the connection and waits until nginx has finished the request. Returns the
/// line of the access log.
fn disconnect(nginx: &Nginx, client: Client) -> String {
    let closed = Instant::now();
    drop(client);
    let line = until("the request is finished", || nginx.access_log().pop());
    let took = closed.elapsed();
    assert!(
        took < Duration::from_secs(5),
        "{took:?} after the disconnect"
    );
    line
}

#[test]
fn disconnect_within_a_stream_frees_the_request() {
    let nginx = Nginx::start(FOREVER);
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("powered ");
    let line = disconnect(&nginx, client);
    assert!(line.starts_with("200 "), "{line}");
}

#[test]
fn disconnect_before_the_first_byte_frees_the_request() {
    let nginx = Nginx::start("llm_mock_first_delay 1h;");
    for (n, body) in ["", r#"{"stream":false}"#].into_iter().enumerate() {
        let mut client = Client::connect(&nginx);
        client.send(chat(&[], body));
        // nginx reads this request before it answers another.
        nginx.send(request("GET", "/health", &[]));
        let finished = 2 * n + 1;
        until("the other request is logged", || {
            (nginx.access_log().len() == finished).then_some(())
        });
        drop(client);
        let line = until("the request is finished", || {
            nginx.access_log().get(finished).cloned()
        });
        // nginx's status for a client that closed the connection.
        assert!(line.starts_with("499 "), "{line}");
    }
}

#[test]
fn disconnect_with_a_pipelined_request_is_noticed() {
    let nginx = Nginx::start(FOREVER);
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], "").repeat(2));
    client.wait_for("powered ");
    disconnect(&nginx, client);
}

#[test]
fn disconnects_leave_other_streams_alone() {
    let nginx = Nginx::start(&format!("llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms;"));
    let mut other = Client::connect(&nginx);
    other.send(chat(&[], ""));
    other.wait_for("a ");
    for _ in 0..100 {
        let mut client = Client::connect(&nginx);
        client.send(chat(&[], ""));
        client.wait_for("a ");
    }
    assert_eq!(stream(&other.response()).text(), TEXT);
    until("all requests are finished", || {
        (nginx.access_log().len() == 101).then_some(())
    });
}

#[test]
fn half_closed_connection_is_a_disconnect() {
    let nginx = Nginx::start(FOREVER);
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("powered ");
    client.close_sending_side();
    until("the request is finished", || nginx.access_log().pop());
}

#[test]
fn ignore_client_abort_serves_a_half_closed_connection() {
    let nginx = Nginx::start(&format!(
        "llm_mock_ignore_client_abort on; llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms;"
    ));
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("a ");
    client.close_sending_side();
    assert_eq!(stream(&client.response()).text(), TEXT);
}

#[test]
fn ignore_client_abort_ends_when_a_write_fails() {
    // The complete stream takes 20 s, longer than `disconnect` waits.
    let text = "a ".repeat(1_000);
    let nginx = Nginx::start(&format!(
        "llm_mock_ignore_client_abort on; llm_mock_reply \"{text}\"; llm_mock_delay 20ms;"
    ));
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("a ");
    disconnect(&nginx, client);
}
