//! A timing wheel: who sleeps until which millisecond. Whatever the number of
//! sleepers, going to sleep, waking and giving up take the same few steps
//! (Varghese and Lauck, "Hashed and hierarchical timing wheels", scheme 4).

use std::collections::TryReserveError;
use std::mem;

/// How far ahead the wheel reaches, in milliseconds. Whoever wants to sleep
/// longer is woken after this time, and goes to sleep again.
pub const SPAN: u64 = 1024;

const WORDS: usize = SPAN as usize / 64;

/// Heads of lists come first among the nodes: one for each millisecond of the
/// span, and then the one of those whose time has come.
const READY: u32 = SPAN as u32;
const HEADS: u32 = READY + 1;

/// The end of the list of free nodes.
const NONE: u32 = u32::MAX;

/// A place in the wheel. It is valid until its sleeper is woken or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(u32);

/// A member of a circular list.
struct Node<T> {
    prev: u32,
    next: u32,
    /// None in the head of a list.
    sleeper: Option<T>,
}

/// Sleepers, by the time at which they are to be woken.
///
/// Each sleeps until a millisecond of the span after `now`, so a list holds
/// those of one millisecond, in the order in which they went to sleep.
pub struct Wheel<T> {
    now: u64,
    len: usize,
    free: u32,
    nodes: Vec<Node<T>>,
    /// Which lists are not empty, a bit for each millisecond of the span.
    occupied: [u64; WORDS],
}

impl<T> Wheel<T> {
    /// Nobody sleeps.
    pub const fn new() -> Self {
        Self {
            now: 0,
            len: 0,
            free: NONE,
            nodes: Vec::new(),
            occupied: [0; WORDS],
        }
    }

    /// Whether nobody sleeps.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Lets `sleeper` sleep until `due`, but no less than a millisecond and no
    /// longer than [`SPAN`]. Times are in milliseconds and never go back.
    ///
    /// # Errors
    ///
    /// There is no memory for one more.
    pub fn insert(&mut self, now: u64, due: u64, sleeper: T) -> Result<Key, TryReserveError> {
        if self.is_empty() {
            self.now = now;
        }
        let key = self.allocate(sleeper)?;
        let due = due.clamp(self.now + 1, self.now + SPAN);
        let head = (due % SPAN) as u32;
        self.link_before(head, key, key);
        self.mark(head, true);
        self.len += 1;
        Ok(Key(key))
    }

    /// Takes a sleeper out before its time.
    pub fn remove(&mut self, Key(key): Key) -> Option<T> {
        let (prev, next) = self.neighbours(key)?;
        let sleeper = self.node(key)?.sleeper.take()?;
        self.join(prev, next);
        if prev == next && prev < READY {
            self.mark(prev, false);
        }
        let free = mem::replace(&mut self.free, key);
        if let Some(node) = self.node(key) {
            node.next = free;
        }
        self.len -= 1;
        Some(sleeper)
    }

    /// It is `now`: makes all ready whose time has come.
    pub fn turn(&mut self, now: u64) {
        let from = self.now;
        self.now = now.max(from);
        let mut head = self.next_occupied(from);
        while let Some((ahead, slot)) = head
            && ahead <= now.saturating_sub(from)
        {
            if let Some((last, first)) = self.neighbours(slot) {
                self.join(slot, slot);
                self.link_before(READY, first, last);
            }
            self.mark(slot, false);
            head = self.next_occupied(from);
        }
    }

    /// Wakes the next of those that are ready.
    pub fn wake(&mut self) -> Option<T> {
        let (_, first) = self.neighbours(READY)?;
        self.remove(Key(first))
    }

    /// The earliest time at which somebody is to be woken.
    pub fn next_due(&self) -> Option<u64> {
        match self.neighbours(READY)? {
            (READY, READY) => Some(self.now + self.next_occupied(self.now)?.0),
            _ => Some(self.now),
        }
    }

    /// The first list after the time `from` that is not empty: how many
    /// milliseconds ahead it is, and its head.
    fn next_occupied(&self, from: u64) -> Option<(u64, u32)> {
        let start = (from + 1) % SPAN;
        let (word, bit) = ((start / 64) as usize, start % 64);
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
                let slot = index as u64 * 64 + u64::from(bits.trailing_zeros());
                return Some(((slot + SPAN - start) % SPAN + 1, slot as u32));
            }
        }
        None
    }

    fn mark(&mut self, head: u32, occupied: bool) {
        if let Some(word) = self.occupied.get_mut(head as usize / 64) {
            let bit = 1 << (head % 64);
            *word = if occupied { *word | bit } else { *word & !bit };
        }
    }

    fn allocate(&mut self, sleeper: T) -> Result<u32, TryReserveError> {
        if self.nodes.is_empty() {
            self.nodes.try_reserve(HEADS as usize)?;
            self.nodes.extend((0..HEADS).map(|head| Node {
                prev: head,
                next: head,
                sleeper: None,
            }));
        }
        let key = self.free;
        if let Some(node) = self.node(key) {
            node.sleeper = Some(sleeper);
            self.free = node.next;
            return Ok(key);
        }
        self.nodes.try_reserve(1)?;
        let key = self.nodes.len() as u32;
        self.nodes.push(Node {
            prev: key,
            next: key,
            sleeper: Some(sleeper),
        });
        Ok(key)
    }

    fn node(&mut self, key: u32) -> Option<&mut Node<T>> {
        self.nodes.get_mut(key as usize)
    }

    /// What stands before and after a member of a list.
    fn neighbours(&self, key: u32) -> Option<(u32, u32)> {
        let node = self.nodes.get(key as usize)?;
        Some((node.prev, node.next))
    }

    /// Puts the chain from `first` to `last` at the end of the list of `head`.
    fn link_before(&mut self, head: u32, first: u32, last: u32) {
        if let Some((end, _)) = self.neighbours(head) {
            self.join(end, first);
            self.join(last, head);
        }
    }

    fn join(&mut self, before: u32, after: u32) {
        if let Some(node) = self.node(before) {
            node.next = after;
        }
        if let Some(node) = self.node(after) {
            node.prev = before;
        }
    }
}

