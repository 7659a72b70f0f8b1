//! Memory, open files and CPU time of nginx processes, from /proc.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::nginx::{Nginx, until};

/// The limit of open files that the tests need.
const ENOUGH: u64 = 4_096;

/// Memory that a worker can allocate meanwhile for other reasons, in bytes: ten
/// pages.
pub const MEMORY_NOISE: usize = 40 * 1024;

/// The child processes of a process.
pub fn children(parent: u32) -> Vec<u32> {
    let children = format!("/proc/{parent}/task/{parent}/children");
    let children = fs::read_to_string(children).unwrap();
    let pids = children.split_whitespace();
    pids.map(|pid| pid.parse().unwrap()).collect()
}

/// The only worker of an nginx.
pub struct Worker {
    pid: u32,
}

impl Worker {
    /// Waits until an nginx has exactly one worker.
    pub fn of(nginx: &Nginx) -> Self {
        until("there is one worker", || Self::single(nginx))
    }

    /// The worker of an nginx that has exactly one now: after a reload, old workers
    /// can still be running.
    pub fn single(nginx: &Nginx) -> Option<Self> {
        match children(nginx.pid())[..] {
            [pid] => Some(Self { pid }),
            _ => None,
        }
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether this is still the only worker of that nginx.
    pub fn is_worker_of(&self, nginx: &Nginx) -> bool {
        Self::of(nginx).pid == self.pid
    }

    /// Resident memory, in bytes.
    pub fn memory(&self) -> usize {
        memory_of(self.pid)
    }

    /// Limits the address space to its current size plus `more` bytes.
    pub fn limit_memory(&self, more: usize) {
        let limit = status_of(self.pid, "VmSize:") + more;
        let done = Command::new("prlimit")
            .args(["--pid", &self.pid.to_string()])
            .arg(format!("--as={limit}"))
            .status()
            .unwrap();
        assert!(done.success(), "prlimit");
    }

    /// Peak resident memory, in bytes.
    pub fn peak_memory(&self) -> usize {
        status_of(self.pid, "VmHWM:")
    }

    /// How often the process slept: waited for an event that had not come yet.
    pub fn voluntary_switches(&self) -> usize {
        number_of(self.pid, "voluntary_ctxt_switches:")
    }

    /// CPU time used so far.
    pub fn cpu_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap();
        // proc_pid_stat(5): utime and stime are fields 14 and 15, the 12th and 13th
        // after the name in parentheses, in ticks of 10 ms.
        let (_, numbers) = stat.rsplit_once(')').unwrap();
        let times = numbers.split_whitespace().skip(11).take(2);
        let ticks: u64 = times.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(10 * ticks)
    }

    /// CPU time used during the next `time`.
    pub fn cpu_time_during(&self, time: Duration) -> Duration {
        let before = self.cpu_time();
        thread::sleep(time);
        self.cpu_time() - before
    }

    /// Stops the process until `resume`.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid.to_string();
        let done = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(done.success(), "kill {signal} {pid}");
    }

    /// The number of open files and sockets.
    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid))
            .unwrap()
            .count()
    }
}

/// Resident memory of a process, in bytes.
pub fn memory_of(pid: u32) -> usize {
    status_of(pid, "VmRSS:")
}

/// A size from /proc/PID/status, in bytes.
fn status_of(pid: u32, name: &str) -> usize {
    number_of(pid, name) * 1024
}

/// A number from /proc/PID/status.
fn number_of(pid: u32, name: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.unwrap().split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}

/// Raises the limit of open files for the test program and each nginx that it
/// starts. The default is 1,024 on many systems.
pub fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let enough = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if limit.current.is_some_and(|current| current < enough) {
        let current = Some(enough);
        setrlimit(Resource::Nofile, Rlimit { current, ..limit }).unwrap();
    }
}
