//! Checks at the end of a test that no request is left open and that no worker
//! died.

use crate::support::client::{Client, request};
use crate::support::nginx::{Nginx, until};
use crate::support::worker::Worker;

/// The only worker of an nginx, and the files it had open before the test.
pub struct LeakCheck {
    worker: Worker,
    open_files: usize,
}

impl LeakCheck {
    /// Call it before the first request of a test.
    pub fn begin(nginx: &Nginx) -> Self {
        let worker = Worker::of(nginx);
        // A worker that has answered has opened the files it needs itself.
        let mut client = Client::connect(nginx);
        client.send(request("GET", "/health", &[]));
        client.response();
        let open_files = worker.open_files() - 1;
        Self { worker, open_files }
    }

    /// Asserts that the worker has logged exactly `requests` requests since
    /// `begin` and has closed their files. The test must have closed its
    /// connections.
    pub fn finish(self, nginx: &Nginx, requests: usize) {
        let requests = requests + 1;
        until("each request is logged", || {
            (nginx.access_log().len() >= requests).then_some(())
        });
        until("all files are closed", || {
            (self.worker.open_files() <= self.open_files).then_some(())
        });
        let lines = nginx.access_log();
        assert_eq!(lines.len(), requests, "{lines:#?}");
        assert!(self.worker.is_worker_of(nginx), "a worker died");
    }
}
