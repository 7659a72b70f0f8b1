//! nginx without a master, as a daemon, and with several workers.

use std::collections::HashSet;
use std::fs;

use crate::support::client::{Client, chat};
use crate::support::clients::{Clients, PACED, assert_whole};
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;

const SERVED: &str = "powered by openai";

#[test]
fn a_single_process_serves_as_a_worker_does() {
    let mut nginx = Nginx::with(&Conf {
        main: "master_process off;",
        ..Conf::default()
    });
    let mut client = Client::connect(&nginx);
    for _ in 0..2 {
        client.send(chat(&[], ""));
        assert_eq!(stream(&client.reply()).text(), SERVED);
        client.send(chat(&[], r#"{"stream":false}"#));
        assert_eq!(client.reply().json()["object"], "chat.completion");
    }
    let mut leaves = Client::connect(&nginx);
    leaves.send(chat(&[], ""));
    leaves.wait_for("powered ");
    drop(leaves);
    until("the stream that was left is done with", || {
        (nginx.access_log().len() == 5).then_some(())
    });
    nginx.signal("quit");
    until("nginx has ended", || nginx.has_exited().then_some(()));
}

#[test]
fn a_single_process_serves_many_streams() {
    let nginx = Nginx::with(&Conf {
        main: "master_process off;",
        server: &format!("{PACED} location / {{ llm_mock on; }}"),
        ..Conf::default()
    });
    assert_whole(&Clients::open(&nginx, 200).ends());
}

#[test]
fn a_daemon_reloads_and_quits_with_streams_open() {
    let conf = Conf {
        daemon: true,
        server: &format!("{PACED} location / {{ llm_mock on; }}"),
        ..Conf::default()
    };
    let mut nginx = Nginx::with(&conf);
    let before = Clients::open(&nginx, 20);
    nginx.reload(&conf);
    let after = Clients::open(&nginx, 20);
    nginx.signal("quit");
    assert_whole(&before.ends());
    assert_whole(&after.ends());
    until("nginx has ended", || nginx.has_exited().then_some(()));
}

#[test]
fn several_workers_share_the_streams() {
    for (listen, events) in [("", "accept_mutex on;"), ("reuseport", "")] {
        let nginx = Nginx::with(&Conf {
            workers: 4,
            listen,
            events,
            server: &format!("{PACED} location / {{ llm_mock on; }}"),
            ..Conf::default()
        });
        assert_whole(&Clients::open(&nginx, 200).ends());
    }
}

#[test]
fn each_worker_of_several_serves() {
    let nginx = Nginx::with(&Conf {
        workers: 4,
        listen: "reuseport",
        server: "llm_mock_reply $pid; llm_mock_delay 0; location / { llm_mock on; }",
        ..Conf::default()
    });
    let mut workers = HashSet::new();
    until("each has answered", || {
        workers.insert(stream(&nginx.chat("")).text());
        (workers.len() == 4).then_some(())
    });
}

#[test]
fn workers_come_and_go_with_streams_open() {
    let server = format!("{PACED} location / {{ llm_mock on; }}");
    let conf = |workers| Conf {
        workers,
        listen: "reuseport",
        server: &server,
        ..Conf::default()
    };
    let nginx = Nginx::with(&conf(1));
    let mut crowds = Vec::new();
    for workers in [3, 1, 2] {
        crowds.push(Clients::open(&nginx, 50));
        nginx.reload(&conf(workers));
        // nginx drops what waits in the socket of a worker that it takes away.
        until("each worker listens and none of before", || {
            (listeners(&nginx) == workers as usize).then_some(())
        });
    }
    for crowd in crowds {
        assert_whole(&crowd.ends());
    }
}

/// How many sockets listen on nginx's port: with `reuseport` one for each
/// worker.
fn listeners(nginx: &Nginx) -> usize {
    const LISTEN: &str = "00000000:0000 0A";
    let sockets = fs::read_to_string("/proc/net/tcp").unwrap();
    let port = nginx.address().port();
    sockets.matches(&format!(":{port:04X} {LISTEN}")).count()
}
