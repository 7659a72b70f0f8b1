//! Open streams when nginx is told to quit, stop or reload.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::client::{Client, chat};
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;

/// A stream of 21 words that takes 400 ms.
const TEXT: &str = "a b c d e f g h i j k l m n o p q r s t u";

/// A delay longer than any test waits.
const FOREVER: &str = "llm_mock_delay 1h;";

/// Opens streams and waits for the first word of each.
fn open(nginx: &Nginx, count: usize) -> Vec<Client> {
    let mut clients: Vec<Client> = (0..count).map(|_| Client::connect(nginx)).collect();
    for client in &mut clients {
        client.send(chat(&[], ""));
    }
    for client in &mut clients {
        client.wait_for("a ");
    }
    clients
}

#[test]
fn quit_lets_open_streams_finish() {
    let mut nginx = Nginx::with(&Conf {
        workers: 2,
        server: &format!(
            "llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms; location / {{ llm_mock on; }}"
        ),
        ..Conf::default()
    });
    let clients = open(&nginx, 10);
    nginx.signal("quit");
    until("new connections are refused", || {
        TcpStream::connect(nginx.address()).err()
    });
    for mut client in clients {
        assert_eq!(stream(&client.response()).text(), TEXT);
        assert!(client.is_closed());
    }
    until("nginx has exited", || nginx.has_exited().then_some(()));
}

#[test]
fn stop_does_not_wait_for_open_streams() {
    let mut nginx = Nginx::start(&format!("llm_mock_reply \"{TEXT}\"; {FOREVER}"));
    let clients = open(&nginx, 10);
    let signalled = Instant::now();
    nginx.signal("stop");
    until("nginx has exited", || nginx.has_exited().then_some(()));
    let took = signalled.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(clients);
}

#[test]
fn reload_keeps_open_streams_and_changes_the_text_for_new_ones() {
    let server = |text: &str| {
        format!("llm_mock_reply \"{text}\"; llm_mock_delay 20ms; location / {{ llm_mock on; }}")
    };
    let old = server(TEXT);
    let new = server("new text");
    let conf = |server| Conf {
        workers: 2,
        server,
        ..Conf::default()
    };
    let nginx = Nginx::with(&conf(&old));
    let clients = open(&nginx, 10);
    nginx.reload(&conf(&new));
    for mut client in clients {
        assert_eq!(stream(&client.response()).text(), TEXT);
    }
    until("new requests get the new text", || {
        let text = stream(&nginx.chat("")).text();
        assert!(text == TEXT || text == "new text", "{text}");
        (text == "new text").then_some(())
    });
}
