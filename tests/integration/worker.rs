//! The worker process from outside: its memory, its open files.

use std::fs;

use crate::nginx::{Nginx, until};

/// The one worker of an nginx.
pub struct Worker {
    pid: String,
}

impl Worker {
    /// Of an nginx that has one worker.
    pub fn of(nginx: &Nginx) -> Self {
        let master = nginx.pid();
        let children = format!("/proc/{master}/task/{master}/children");
        let pid = until("the worker is there", || {
            let pid = fs::read_to_string(&children).unwrap();
            let pid = pid.trim().to_owned();
            (!pid.is_empty()).then_some(pid)
        });
        assert!(pid.parse::<u32>().is_ok(), "not one worker: {pid}");
        Self { pid }
    }

    /// Whether that nginx still has this worker.
    pub fn is_the_one_of(&self, nginx: &Nginx) -> bool {
        Self::of(nginx).pid == self.pid
    }

    /// What it has in memory, in bytes.
    pub fn memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
        kilobytes.parse::<usize>().unwrap() * 1024
    }

    /// How many files and sockets it has open.
    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid))
            .unwrap()
            .count()
    }
}
