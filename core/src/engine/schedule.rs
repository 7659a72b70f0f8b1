//! When each step of a response is due.

use crate::util::time::Micros;

/// An absolute schedule that is advanced step by step. The due time of a step
/// depends on the due time of the previous step, not on the time at which that
/// was sent, so that timer delays do not accumulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Schedule {
    due: Micros,
    gap: Micros,
}

impl Schedule {
    /// Creates a schedule. The first step is due `first_delay` after `start`,
    /// each other step `gap` after the previous one.
    pub fn new(start: Micros, first_delay: Micros, gap: Micros) -> Self {
        Self {
            due: start.saturating_add(first_delay),
            gap,
        }
    }

    /// Returns when the next step is due.
    pub fn next_due(&self) -> Micros {
        self.due
    }

    /// Advances by one step.
    pub fn advance(&mut self) {
        self.due = self.due.saturating_add(self.gap);
    }

    /// Returns the schedule after `steps` more steps.
    #[must_use]
    pub fn after(self, steps: usize) -> Self {
        let gaps = self.gap.saturating_mul(steps as Micros);
        Self {
            due: self.due.saturating_add(gaps),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_are_due_at_equal_intervals() {
        let mut schedule = Schedule::new(1_000, 200, 50);
        for due in [1_200, 1_250, 1_300] {
            assert_eq!(schedule.next_due(), due);
            schedule.advance();
        }
        let schedule = Schedule::new(1_000, 200, 50).after(2);
        assert_eq!(schedule.next_due(), 1_300);
    }

    proptest! {
        #[test]
        fn never_goes_back(start: u64, first: u64, gap: u64, steps in 0usize..100) {
            let mut schedule = Schedule::new(start, first, gap);
            for step in 0..steps {
                prop_assert!(schedule.next_due() >= start);
                prop_assert_eq!(schedule, Schedule::new(start, first, gap).after(step));
                let before = schedule.next_due();
                schedule.advance();
                prop_assert!(schedule.next_due() >= before);
            }
        }
    }
}
