//! When each step of a reply is due.

use crate::time::Micros;

/// An absolute schedule. Each step is due at a time counted from the start,
/// not from the step before, so that delays of a timer never add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    first: Micros,
    gap: Micros,
}

impl Pace {
    /// The first step is due `first_delay` after `start`, each other `gap`
    /// after the one before.
    pub fn new(start: Micros, first_delay: Micros, gap: Micros) -> Self {
        Self {
            first: start.saturating_add(first_delay),
            gap,
        }
    }

    /// When step `step`, counted from 0, is due.
    pub fn due(&self, step: usize) -> Micros {
        self.first
            .saturating_add(self.gap.saturating_mul(step as Micros))
    }

    /// A schedule with one step, due when step `step` of this one is.
    pub fn only(&self, step: usize) -> Self {
        Self {
            first: self.due(step),
            gap: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_are_due_at_equal_distances() {
        let pace = Pace::new(1_000, 200, 50);
        assert_eq!([0, 1, 2].map(|k| pace.due(k)), [1_200, 1_250, 1_300]);
        assert_eq!(pace.only(2).due(0), 1_300);
    }

    proptest! {
        #[test]
        fn never_goes_back(start: u64, first: u64, gap: u64, step in 0usize..usize::MAX) {
            let pace = Pace::new(start, first, gap);
            prop_assert!(pace.due(step) >= start);
            prop_assert!(pace.due(step + 1) >= pace.due(step));
        }
    }
}
