//! A thousand streams under reloads, and when nginx is told to quit.

use std::time::{Duration, Instant};

use crate::support::client::{Client, request};
use crate::support::clients::{Clients, PACED, a_thousand, assert_whole};
use crate::support::memcheck;
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::worker::Worker;

/// Asserts that each request was logged once, and none of them as refused.
pub fn assert_logged(nginx: &Nginx, requests: usize) {
    until("each request is logged", || {
        (nginx.access_log().len() >= requests).then_some(())
    });
    let lines = nginx.access_log();
    assert_eq!(lines.len(), requests);
    let failed = lines.iter().find(|line| !line.starts_with("200 "));
    assert_eq!(failed, None);
}

#[test]
fn a_thousand_streams_at_any_time_live_through_fifty_reloads() {
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
    let begun = Instant::now();
    let clients = Clients::keep_open(&nginx, a_thousand());
    let mut asked = 0;
    for generation in 1..=reloads {
        reload(&nginx, generation);
        until("the reload is done", || {
            asked += 1;
            let reply = nginx.ask(request("GET", "/generation", &[]));
            (reply.text() == generation.to_string()).then_some(())
        });
    }
    let took = begun.elapsed();
    let ends = clients.ends();
    println!("{} streams, {reloads} reloads in {took:?}", ends.len());
    assert!(ends.len() >= a_thousand());
    assert_whole(&ends);
    assert_logged(&nginx, ends.len() + asked);
    until("none but the newest worker is left", || {
        Worker::alone(&nginx)
    });
}

#[test]
fn quit_lets_a_thousand_streams_finish() {
    let mut nginx = Nginx::start(PACED);
    let clients = Clients::open(&nginx, a_thousand());
    nginx.signal("quit");
    let asked = Instant::now();
    let ends = clients.ends();
    assert_whole(&ends);
    let last = ends.iter().flatten().map(|reply| reply.ended).max();
    assert!(last.is_some_and(|last| last > asked));
    until("nginx has ended", || nginx.has_exited().then_some(()));
    assert_logged(&nginx, ends.len());
}

#[test]
fn worker_shutdown_timeout_ends_a_thousand_streams_and_nothing_else() {
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
    // Each in another state: with a timer, with one and a client that may
    // leave, held back, before its headers, and with a subrequest.
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
    // A request whose body is never whole.
    let mut sending = Client::connect(&nginx);
    sending.send(request(
        "POST",
        "/v1/chat/completions",
        &[("Content-Length", "9")],
    ));
    others.push(sending);
    let clients = Clients::open(&nginx, a_thousand());
    let asked = Instant::now();
    nginx.reload(&conf);
    let ends = clients.ends();
    let took = asked.elapsed();
    println!("{} streams closed after {took:?}", ends.len());
    assert!(took > timeout, "{took:?}");
    assert!(ends.iter().all(|end| end.is_err()), "a stream is whole");
    for client in &mut others {
        client.read_to_end();
    }
    until("the old worker has ended", || Worker::alone(&nginx));
    assert!(!old.is_the_one_of(&nginx));
    assert_eq!(nginx.ask(request("GET", "/health", &[])).status, 200);
    let requests = ends.len() + others.len() + 1;
    until("each request is logged", || {
        (nginx.access_log().len() == requests).then_some(())
    });
}
