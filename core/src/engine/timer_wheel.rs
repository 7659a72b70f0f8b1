//! A timing wheel: selects the timers that fire in each millisecond. Starting,
//! firing and stopping take constant time, whatever the number of timers
//! (Varghese and Lauck, "Hashed and hierarchical timing wheels", scheme 4). A
//! tree of the times, as in nginx, takes several times as long at 10,000 timers
//! (`cargo bench -p llm-mock-work`).
//!
//! The caller keeps the lists of timers, one for each millisecond of the span,
//! so that a timer can contain its own links. The wheel tracks which lists are
//! not empty.

/// The time that the wheel covers, in milliseconds. A timer that is due later
/// fires after this time and must be started again.
pub const SPAN: usize = 1024;

const WORDS: usize = SPAN / 64;

/// The set of lists that are not empty. A list holds the timers that fire in one
/// millisecond of the span after `now`.
#[derive(Debug)]
pub struct TimerWheel {
    now: u64,
    /// A bit for each list.
    occupied: [u64; WORDS],
}

impl TimerWheel {
    /// Creates a wheel without timers.
    pub const fn new() -> Self {
        Self {
            now: 0,
            occupied: [0; WORDS],
        }
    }

    /// Returns whether no timer runs.
    pub fn is_empty(&self) -> bool {
        self.occupied == [0; WORDS]
    }

    /// Starts a timer that fires at `due`, but after a millisecond at the
    /// earliest and after [`SPAN`] at the latest. Returns the number of its
    /// list, less than [`SPAN`]: the caller appends the timer to that list.
    /// Times are in milliseconds and never go back.
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

    /// Marks a list as empty: its last timer was stopped.
    pub fn vacate(&mut self, list: usize) {
        if let Some(word) = self.occupied.get_mut(list / 64) {
            *word &= !(1 << (list % 64));
        }
    }

    /// Removes and returns the next list that is due at `now`. The caller fires
    /// all of its timers.
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

    /// Returns the earliest time at which a timer fires.
    pub fn next_due(&self) -> Option<u64> {
        self.next_occupied().map(|(ahead, _)| self.now + ahead)
    }

    /// Returns the first list that is not empty: how many milliseconds ahead it
    /// is, and its number.
    fn next_occupied(&self) -> Option<(u64, usize)> {
        let start = ((self.now + 1) % SPAN as u64) as usize;
        let (word, bit) = (start / 64, start % 64);
        // The first word is visited again at the end, for its lower bits.
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

    /// The wheel with lists of numbered timers.
    struct Timers {
        wheel: TimerWheel,
        lists: Vec<Vec<u32>>,
    }

    impl Timers {
        fn new() -> Self {
            Self {
                wheel: TimerWheel::new(),
                lists: vec![Vec::new(); SPAN],
            }
        }

        fn insert(&mut self, now: u64, due: u64, timer: u32) -> usize {
            let list = self.wheel.insert(now, due);
            self.lists[list].push(timer);
            list
        }

        fn remove(&mut self, list: usize, timer: u32) {
            self.lists[list].retain(|&other| other != timer);
            if self.lists[list].is_empty() {
                self.wheel.vacate(list);
            }
        }

        fn fire(&mut self, now: u64) -> Vec<u32> {
            let mut fired = Vec::new();
            while let Some(list) = self.wheel.pop(now) {
                assert_ne!(self.lists[list], [0; 0]);
                fired.append(&mut self.lists[list]);
            }
            fired
        }
    }

    #[test]
    fn timers_fire_when_due_in_the_order_of_their_start() {
        let mut timers = Timers::new();
        assert_eq!(timers.wheel.next_due(), None);
        for (due, timer) in [(1_050, 1), (1_020, 2), (1_050, 3)] {
            timers.insert(1_000, due, timer);
        }
        assert_eq!(timers.wheel.next_due(), Some(1_020));
        assert_eq!(timers.fire(1_019), [0; 0]);
        assert_eq!(timers.fire(1_020), [2]);
        assert_eq!(timers.wheel.next_due(), Some(1_050));
        assert_eq!(timers.fire(1_060), [1, 3]);
        assert!(timers.wheel.is_empty());
    }

    #[test]
    fn due_times_are_limited_to_the_span() {
        let span = SPAN as u64;
        let mut timers = Timers::new();
        timers.insert(1_000, 0, 1);
        timers.insert(1_000, u64::MAX, 2);
        assert_eq!(timers.fire(1_000), [0; 0]);
        assert_eq!(timers.fire(1_001), [1]);
        assert_eq!(timers.wheel.next_due(), Some(1_000 + span));
        assert_eq!(timers.fire(1_000 + span), [2]);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Insert(u64),
        Remove(prop::sample::Index),
        /// Time passes, in milliseconds, and the due timers fire.
        Fire(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let span = SPAN as u64;
        let step = prop_oneof![
            4 => (0..2 * span).prop_map(Step::Insert),
            1 => any::<prop::sample::Index>().prop_map(Step::Remove),
            2 => (0..20u64).prop_map(Step::Fire),
            1 => (0..3 * span).prop_map(Step::Fire),
        ];
        prop::collection::vec(step, 0..200)
    }

    proptest! {
        /// No timer is lost, fires early, or fires after one that is due later,
        /// and `next_due` is the earliest due time.
        #[test]
        fn fires_as_a_sorted_list_would(start in 0..10_000u64, steps in steps()) {
            let mut timers = Timers::new();
            // The due time, the order of starting, the list.
            let mut model: Vec<(u64, u32, usize)> = Vec::new();
            let (mut now, mut last_fired, mut count) = (start, start, 0);
            for step in steps {
                match step {
                    Step::Insert(ahead) => {
                        if model.is_empty() {
                            last_fired = now;
                        }
                        let list = timers.insert(now, now + ahead, count);
                        let due = (now + ahead).clamp(last_fired + 1, last_fired + SPAN as u64);
                        model.push((due, count, list));
                        count += 1;
                    }
                    Step::Remove(index) if !model.is_empty() => {
                        let (_, timer, list) = model.remove(index.index(model.len()));
                        timers.remove(list, timer);
                    }
                    Step::Remove(_) => {}
                    Step::Fire(later) => {
                        now += later;
                        last_fired = now;
                        model.sort_by_key(|&(due, timer, _)| (due, timer));
                        let later = model.split_off(model.partition_point(|&(due, ..)| due <= now));
                        let fired: Vec<_> = model.iter().map(|&(_, timer, _)| timer).collect();
                        prop_assert_eq!(timers.fire(now), fired);
                        model = later;
                    }
                }
                prop_assert_eq!(timers.wheel.is_empty(), model.is_empty());
                let next = model.iter().map(|&(due, ..)| due).min();
                prop_assert_eq!(timers.wheel.next_due(), next);
            }
        }
    }
}
