//! What must be even when a test is over: no request stays behind, and no
//! worker died over one.

use crate::support::client::{Client, request};
use crate::support::nginx::{Nginx, until};
use crate::support::worker::Worker;

/// The one worker of an nginx, and what it had open before the test.
pub struct Ledger {
    worker: Worker,
    open_files: usize,
}

impl Ledger {
    /// Before the first request of a test.
    pub fn open(nginx: &Nginx) -> Self {
        let worker = Worker::of(nginx);
        // A worker that has answered has opened what it needs itself.
        let mut client = Client::connect(nginx);
        client.send(request("GET", "/health", &[]));
        client.reply();
        let open_files = worker.open_files() - 1;
        Self { worker, open_files }
    }

    /// Asserts that the worker has done with so many requests since then, each
    /// logged once, and has all files back. The test has closed its
    /// connections.
    pub fn close(self, nginx: &Nginx, requests: usize) {
        let requests = requests + 1;
        until("each request is logged", || {
            (nginx.access_log().len() >= requests).then_some(())
        });
        until("all files are given back", || {
            (self.worker.open_files() <= self.open_files).then_some(())
        });
        let lines = nginx.access_log();
        assert_eq!(lines.len(), requests, "{lines:#?}");
        assert!(self.worker.is_the_one_of(nginx), "a worker died");
    }
}
