//! Pseudorandom numbers that depend on the seed alone: the same on each
//! machine and in each version, because clients compare documents across both.
//! SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
//! Generators", 2014).
//!
//! Own code, 5 lines of arithmetic: `SmallRng` and `StdRng` of the crate
//! `rand` may change their algorithm with a version, and `SmallRng` differs
//! between 32-bit and 64-bit machines.

/// A generator of pseudorandom numbers.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number in `0..end`; 0 if that is empty.
    pub fn below(&mut self, end: usize) -> usize {
        let number = self.bits() % (end.max(1) as u64);
        usize::try_from(number).unwrap_or_default()
    }

    /// Returns a number in `min..=max`; `min` if that is empty.
    pub fn between(&mut self, min: usize, max: usize) -> usize {
        min + self.below(max.saturating_sub(min).saturating_add(1))
    }

    /// Returns an element of a list; the default of its type if the list is
    /// empty.
    pub fn pick<T: Copy + Default>(&mut self, list: &[T]) -> T {
        list.get(self.below(list.len()))
            .copied()
            .unwrap_or_default()
    }
}
