//! What a process costs, and where it runs.

use std::fs;
use std::io;

use anyhow::{Context, Result};
use rustix::param::clock_ticks_per_second as ticks_per_second;
use rustix::process::{Resource, getrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};

/// The processor time that a process has used, its threads together, in
/// nanoseconds.
///
/// # Errors
///
/// There is no such process.
pub fn cpu(pid: u32) -> Result<u64> {
    let mut sum = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end meanwhile.
        if let Ok(line) = fs::read_to_string(task?.path().join("schedstat")) {
            let first = line.split(' ').next().unwrap_or_default();
            sum += first.parse::<u64>().context("schedstat")?;
        }
    }
    Ok(sum)
}

/// How long the machine's host has not let a core run that wanted to, in
/// seconds; 0 where that is not known.
pub fn stolen(core: usize) -> f64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let name = format!("cpu{core} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&name));
    let ticks = line.and_then(|line| line.split_whitespace().nth(7)?.parse().ok());
    ticks.unwrap_or(0.0) / ticks_per_second() as f64
}

/// The memory that only this process uses, in bytes.
///
/// # Errors
///
/// There is no such process, or it is another user's.
pub fn memory(pid: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = text.lines().find_map(|l| l.strip_prefix("Private_Dirty:"));
    let kilobytes = line.and_then(|l| l.trim().strip_suffix(" kB"));
    let kilobytes: u64 = kilobytes.context("smaps_rollup")?.trim().parse()?;
    Ok(kilobytes * 1_024)
}

/// The child processes of a process.
///
/// # Errors
///
/// There is no such process.
pub fn children(pid: u32) -> Result<Vec<u32>> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    Ok(text
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect())
}

/// Keeps this thread, and what it starts, on these cores.
///
/// # Errors
///
/// There are no such cores.
pub fn pin(cores: &[usize]) -> io::Result<()> {
    let mut set = CpuSet::new();
    cores.iter().for_each(|&core| set.set(core));
    Ok(sched_setaffinity(None, &set)?)
}

/// How many files a process may open.
pub fn open_files() -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(limit).unwrap_or(usize::MAX)
}
