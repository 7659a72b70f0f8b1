//! A thousand streams when nginx is told to reload or quit, and at
//! `worker_shutdown_timeout`.

use std::time::{Duration, Instant};

use crate::support::client::{Client, request};
use crate::support::clients::{PACED, StreamClients, assert_complete, assert_logged, stream_count};
use crate::support::memcheck;
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::worker::Worker;

#[test]
fn fifty_reloads_interrupt_none_of_a_thousand_streams() {
    let reloads = if memcheck::is_on() { 5 } else { 50 };
    let server = |generation: usize| {
        format!(
            "{PACED} location / {{ llm_mock on; }}
             location = /generation {{ return 200 {generation}; }}"
        )
    };
    let reload = |nginx: &Nginx, generation| {
        nginx.reload(&Conf {
            server: &server(generation),
            ..Conf::default()
        });
    };
    let nginx = Nginx::with(&Conf {
        server: &server(0),
        ..Conf::default()
    });
    let start = Instant::now();
    let clients = StreamClients::keep_open(&nginx, stream_count());
    let mut requests = 0;
    for generation in 1..=reloads {
        reload(&nginx, generation);
        until("the reload is done", || {
            requests += 1;
            let response = nginx.send(request("GET", "/generation", &[]));
            (response.text() == generation.to_string()).then_some(())
        });
    }
    let took = start.elapsed();
    let results = clients.join();
    println!("{} streams, {reloads} reloads in {took:?}", results.len());
    assert!(results.len() >= stream_count());
    assert_complete(&results);
    assert_logged(&nginx, results.len() + requests);
    until("only the newest worker is left", || Worker::single(&nginx));
}

#[test]
fn quit_lets_a_thousand_streams_finish() {
    let mut nginx = Nginx::start(PACED);
    let clients = StreamClients::open(&nginx, stream_count());
    nginx.signal("quit");
    let signalled = Instant::now();
    let results = clients.join();
    assert_complete(&results);
    let last = results
        .iter()
        .flatten()
        .map(|response| response.last_byte_at)
        .max();
    assert!(last.is_some_and(|last| last > signalled));
    until("nginx has exited", || nginx.has_exited().then_some(()));
    assert_logged(&nginx, results.len());
}

#[test]
fn worker_shutdown_timeout_closes_the_streams_of_the_old_worker() {
    let timeout = Duration::from_millis(500);
    let long = "word ".repeat(500);
    let conf = Conf {
        main: "worker_shutdown_timeout 500ms;",
        server: &format!(
            "location / {{ llm_mock on; llm_mock_delay 1h; }}
             location /stays/ {{ llm_mock on; llm_mock_delay 1h; llm_mock_ignore_client_abort on; }}
             location /full/ {{ llm_mock on; llm_mock_delay 0; llm_mock_reply \"{long}\";
                 limit_rate 1; }}
             location /first/ {{ llm_mock on; llm_mock_first_delay 1h; }}
             location /mirrors/ {{ llm_mock on; llm_mock_delay 0; mirror /v1/chat/completions; }}
             location = /health {{ llm_mock on; }}"
        ),
        ..Conf::default()
    };
    let nginx = Nginx::with(&conf);
    let old = Worker::of(&nginx);
    // Streams in other states: one that ignores a disconnect, one held back by
    // limit_rate, one before its headers, and one with a subrequest.
    let mut others: Vec<Client> = ["/stays", "/full", "/first", "/mirrors"]
        .map(|prefix| {
            let mut client = Client::connect(&nginx);
            client.send(request(
                "POST",
                &format!("{prefix}/v1/chat/completions"),
                &[],
            ));
            client
        })
        .into();
    // A request whose body stays incomplete.
    let mut sending = Client::connect(&nginx);
    sending.send(request(
        "POST",
        "/v1/chat/completions",
        &[("Content-Length", "9")],
    ));
    others.push(sending);
    let clients = StreamClients::open(&nginx, stream_count());
    let signalled = Instant::now();
    nginx.reload(&conf);
    let results = clients.join();
    let took = signalled.elapsed();
    println!("{} streams closed after {took:?}", results.len());
    assert!(took > timeout, "{took:?}");
    assert!(
        results.iter().all(|result| result.is_err()),
        "a stream is complete"
    );
    for client in &mut others {
        client.read_to_end();
    }
    until("the old worker has exited", || Worker::single(&nginx));
    assert!(!old.is_worker_of(&nginx));
    assert_eq!(nginx.send(request("GET", "/health", &[])).status, 200);
    let requests = results.len() + others.len() + 1;
    until("each request is logged", || {
        (nginx.access_log().len() == requests).then_some(())
    });
}
