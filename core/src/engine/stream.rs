//! A response that is being sent: renders the steps that are due.

use super::body::{Body, BoxedBody};
use super::buffer::Buffer;
use super::facts::Facts;
use super::schedule::Schedule;
use crate::util::time::Micros;

/// The result of [`Stream::poll`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll {
    /// The steps that are due, if any, are in the buffer. Poll again at this
    /// time, which is in the past if the buffer is full.
    Wait(Micros),
    /// The last step is in the buffer.
    Done,
    /// An allocation failed while a step was rendered. The response cannot
    /// continue.
    OutOfMemory,
}

/// A response that is being sent.
pub struct Stream {
    body: BoxedBody,
    schedule: Schedule,
    /// The next step.
    next: u32,
    /// The number of steps. 32 bits suffice: the ends of 2^32 chunks would take
    /// 32 GB.
    steps: u32,
    first: Micros,
    last: Micros,
    lag_max: Micros,
}

impl Stream {
    /// Creates a stream that starts at the first step of `body`, which has fewer
    /// than 2^32.
    // Without inlining, the body is moved twice more.
    #[inline(always)]
    pub fn new(body: BoxedBody, schedule: Schedule) -> Self {
        Self {
            steps: u32::try_from(body.steps()).unwrap_or(u32::MAX),
            body,
            schedule,
            next: 0,
            first: 0,
            last: 0,
            lag_max: 0,
        }
    }

    /// Creates a stream of a body that is not boxed yet.
    pub fn of(body: impl Body + 'static, schedule: Schedule) -> Self {
        Self::new(BoxedBody::new(body), schedule)
    }

    /// Appends the steps that are due at `now` to `out`, until it is full.
    pub fn poll(&mut self, now: Micros, out: &mut Buffer) -> Poll {
        if self.next == self.steps {
            return Poll::Done;
        }
        let due = self.schedule.next_due();
        let Some(lag) = now.checked_sub(due) else {
            return Poll::Wait(due);
        };
        if self.next == 0 {
            self.first = now;
        }
        self.last = now;
        // Of the steps that are due, the first one has the greatest delay.
        self.lag_max = self.lag_max.max(lag);
        loop {
            self.body.render(self.next as usize, out);
            if out.is_out_of_memory() {
                return Poll::OutOfMemory;
            }
            self.next += 1;
            if self.next == self.steps {
                return Poll::Done;
            }
            self.schedule.advance();
            let due = self.schedule.next_due();
            if due > now || out.is_full() {
                return Poll::Wait(due);
            }
        }
    }

    /// Returns the facts of the response so far.
    pub fn facts(&self) -> Facts {
        let has_begun = self.next > 0;
        Facts {
            progress: self.body.progress(self.next as usize),
            first: has_begun.then_some(self.first),
            last: has_begun.then_some(self.last),
            lag_max: self.lag_max,
            is_complete: self.next == self.steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::FULL;
    use crate::engine::facts::Progress;
    use proptest::prelude::*;

    /// A body whose steps are one byte each, the number of the step.
    struct Count(usize);

    impl Body for Count {
        fn steps(&self) -> usize {
            self.0
        }

        fn render(&self, step: usize, out: &mut Buffer) {
            out.put(&[step as u8]);
        }

        fn progress(&self, steps: usize) -> Progress {
            Progress {
                chunks: steps as u64,
                ..Progress::default()
            }
        }
    }

    #[test]
    fn facts_hold_progress_times_and_lag() {
        let mut stream = Stream::of(Count(3), Schedule::new(0, 10, 5));
        let mut out = Buffer::new();
        stream.poll(9, &mut out);
        assert_eq!(stream.facts(), Facts::default());
        stream.poll(11, &mut out);
        stream.poll(19, &mut out);
        let expected = Facts {
            progress: Progress {
                chunks: 2,
                ..Progress::default()
            },
            first: Some(11),
            last: Some(19),
            lag_max: 4,
            is_complete: false,
        };
        assert_eq!(stream.facts(), expected);
        stream.poll(20, &mut out);
        assert!(stream.facts().is_complete);
        assert_eq!(stream.facts().lag_max, 4);
    }

    #[test]
    fn each_step_is_rendered_when_it_is_due() {
        let mut stream = Stream::of(Count(3), Schedule::new(0, 10, 5));
        let mut out = Buffer::new();
        assert_eq!(stream.poll(0, &mut out), Poll::Wait(10));
        assert_eq!(stream.poll(9, &mut out), Poll::Wait(10));
        assert_eq!(out.as_bytes(), b"");
        assert_eq!(stream.poll(10, &mut out), Poll::Wait(15));
        assert_eq!(out.as_bytes(), [0]);
        // A late poll renders the missed steps at once and keeps the schedule.
        assert_eq!(stream.poll(22, &mut out), Poll::Done);
        assert_eq!(out.as_bytes(), [0, 1, 2]);
        assert_eq!(stream.poll(30, &mut out), Poll::Done);
        assert_eq!(out.as_bytes(), [0, 1, 2]);
    }

    #[test]
    fn a_full_buffer_is_sent_before_the_next_step() {
        struct Large;
        impl Body for Large {
            fn steps(&self) -> usize {
                3
            }
            fn render(&self, _step: usize, out: &mut Buffer) {
                out.put(&[b'x'; FULL]);
            }
        }
        let mut stream = Stream::of(Large, Schedule::new(0, 0, 0));
        for polled in [Poll::Wait(0), Poll::Wait(0), Poll::Done] {
            let mut out = Buffer::new();
            assert_eq!(stream.poll(0, &mut out), polled);
            assert_eq!(out.as_bytes().len(), FULL);
        }
    }

    proptest! {
        /// However late and unevenly the stream is polled, every step is
        /// rendered once, in order, never early, and the time to wait for is in
        /// the future.
        #[test]
        fn every_step_is_rendered_once_and_never_early(
            steps in 1usize..50,
            first in 0u64..100,
            gap in 0u64..100,
            waits in prop::collection::vec(0u64..200, 0..200),
        ) {
            let schedule = Schedule::new(1_000, first, gap);
            let due = |step| schedule.after(step).next_due();
            let mut stream = Stream::of(Count(steps), schedule);
            let mut out = Buffer::new();
            let mut now = 1_000;
            for wait in waits.into_iter().chain([u64::MAX / 2]) {
                now += wait;
                let polled = stream.poll(now, &mut out);
                for &step in out.as_bytes() {
                    prop_assert!(due(step as usize) <= now);
                }
                if let Poll::Wait(next) = polled {
                    prop_assert!(next > now);
                    prop_assert_eq!(next, due(out.as_bytes().len()));
                }
            }
            let all: Vec<u8> = (0..steps as u8).collect();
            prop_assert_eq!(out.as_bytes(), all);
        }
    }
}
