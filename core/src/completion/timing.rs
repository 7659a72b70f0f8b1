//! When a response was composed and when its chunks are due, for APIs that
//! report times.

use crate::engine::Schedule;
use crate::util::time::{Micros, SECOND};

/// The times of one response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// When the response was composed, in microseconds since 1970.
    pub start: Micros,
    /// When each chunk is due, relative to `start`.
    pub schedule: Schedule,
}

impl Timing {
    /// Returns when the response was composed, in seconds since 1970.
    pub fn start_seconds(&self) -> u64 {
        self.start / SECOND
    }

    /// Returns the planned time from `start` to chunk `index`.
    pub fn elapsed(&self, index: usize) -> Micros {
        self.schedule.after(index).next_due()
    }

    /// Returns when chunk `index` is due, in microseconds since 1970.
    pub fn time_of(&self, index: usize) -> Micros {
        self.start.saturating_add(self.elapsed(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_follow_the_schedule() {
        let timing = Timing {
            start: 1_234_567_890_250_000,
            schedule: Schedule::new(0, 200_000, 50_000),
        };
        assert_eq!(timing.start_seconds(), 1_234_567_890);
        assert_eq!(timing.elapsed(0), 200_000);
        assert_eq!(timing.elapsed(2), 300_000);
        assert_eq!(timing.time_of(2), 1_234_567_890_550_000);
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        let timing = Timing {
            start: u64::MAX - 1,
            schedule: Schedule::new(0, u64::MAX / 2, u64::MAX / 2),
        };
        assert_eq!(timing.time_of(usize::MAX), u64::MAX);
    }
}
