//! Processes by their id. Most of them are not children of the test program.

use std::fs;

use rustix::process::{Pid, kill_process, kill_process_group};

pub use rustix::process::Signal;

/// Sends a signal to a process if it still exists.
pub fn signal(pid: u32, signal: Signal) {
    let _ = kill_process(number(pid), signal);
}

/// Kills a process group.
pub fn kill_group(pid: u32) {
    let _ = kill_process_group(number(pid), Signal::KILL);
}

/// Whether a process that is not a child of the test program is running. Always
/// `false` on systems without /proc.
pub fn is_running(pid: u32) -> bool {
    // A process that ended is a zombie until its parent waits for it.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

fn number(pid: u32) -> Pid {
    Pid::from_raw(pid.try_into().unwrap()).unwrap()
}
