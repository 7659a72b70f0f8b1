//! A timing wheel: which timer fires in which millisecond. Starting, firing and
//! stopping take the same few steps, whatever the number of timers (Varghese and
//! Lauck, "Hashed and hierarchical timing wheels", scheme 4). A tree of the
//! times, as nginx has, takes several times as long at 10,000 timers
//! (`cargo bench -p llm-mock-work`).
//!
//! The lists of timers are the caller's, one for each millisecond of the span,
//! so that a timer can carry its own links. The wheel knows which of them are
//! not empty.

/// How far ahead the wheel reaches, in milliseconds. A timer that is due later
/// fires after this time, and is to be started again.
pub const SPAN: usize = 1024;

const WORDS: usize = SPAN / 64;

/// Which lists are not empty. A list holds those who are to be woken in one
/// millisecond of the span after `now`.
#[derive(Debug)]
pub struct TimerWheel {
    now: u64,
    /// A bit for each list.
    occupied: [u64; WORDS],
}

impl TimerWheel {
    /// Nobody sleeps.
    pub const fn new() -> Self {
        Self {
            now: 0,
            occupied: [0; WORDS],
        }
    }

    /// Whether nobody sleeps.
    pub fn is_empty(&self) -> bool {
        self.occupied == [0; WORDS]
    }

    /// One more sleeps until `due`, but no less than a millisecond and no
    /// longer than [`SPAN`]: at the end of this list, whose number is less than
    /// that. Times are in milliseconds and never go back.
    pub fn insert(&mut self, now: u64, due: u64) -> usize {
        if self.is_empty() {
            self.now = now;
        }
        let due = due.clamp(self.now + 1, self.now + SPAN as u64);
        let list = (due % SPAN as u64) as usize;
        if let Some(word) = self.occupied.get_mut(list / 64) {
            *word |= 1 << (list % 64);
        }
        list
    }

    /// The last of a list has left it before its time.
    pub fn vacate(&mut self, list: usize) {
        if let Some(word) = self.occupied.get_mut(list / 64) {
            *word &= !(1 << (list % 64));
        }
    }

    /// It is `now`: takes the next list of those whose time has come. All who
    /// are in it are to be woken.
    pub fn pop(&mut self, now: u64) -> Option<usize> {
        match self.next_occupied() {
            Some((ahead, list)) if self.now + ahead <= now => {
                self.now += ahead;
                self.vacate(list);
                Some(list)
            }
            _ => {
                self.now = self.now.max(now);
                None
            }
        }
    }

    /// The earliest time at which somebody is to be woken.
    pub fn next_due(&self) -> Option<u64> {
        self.next_occupied().map(|(ahead, _)| self.now + ahead)
    }

    /// The first list that is not empty: how many milliseconds ahead it is, and
    /// its number.
    fn next_occupied(&self) -> Option<(u64, usize)> {
        let start = ((self.now + 1) % SPAN as u64) as usize;
        let (word, bit) = (start / 64, start % 64);
        // The word of the start comes again at the end, for its lower bits.
        for n in 0..=WORDS {
            let index = (word + n) % WORDS;
            let mask = match n {
                0 => u64::MAX << bit,
                WORDS => !(u64::MAX << bit),
                _ => u64::MAX,
            };
            let bits = self.occupied.get(index)? & mask;
            if bits != 0 {
                let list = index * 64 + bits.trailing_zeros() as usize;
                return Some((((list + SPAN - start) % SPAN + 1) as u64, list));
            }
        }
        None
    }
}

impl Default for TimerWheel {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The wheel with lists that hold numbers.
    struct Sleepers {
        wheel: TimerWheel,
        lists: Vec<Vec<u32>>,
    }

    impl Sleepers {
        fn new() -> Self {
            Self {
                wheel: TimerWheel::new(),
                lists: vec![Vec::new(); SPAN],
            }
        }

        fn insert(&mut self, now: u64, due: u64, sleeper: u32) -> usize {
            let list = self.wheel.insert(now, due);
            self.lists[list].push(sleeper);
            list
        }

