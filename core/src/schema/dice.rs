//! Numbers that look random and are the same for the same seed, on each
//! machine and in each version: SplitMix64 (Steele, Lea, Flood 2014).

pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `0..most`; 0 if that is empty.
    pub fn below(&mut self, most: usize) -> usize {
        let rolled = self.roll() % (most.max(1) as u64);
        usize::try_from(rolled).unwrap_or_default()
    }

    /// One of `least..=most`.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most.saturating_sub(least).saturating_add(1))
    }

    /// One of a list that is not empty.
    pub fn pick<T: Copy + Default>(&mut self, list: &[T]) -> T {
        list.get(self.below(list.len()))
            .copied()
            .unwrap_or_default()
    }
}
