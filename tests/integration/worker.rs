//! The processes of nginx from outside: their memory, their open files.

use std::fs;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::nginx::{Nginx, until};

/// Files that a process may have open.
const ENOUGH: u64 = 4_096;

/// The one worker of an nginx.
pub struct Worker {
    pid: u32,
}

impl Worker {
    /// Of an nginx that has one worker.
    pub fn of(nginx: &Nginx) -> Self {
        until("the worker is there", || Self::alone(nginx))
    }

    /// Of an nginx that has one worker now: none of before a reload.
    pub fn alone(nginx: &Nginx) -> Option<Self> {
        let master = nginx.pid();
        let children = format!("/proc/{master}/task/{master}/children");
        let children = fs::read_to_string(children).unwrap();
        let pid = children.trim().parse().ok()?;
        Some(Self { pid })
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether that nginx still has this worker.
    pub fn is_the_one_of(&self, nginx: &Nginx) -> bool {
        Self::of(nginx).pid == self.pid
    }

    /// What it has in memory, in bytes.
    pub fn memory(&self) -> usize {
        memory_of(self.pid)
    }

    /// Lets it take so many bytes of address space more than it has now.
    pub fn limit_memory(&self, more: usize) {
        let limit = status_of(self.pid, "VmSize:") + more;
        let done = Command::new("prlimit")
            .args(["--pid", &self.pid.to_string()])
            .arg(format!("--as={limit}"))
            .status()
            .unwrap();
        assert!(done.success(), "prlimit");
    }

    /// How many files and sockets it has open.
    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid))
            .unwrap()
            .count()
    }
}

/// What a process has in memory, in bytes.
pub fn memory_of(pid: u32) -> usize {
    status_of(pid, "VmRSS:")
}

/// A size from what the kernel says of a process, in bytes.
fn status_of(pid: u32, name: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name));
    let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kilobytes.parse::<usize>().unwrap() * 1024
}

/// Lets this process, and each nginx that it starts, have some thousand files
/// open: many systems begin with 1,024.
pub fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let enough = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if limit.current.is_some_and(|current| current < enough) {
        let current = Some(enough);
        setrlimit(Resource::Nofile, Rlimit { current, ..limit }).unwrap();
    }
}