impl<T> Default for Wheel<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wake_all(wheel: &mut Wheel<u32>, now: u64) -> Vec<u32> {
        wheel.turn(now);
        std::iter::from_fn(|| wheel.wake()).collect()
    }

    #[test]
    fn sleepers_wake_at_their_time_in_the_order_they_lay_down() {
        let mut wheel = Wheel::new();
        assert_eq!(wheel.next_due(), None);
        for (due, sleeper) in [(1_050, 1), (1_020, 2), (1_050, 3)] {
            wheel.insert(1_000, due, sleeper).unwrap();
        }
        assert_eq!(wheel.next_due(), Some(1_020));
        assert_eq!(wake_all(&mut wheel, 1_019), [0; 0]);
        assert_eq!(wake_all(&mut wheel, 1_020), [2]);
        assert_eq!(wheel.next_due(), Some(1_050));
        assert_eq!(wake_all(&mut wheel, 1_060), [1, 3]);
        assert!(wheel.is_empty());
    }

    #[test]
    fn a_time_that_has_passed_or_lies_far_ahead_is_brought_into_reach() {
        let mut wheel = Wheel::new();
        wheel.insert(1_000, 0, 1).unwrap();
        wheel.insert(1_000, u64::MAX, 2).unwrap();
        assert_eq!(wake_all(&mut wheel, 1_000), [0; 0]);
        assert_eq!(wake_all(&mut wheel, 1_001), [1]);
        assert_eq!(wheel.next_due(), Some(1_000 + SPAN));
        assert_eq!(wake_all(&mut wheel, 1_000 + SPAN), [2]);
    }

    #[test]
    fn who_is_ready_is_woken_later_if_there_is_no_time_now() {
        let mut wheel = Wheel::new();
        for sleeper in 0..3 {
            wheel.insert(0, 5, sleeper).unwrap();
        }
        wheel.turn(5);
        assert_eq!(wheel.wake(), Some(0));
        assert_eq!(wheel.next_due(), Some(5));
        wheel.insert(5, 6, 3).unwrap();
        assert_eq!(wake_all(&mut wheel, 6), [1, 2, 3]);
    }

    #[test]
    fn a_key_that_was_used_up_removes_nobody() {
        let mut wheel = Wheel::new();
        let key = wheel.insert(0, 5, 1).unwrap();
        assert_eq!(wheel.remove(key), Some(1));
        assert_eq!(wheel.remove(key), None);
        assert_eq!(wheel.next_due(), None);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Insert(u64),
        Remove(prop::sample::Index),
        /// So much later, and so many are woken.
        Turn(u64, usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0..2 * SPAN).prop_map(Step::Insert),
            1 => any::<prop::sample::Index>().prop_map(Step::Remove),
            2 => (0..20u64, 0..10usize).prop_map(|(later, count)| Step::Turn(later, count)),
            1 => (0..3 * SPAN, 0..100usize).prop_map(|(later, count)| Step::Turn(later, count)),
        ];
        prop::collection::vec(step, 0..200)
    }

    proptest! {
        /// Whatever happens, nobody is lost, woken early, or woken after
        /// someone who was to be woken earlier; and the wheel knows who is next.
        #[test]
        fn wakes_as_a_sorted_list_would(start in 0..10_000u64, steps in steps()) {
            let mut wheel = Wheel::new();
            // The time to wake at, the order of going to sleep, the key.
            let mut model: Vec<(u64, u32, Key)> = Vec::new();
            let (mut now, mut turned, mut count) = (start, start, 0);
            for step in steps {
                match step {
                    Step::Insert(ahead) => {
                        if model.is_empty() {
                            turned = now;
                        }
                        let key = wheel.insert(now, now + ahead, count).unwrap();
                        let due = (now + ahead).clamp(turned + 1, turned + SPAN);
                        model.push((due, count, key));
                        count += 1;
                    }
                    Step::Remove(index) if !model.is_empty() => {
                        let (_, sleeper, key) = model.remove(index.index(model.len()));
                        prop_assert_eq!(wheel.remove(key), Some(sleeper));
                    }
                    Step::Remove(_) => {}
                    Step::Turn(later, mut woken) => {
                        now += later;
                        turned = now;
                        wheel.turn(now);
                        model.sort_by_key(|&(due, sleeper, _)| (due, sleeper));
                        while woken > 0 && model.first().is_some_and(|&(due, ..)| due <= now) {
                            prop_assert_eq!(wheel.wake(), Some(model.remove(0).1));
                            woken -= 1;
                        }
                        if woken > 0 {
                            prop_assert_eq!(wheel.wake(), None);
                        }
                    }
                }
                prop_assert_eq!(wheel.is_empty(), model.is_empty());
                let next = model.iter().map(|&(due, ..)| due).min();
                prop_assert_eq!(wheel.next_due(), next.map(|due| due.max(turned)));
            }
        }
    }
}
