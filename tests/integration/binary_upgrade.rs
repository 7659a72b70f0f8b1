//! Another binary takes over while nginx serves, or gives up again.

use crate::control_signals_under_load::assert_logged;
use crate::support::client::request;
use crate::support::clients::{Clients, PACED, a_thousand, assert_whole};
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::process::{Signal, is_running, signal};
use crate::support::worker::{Worker, children};

fn start() -> Nginx {
    Nginx::with(&Conf {
        daemon: true,
        server: &format!(
            "{PACED} location / {{ llm_mock on; }} location = /pid {{ return 200 $pid; }}"
        ),
        ..Conf::default()
    })
}

/// Asks until this worker answers; gives how often.
fn asks_until_served_by(nginx: &Nginx, worker: &Worker) -> usize {
    let mut asked = 0;
    until("the worker serves", || {
        asked += 1;
        let reply = nginx.ask(request("GET", "/pid", &[]));
        (reply.text() == worker.pid().to_string()).then_some(())
    });
    asked
}

#[test]
fn an_upgrade_of_the_binary_breaks_none_of_a_thousand_streams() {
    let mut nginx = start();
    let clients = Clients::keep_open(&nginx, a_thousand());
    let old = nginx.pid();
    nginx.upgrade();
    let worker = Worker::of(&nginx);
    let mut asked = asks_until_served_by(&nginx, &worker);
    signal(old, Signal::QUIT);
    // Only once its workers have no stream left.
    until("the old master has ended", || {
        (!is_running(old)).then_some(())
    });
    assert_eq!(asks_until_served_by(&nginx, &worker), 1, "another served");
    asked += 1;
    let ends = clients.ends();
    println!("{} streams", ends.len());
    assert_whole(&ends);
    assert_logged(&nginx, ends.len() + asked);
    assert!(worker.is_the_one_of(&nginx), "the new worker died");
}

#[test]
fn an_upgrade_that_is_given_up_breaks_no_stream() {
    let mut nginx = start();
    let clients = Clients::keep_open(&nginx, a_thousand() / 10);
    let old = nginx.pid();
    let stops = format!(
        "{0}#{0}: gracefully shutting down",
        Worker::of(&nginx).pid()
    );
    nginx.upgrade();
    // The old workers finish what they have; the new ones serve.
    signal(old, Signal::WINCH);
    until("the old worker stops", || {
        nginx.error_log().contains(&stops).then_some(())
    });
    let mut asked = asks_until_served_by(&nginx, &Worker::of(&nginx));
    // The old master starts workers again; if it saw the end of the new one
    // first, it would start them twice.
    let before = children(old).len();
    signal(old, Signal::HUP);
    until("the old master has a new worker", || {
        (children(old).len() > before).then_some(())
    });
    nginx.roll_back();
    assert_eq!(nginx.pid(), old);
    let worker = until("none but the old master's newest worker is left", || {
        Worker::alone(&nginx)
    });
    asked += asks_until_served_by(&nginx, &worker);
    let ends = clients.ends();
    assert_whole(&ends);
    assert_logged(&nginx, ends.len() + asked);
    // The file of its process number is its own again.
    nginx.signal("reload");
    until("it reloads", || {
        (!worker.is_the_one_of(&nginx)).then_some(())
    });
}
