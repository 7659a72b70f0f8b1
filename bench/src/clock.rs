//! The clock that all processes of a measurement share.

use std::thread;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Microseconds.
pub type Micros = u64;

/// The machine's monotonic clock, which is the same in every process.
pub fn now() -> Micros {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec as Micros * 1_000_000 + time.tv_nsec as Micros / 1_000
}

/// Waits for a moment of that clock.
pub fn sleep_until(moment: Micros) {
    thread::sleep(Duration::from_micros(moment.saturating_sub(now())));
}
