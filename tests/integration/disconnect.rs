//! Clients that leave, and a server that ends or changes under open streams.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;

/// 21 words that take 400 ms.
const TEXT: &str = "a b c d e f g h i j k l m n o p q r s t u";

/// Longer than any test waits.
const FOREVER: &str = "llm_mock_delay 1h;";

/// Leaves, and waits until nginx has done with the request.
fn leave(nginx: &Nginx, client: Client) -> String {
    let left = Instant::now();
    drop(client);
    let line = until("the request is done with", || nginx.access_log().pop());
    let took = left.elapsed();
    assert!(
        took < Duration::from_secs(5),
        "{took:?} after the client left"
    );
    line
}

#[test]
fn a_client_that_leaves_within_the_stream_frees_its_request_at_once() {
    let nginx = Nginx::start(FOREVER);
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("powered ");
    let line = leave(&nginx, client);
    assert!(line.starts_with("200 "), "{line}");
}

#[test]
fn a_client_that_leaves_before_anything_came_frees_its_request_at_once() {
    let nginx = Nginx::start("llm_mock_first_delay 1h;");
    for (n, body) in ["", r#"{"stream":false}"#].into_iter().enumerate() {
        let mut client = Client::connect(&nginx);
        client.send(chat(&[], body));
        // Another request's reply: this one was read before it.
        nginx.ask(request("GET", "/health", &[]));
        let begun = 2 * n + 1;
        until("it is logged", || {
            (nginx.access_log().len() == begun).then_some(())
        });
        drop(client);
        let line = until("the request is done with", || {
            nginx.access_log().get(begun).cloned()
        });
        // nginx's status for a client that closed the connection.
        assert!(line.starts_with("499 "), "{line}");
    }
}

#[test]
fn a_client_that_leaves_with_a_request_in_the_pipeline_is_noticed() {
    let nginx = Nginx::start(FOREVER);
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], "").repeat(2));
    client.wait_for("powered ");
    leave(&nginx, client);
}

#[test]
fn many_clients_that_leave_take_no_one_else_along() {
    let nginx = Nginx::start(&format!("llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms;"));
    let mut stays = Client::connect(&nginx);
    stays.send(chat(&[], ""));
    stays.wait_for("a ");
    for _ in 0..100 {
        let mut client = Client::connect(&nginx);
        client.send(chat(&[], ""));
        client.wait_for("a ");
    }
    assert_eq!(stream(&stays.reply()).text(), TEXT);
    until("all are done with", || {
        (nginx.access_log().len() == 101).then_some(())
    });
}

#[test]
fn a_client_that_closes_its_sending_side_has_left() {
    let nginx = Nginx::start(FOREVER);
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("powered ");
    client.close_sending_side();
    until("the request is done with", || nginx.access_log().pop());
}

#[test]
fn a_client_that_closes_its_sending_side_gets_the_stream_if_it_is_to() {
    let nginx = Nginx::start(&format!(
        "llm_mock_ignore_client_abort on; llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms;"
    ));
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("a ");
    client.close_sending_side();
    assert_eq!(stream(&client.reply()).text(), TEXT);
}

#[test]
fn a_client_that_is_gone_ends_a_stream_that_ignores_it_with_a_write() {
    // In whole it would take 20 s, longer than `leave` waits.
    let text = "a ".repeat(1_000);
    let nginx = Nginx::start(&format!(
        "llm_mock_ignore_client_abort on; llm_mock_reply \"{text}\"; llm_mock_delay 20ms;"
    ));
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("a ");
    leave(&nginx, client);
}

/// Streams that have begun.
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
    until("nobody new is served", || {
        TcpStream::connect(nginx.address()).err()
    });
    for mut client in clients {
        assert_eq!(stream(&client.reply()).text(), TEXT);
        assert!(client.is_closed());
    }
    until("nginx has ended", || nginx.has_exited().then_some(()));
}

#[test]
fn stop_does_not_wait_for_open_streams() {
    let mut nginx = Nginx::start(&format!("llm_mock_reply \"{TEXT}\"; {FOREVER}"));
    let clients = open(&nginx, 10);
    let asked = Instant::now();
    nginx.signal("stop");
    until("nginx has ended", || nginx.has_exited().then_some(()));
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(clients);
}

#[test]
fn a_reload_keeps_open_streams_and_changes_the_text_for_new_ones() {
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
        assert_eq!(stream(&client.reply()).text(), TEXT);
    }
    until("the new text", || {
        let text = stream(&nginx.chat("")).text();
        assert!(text == TEXT || text == "new text", "{text}");
        (text == "new text").then_some(())
    });
}
