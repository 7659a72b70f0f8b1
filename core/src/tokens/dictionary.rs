//! The ranks of an encoding's tokens, by their bytes.

/// An index of the tokens, which stay in the program's read-only data: it takes
/// 14.5 bytes a token.
#[derive(Debug)]
pub struct Dictionary {
    /// The tokens in order of rank, each after a byte with its length.
    tokens: &'static [u8],
    /// The start in `tokens` of the token of each rank.
    starts: Vec<u32>,
    /// A hash table with linear probing: a rank and [`TAG_BITS`] bits of the
    /// hash, or [`FREE`]. At least half of the slots are free.
    slots: Vec<u32>,
    longest: usize,
}

const TAG_BITS: u32 = 14;
const FREE: u32 = u32::MAX;

impl Dictionary {
    /// Makes the index. `None` if memory is short.
    pub fn read(tokens: &'static [u8]) -> Option<Self> {
        let mut dictionary = Self {
            tokens,
            starts: Vec::new(),
            slots: Vec::new(),
            longest: 0,
        };
        let places = || {
            let mut at = 0;
            std::iter::from_fn(move || {
                let start = at + 1;
                at = start + usize::from(*tokens.get(at)?);
                Some(start)
            })
        };
        let count = places().count();
        let slots = (2 * count).next_power_of_two();
        dictionary.starts.try_reserve_exact(count).ok()?;
        dictionary.slots.try_reserve_exact(slots).ok()?;
        dictionary.slots.resize(slots, FREE);
        for (rank, start) in (0..).zip(places()) {
            dictionary.starts.push(start as u32);
            let token = dictionary.token(rank);
            let hash = hash(token);
            dictionary.longest = dictionary.longest.max(token.len());
            let mut at = dictionary.home(hash);
            while dictionary.slots.get(at).is_some_and(|&slot| slot != FREE) {
                at = dictionary.after(at);
            }
            if let Some(slot) = dictionary.slots.get_mut(at) {
                *slot = rank << TAG_BITS | tag(hash);
            }
        }
        Some(dictionary)
    }

    /// Returns the rank of a token, by which pairs are merged: the lowest
    /// first.
    pub fn rank(&self, token: &[u8]) -> Option<u32> {
        if token.len() > self.longest {
            return None;
        }
        let hash = hash(token);
        let mut at = self.home(hash);
        loop {
            match *self.slots.get(at)? {
                FREE => return None,
                slot if slot & ((1 << TAG_BITS) - 1) == tag(hash) => {
                    let rank = slot >> TAG_BITS;
                    if self.token(rank) == token {
                        return Some(rank);
                    }
                }
                _ => {}
            }
            at = self.after(at);
        }
    }

    /// Returns the token of a rank; empty past the last.
    pub fn token(&self, rank: u32) -> &'static [u8] {
        let start = self.starts.get(rank as usize).map(|&start| start as usize);
        let token = start.and_then(|start| {
            let len = usize::from(*self.tokens.get(start.checked_sub(1)?)?);
            self.tokens.get(start..start + len)
        });
        token.unwrap_or_default()
    }

    /// Returns the slot at which the search for a hash begins.
    fn home(&self, hash: u64) -> usize {
        // The upper bits of a product depend on all bits of its factors.
        (hash >> 32) as usize & (self.slots.len() - 1)
    }

    fn after(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }
}

fn hash(token: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = token.len() as u64;
    for word in token.chunks(8) {
        let word = word
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte));
        hash = (hash ^ word).wrapping_mul(ODD);
        hash ^= hash >> 32;
    }
    hash.wrapping_mul(ODD)
}

fn tag(hash: u64) -> u32 {
    (hash >> 18) as u32 & ((1 << TAG_BITS) - 1)
}
