//! nginx without a master process, as a daemon, and with several workers.

use std::collections::HashSet;
use std::fs;

use crate::support::client::{Client, chat};
use crate::support::clients::{PACED, StreamClients, assert_complete};
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;

const TEXT: &str = "powered by openai";

#[test]
fn single_process_serves_requests() {
    let mut nginx = Nginx::with(&Conf {
        main: "master_process off;",
        ..Conf::default()
    });
    let mut client = Client::connect(&nginx);
    for _ in 0..2 {
        client.send(chat(&[], ""));
        assert_eq!(stream(&client.response()).text(), TEXT);
        client.send(chat(&[], r#"{"stream":false}"#));
        assert_eq!(client.response().json()["object"], "chat.completion");
    }
    let mut disconnects = Client::connect(&nginx);
    disconnects.send(chat(&[], ""));
    disconnects.wait_for("powered ");
    drop(disconnects);
    until("the abandoned stream is finished", || {
        (nginx.access_log().len() == 5).then_some(())
    });
    nginx.signal("quit");
    until("nginx has exited", || nginx.has_exited().then_some(()));
}

#[test]
fn single_process_serves_concurrent_streams() {
    let nginx = Nginx::with(&Conf {
        main: "master_process off;",
        server: &format!("{PACED} location / {{ llm_mock on; }}"),
        ..Conf::default()
    });
    assert_complete(&StreamClients::open(&nginx, 200).join());
}

#[test]
fn daemon_reloads_and_quits_with_open_streams() {
    let conf = Conf {
        daemon: true,
        server: &format!("{PACED} location / {{ llm_mock on; }}"),
        ..Conf::default()
    };
    let mut nginx = Nginx::with(&conf);
    let before = StreamClients::open(&nginx, 20);
    nginx.reload(&conf);
    let after = StreamClients::open(&nginx, 20);
    nginx.signal("quit");
    assert_complete(&before.join());
    assert_complete(&after.join());
    until("nginx has exited", || nginx.has_exited().then_some(()));
}

#[test]
fn several_workers_complete_all_streams() {
    for (listen, events) in [("", "accept_mutex on;"), ("reuseport", "")] {
        let nginx = Nginx::with(&Conf {
            workers: 4,
            listen,
            events,
            server: &format!("{PACED} location / {{ llm_mock on; }}"),
            ..Conf::default()
        });
        assert_complete(&StreamClients::open(&nginx, 200).join());
    }
}

#[test]
fn every_worker_serves() {
    let nginx = Nginx::with(&Conf {
        workers: 4,
        listen: "reuseport",
        server: "llm_mock_reply $pid; llm_mock_delay 0; location / { llm_mock on; }",
        ..Conf::default()
    });
    let mut workers = HashSet::new();
    until("each worker has answered", || {
        workers.insert(stream(&nginx.chat("")).text());
        (workers.len() == 4).then_some(())
    });
}

#[test]
fn worker_count_changes_with_open_streams() {
    let server = format!("{PACED} location / {{ llm_mock on; }}");
    let conf = |workers| Conf {
        workers,
        listen: "reuseport",
        server: &server,
        ..Conf::default()
    };
    let nginx = Nginx::with(&conf(1));
    let mut groups = Vec::new();
    for workers in [3, 1, 2] {
        groups.push(StreamClients::open(&nginx, 50));
        nginx.reload(&conf(workers));
        // nginx drops the connections that wait in the socket of a worker that exits.
        until("only the new workers listen", || {
            (listeners(&nginx) == workers as usize).then_some(())
        });
    }
    for clients in groups {
        assert_complete(&clients.join());
    }
}

/// The number of sockets that listen on nginx's port: with `reuseport`, one for each
/// worker.
fn listeners(nginx: &Nginx) -> usize {
    const LISTEN: &str = "00000000:0000 0A";
    let sockets = fs::read_to_string("/proc/net/tcp").unwrap();
    let port = nginx.address().port();
    sockets.matches(&format!(":{port:04X} {LISTEN}")).count()
}
