//! The engine: hands out the frames of a reply as they fall due. It knows no
//! API, no clock and no socket.

use crate::batch::Batch;
use crate::pace::Pace;
use crate::time::Micros;

/// A reply, cut into the parts that are sent at one time.
pub trait Frames: Send {
    /// How many steps there are; at least one.
    fn steps(&self) -> usize;

    /// Appends to `out` all that is sent at step `step`.
    fn render(&self, step: usize, out: &mut Batch);
}

/// What [`Stream::poll`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll {
    /// All that is due is in the buffer, perhaps nothing; poll again at this
    /// time. It lies in the past when a batch was full.
    Wait(Micros),
    /// The last frame is in the buffer.
    Done,
    /// There was no memory for a frame: the reply can't go on.
    NoMemory,
}

/// A reply on its way.
pub struct Stream<F> {
    frames: F,
    pace: Pace,
    next: usize,
}

impl<F: Frames> Stream<F> {
    /// Starts a reply at its first step.
    pub fn new(frames: F, pace: Pace) -> Self {
        Self {
            frames,
            pace,
            next: 0,
        }
    }

    /// Appends to `out` the frames that are due at `now`.
    pub fn poll(&mut self, now: Micros, out: &mut Batch) -> Poll {
        while self.next < self.frames.steps() {
            let due = self.pace.due(self.next);
            if due > now || out.is_full() {
                return Poll::Wait(due);
            }
            self.frames.render(self.next, out);
            if out.is_starved() {
                return Poll::NoMemory;
            }
            self.next += 1;
        }
        Poll::Done
    }
}

/// A body that is sent at once.
pub struct Whole(pub Vec<u8>);

impl Frames for Whole {
    fn steps(&self) -> usize {
        1
    }

    fn render(&self, _step: usize, out: &mut Batch) {
        out.put(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::FULL;
    use proptest::prelude::*;

    /// Each step is one byte, its number.
    struct Count(usize);

    impl Frames for Count {
        fn steps(&self) -> usize {
            self.0
        }

        fn render(&self, step: usize, out: &mut Batch) {
            out.put(&[step as u8]);
        }
    }

    #[test]
    fn each_step_comes_at_its_time() {
        let mut stream = Stream::new(Count(3), Pace::new(0, 10, 5));
        let mut out = Batch::new();
        assert_eq!(stream.poll(0, &mut out), Poll::Wait(10));
        assert_eq!(stream.poll(9, &mut out), Poll::Wait(10));
        assert_eq!(out.as_bytes(), b"");
        assert_eq!(stream.poll(10, &mut out), Poll::Wait(15));
        assert_eq!(out.as_bytes(), [0]);
        // A late worker sends what it missed at once, and keeps the schedule.
        assert_eq!(stream.poll(22, &mut out), Poll::Done);
        assert_eq!(out.as_bytes(), [0, 1, 2]);
        assert_eq!(stream.poll(30, &mut out), Poll::Done);
        assert_eq!(out.as_bytes(), [0, 1, 2]);
    }

    #[test]
    fn a_full_batch_is_sent_before_the_rest() {
        struct Large;
        impl Frames for Large {
            fn steps(&self) -> usize {
                3
            }
            fn render(&self, _step: usize, out: &mut Batch) {
                out.put(&[b'x'; FULL]);
            }
        }
        let mut stream = Stream::new(Large, Pace::new(0, 0, 0));
        for polled in [Poll::Wait(0), Poll::Wait(0), Poll::Done] {
            let mut out = Batch::new();
            assert_eq!(stream.poll(0, &mut out), polled);
            assert_eq!(out.as_bytes().len(), FULL);
        }
    }

    proptest! {
        /// However late and unevenly it is polled, every step comes once, in
        /// order, never early, and the moment waited for is always ahead.
        #[test]
        fn every_step_comes_once_and_never_early(
            steps in 1usize..50,
            first in 0u64..100,
            gap in 0u64..100,
            waits in prop::collection::vec(0u64..200, 0..200),
        ) {
            let pace = Pace::new(1_000, first, gap);
            let mut stream = Stream::new(Count(steps), pace);
            let mut out = Batch::new();
            let mut now = 1_000;
            for wait in waits.into_iter().chain([u64::MAX / 2]) {
                now += wait;
                let polled = stream.poll(now, &mut out);
                for &step in out.as_bytes() {
                    prop_assert!(pace.due(step as usize) <= now);
                }
                if let Poll::Wait(due) = polled {
                    prop_assert!(due > now);
                    prop_assert_eq!(due, pace.due(out.as_bytes().len()));
                }
            }
            let all: Vec<u8> = (0..steps as u8).collect();
            prop_assert_eq!(out.as_bytes(), all);
        }
    }
}
