//! A binary upgrade under load, completed or reverted.

use crate::support::client::request;
use crate::support::clients::{PACED, StreamClients, assert_complete, assert_logged, stream_count};
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

/// Sends requests until this worker answers. Returns their number.
fn requests_until_served_by(nginx: &Nginx, worker: &Worker) -> usize {
    let mut requests = 0;
    until("the worker serves", || {
        requests += 1;
        let response = nginx.send(request("GET", "/pid", &[]));
        (response.text() == worker.pid().to_string()).then_some(())
    });
    requests
}

#[test]
fn upgrade_interrupts_none_of_a_thousand_streams() {
    let mut nginx = start();
    let clients = StreamClients::keep_open(&nginx, stream_count());
    let old = nginx.pid();
    nginx.upgrade();
    let worker = Worker::of(&nginx);
    let mut requests = requests_until_served_by(&nginx, &worker);
    signal(old, Signal::QUIT);
    // It exits once its workers have no stream left.
    until("the old master has exited", || {
        (!is_running(old)).then_some(())
    });
    assert_eq!(
        requests_until_served_by(&nginx, &worker),
        1,
        "another worker answered"
    );
    requests += 1;
    let results = clients.join();
    println!("{} streams", results.len());
    assert_complete(&results);
    assert_logged(&nginx, results.len() + requests);
    assert!(worker.is_worker_of(&nginx), "the new worker died");
}

#[test]
fn reverted_upgrade_interrupts_no_stream() {
    let mut nginx = start();
    let clients = StreamClients::keep_open(&nginx, stream_count() / 10);
    let old = nginx.pid();
    // nginx logs "PID#TID: message"; TID is 0 if nginx was built without threads.
    let old_worker = format!(" {}#", Worker::of(&nginx).pid());
    let is_shutting_down =
        |line: &str| line.contains(&old_worker) && line.contains("gracefully shutting down");
    nginx.upgrade();
    // The old worker finishes its streams; the new one serves.
    signal(old, Signal::WINCH);
    until("the old worker is shutting down", || {
        let log = nginx.error_log();
        log.lines().any(is_shutting_down).then_some(())
    });
    let mut requests = requests_until_served_by(&nginx, &Worker::of(&nginx));
    // The old master starts workers again. If it noticed the exit of the new master
    // first, it would start them twice.
    let before = children(old).len();
    signal(old, Signal::HUP);
    until("the old master has a new worker", || {
        (children(old).len() > before).then_some(())
    });
    nginx.roll_back();
    assert_eq!(nginx.pid(), old);
    let worker = until("only the newest worker of the old master is left", || {
        Worker::single(&nginx)
    });
    requests += requests_until_served_by(&nginx, &worker);
    let results = clients.join();
    assert_complete(&results);
    assert_logged(&nginx, results.len() + requests);
    // nginx.pid has the id of the old master again.
    nginx.signal("reload");
    until("the old master reloads", || {
        (!worker.is_worker_of(&nginx)).then_some(())
    });
}
