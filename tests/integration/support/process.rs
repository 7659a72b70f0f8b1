//! Processes by their number, of which most are no children of this program.

use std::fs;

use rustix::process::{Pid, kill_process, kill_process_group};

pub use rustix::process::Signal;

/// Sends a signal to a process, if it is still there.
pub fn signal(pid: u32, signal: Signal) {
    let _ = kill_process(number(pid), signal);
}

/// Ends a process and all that it started.
pub fn kill_group(pid: u32) {
    let _ = kill_process_group(number(pid), Signal::KILL);
}

/// Whether a process that is no child of this program still runs; only Linux
/// says.
pub fn is_running(pid: u32) -> bool {
    // One that has ended stays as a zombie until its parent looks after it.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

fn number(pid: u32) -> Pid {
    Pid::from_raw(pid.try_into().unwrap()).unwrap()
}
