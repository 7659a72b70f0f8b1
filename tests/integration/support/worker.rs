//! The processes of nginx from outside: their memory, their open files, the
//! time they use.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::nginx::{Nginx, until};

/// Files that a process may have open.
const ENOUGH: u64 = 4_096;

/// The processes that another has begun and not yet seen the end of.
pub fn children(parent: u32) -> Vec<u32> {
    let children = format!("/proc/{parent}/task/{parent}/children");
    let children = fs::read_to_string(children).unwrap();
    let pids = children.split_whitespace();
    pids.map(|pid| pid.parse().unwrap()).collect()
}

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
        match children(nginx.pid())[..] {
            [pid] => Some(Self { pid }),
            _ => None,
        }
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

    /// The most it ever had in memory, in bytes.
    pub fn peak_memory(&self) -> usize {
        status_of(self.pid, "VmHWM:")
    }

    /// The time on a processor that it used so far.
    pub fn cpu_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap();
        // Behind the name in brackets, user and system time stand as number 12
        // and 13, in ticks of which Linux shows 100 a second.
        let (_, numbers) = stat.rsplit_once(')').unwrap();
        let times = numbers.split_whitespace().skip(11).take(2);
        let ticks: u64 = times.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(10 * ticks)
    }

    /// The time on a processor that it uses while `time` passes.
    pub fn cpu_time_within(&self, time: Duration) -> Duration {
        let before = self.cpu_time();
        thread::sleep(time);
        self.cpu_time() - before
    }

    /// Stands still until `go_on`.
    pub fn stand_still(&self) {
        self.signal("-STOP");
    }

    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid.to_string();
        let done = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(done.success(), "kill {signal} {pid}");
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
