//! The heap of the module in a process of its own, which runs out of memory. On
//! the main thread, as in nginx: other threads have heaps of another kind.

#![allow(clippy::unwrap_used)]

#[path = "../src/ngx/heap.rs"]
mod heap;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Blocks as an answer has them.
const SIZES: [usize; 6] = [16, 700, 41, 5_000, 300, 120];

/// So much is always there as long as there is a reserve.
const PROMISED: usize = 40 * 1024;

fn main() {
    // Elsewhere a process can't be kept from taking memory.
    if !cfg!(target_os = "linux") {
        return;
    }
    // Beyond what the process has by now, and what the lists below take.
    const LEFT: u64 = 8 * 1024 * 1024;
    let mut all: Vec<Vec<u8>> = Vec::with_capacity(200_000);
    let mut answer: Vec<Vec<u8>> = Vec::with_capacity(1_000);
    assert!(heap::is_there_for_an_answer(PROMISED));
    let Rlimit { maximum, .. } = getrlimit(Resource::As);
    let current = Some(in_use() + LEFT);
    setrlimit(Resource::As, Rlimit { current, maximum }).unwrap();

    let least = SIZES.into_iter().min().unwrap();
    for size in [100_000, 10_000, 1_000, 100, least] {
        while heap::is_there(size) {
            all.push(Vec::with_capacity(size));
        }
    }
    assert!(all.len() > 80, "the limit is none");

    // Were the reserve not freed, this would end the process.
    assert!(heap::is_there_for_an_answer(PROMISED));
    let mut sum = 0;
    for size in SIZES.into_iter().cycle() {
        sum += size;
        if sum > PROMISED {
            break;
        }
        answer.push(Vec::with_capacity(size));
    }
    assert!(
        !heap::is_there_for_an_answer(0),
        "the reserve is still there"
    );

    answer.clear();
    all.truncate(all.len() / 2);
    assert!(heap::is_there_for_an_answer(PROMISED));
}

/// The size of the process's address space, in bytes.
fn in_use() -> u64 {
    let sizes = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = sizes.split(' ').next().unwrap().parse().unwrap();
    pages * rustix::param::page_size() as u64
}
