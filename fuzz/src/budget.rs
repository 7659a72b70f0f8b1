//! A limit of CPU time that grows with the length of the input alone. Work that
//! is not linear in that length exceeds it.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What a short input may take. Instrumented code with debug assertions is up to
/// ten times slower than a release build.
const BASE: Duration = Duration::from_millis(100);

/// What each byte of the input may take.
const PER_BYTE: Duration = Duration::from_micros(4);

/// How often an input that exceeds the limit runs again: page faults and other
/// processes on the same core take time of their own.
const TRIES: usize = 3;

/// Runs `work`, whose input has `len` bytes.
///
/// # Panics
///
/// Each of several runs takes more than the limit.
pub fn within<T>(len: usize, mut work: impl FnMut() -> T) -> T {
    let limit = BASE + PER_BYTE * u32::try_from(len).unwrap_or(u32::MAX);
    let mut least = Duration::MAX;
    for _ in 0..TRIES {
        let start = cpu_time();
        let result = work();
        least = least.min(cpu_time() - start);
        if least <= limit {
            return result;
        }
    }
    panic!("{least:?} for {len} bytes; the limit is {limit:?}");
}

/// The CPU time of this thread.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