        fn remove(&mut self, list: usize, sleeper: u32) {
            self.lists[list].retain(|&other| other != sleeper);
            if self.lists[list].is_empty() {
                self.wheel.vacate(list);
            }
        }

        fn wake(&mut self, now: u64) -> Vec<u32> {
            let mut woken = Vec::new();
            while let Some(list) = self.wheel.pop(now) {
                assert_ne!(self.lists[list], [0; 0]);
                woken.append(&mut self.lists[list]);
            }
            woken
        }
    }

    #[test]
    fn sleepers_wake_at_their_time_in_the_order_they_lay_down() {
        let mut sleepers = Sleepers::new();
        assert_eq!(sleepers.wheel.next_due(), None);
        for (due, sleeper) in [(1_050, 1), (1_020, 2), (1_050, 3)] {
            sleepers.insert(1_000, due, sleeper);
        }
        assert_eq!(sleepers.wheel.next_due(), Some(1_020));
        assert_eq!(sleepers.wake(1_019), [0; 0]);
        assert_eq!(sleepers.wake(1_020), [2]);
        assert_eq!(sleepers.wheel.next_due(), Some(1_050));
        assert_eq!(sleepers.wake(1_060), [1, 3]);
        assert!(sleepers.wheel.is_empty());
    }

    #[test]
    fn a_time_that_has_passed_or_lies_far_ahead_is_brought_into_reach() {
        let span = SPAN as u64;
        let mut sleepers = Sleepers::new();
        sleepers.insert(1_000, 0, 1);
        sleepers.insert(1_000, u64::MAX, 2);
        assert_eq!(sleepers.wake(1_000), [0; 0]);
        assert_eq!(sleepers.wake(1_001), [1]);
        assert_eq!(sleepers.wheel.next_due(), Some(1_000 + span));
        assert_eq!(sleepers.wake(1_000 + span), [2]);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Insert(u64),
        Remove(prop::sample::Index),
        /// So much later.
        Turn(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let span = SPAN as u64;
        let step = prop_oneof![
            4 => (0..2 * span).prop_map(Step::Insert),
            1 => any::<prop::sample::Index>().prop_map(Step::Remove),
            2 => (0..20u64).prop_map(Step::Turn),
            1 => (0..3 * span).prop_map(Step::Turn),
        ];
        prop::collection::vec(step, 0..200)
    }

    proptest! {
        /// Whatever happens, nobody is lost, woken early, or woken after
        /// someone who was to be woken earlier; and the wheel knows who is next.
        #[test]
        fn wakes_as_a_sorted_list_would(start in 0..10_000u64, steps in steps()) {
            let mut sleepers = Sleepers::new();
            // The time to wake at, the order of going to sleep, the list.
            let mut model: Vec<(u64, u32, usize)> = Vec::new();
            let (mut now, mut turned, mut count) = (start, start, 0);
            for step in steps {
                match step {
                    Step::Insert(ahead) => {
                        if model.is_empty() {
                            turned = now;
                        }
                        let list = sleepers.insert(now, now + ahead, count);
                        let due = (now + ahead).clamp(turned + 1, turned + SPAN as u64);
                        model.push((due, count, list));
                        count += 1;
                    }
                    Step::Remove(index) if !model.is_empty() => {
                        let (_, sleeper, list) = model.remove(index.index(model.len()));
                        sleepers.remove(list, sleeper);
                    }
                    Step::Remove(_) => {}
                    Step::Turn(later) => {
                        now += later;
                        turned = now;
                        model.sort_by_key(|&(due, sleeper, _)| (due, sleeper));
                        let later = model.split_off(model.partition_point(|&(due, ..)| due <= now));
                        let woken: Vec<_> = model.iter().map(|&(_, sleeper, _)| sleeper).collect();
                        prop_assert_eq!(sleepers.wake(now), woken);
                        model = later;
                    }
                }
                prop_assert_eq!(sleepers.wheel.is_empty(), model.is_empty());
                let next = model.iter().map(|&(due, ..)| due).min();
                prop_assert_eq!(sleepers.wheel.next_due(), next);
            }
        }
    }
}
