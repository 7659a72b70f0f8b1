//! Byte pair encoding of one piece of a text.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::dictionary::Dictionary;

/// Merges adjacent parts of a piece, the pair of the lowest rank first, until no
/// pair is a token. A piece of n bytes takes a time of n log n, whatever it
/// holds. The memory is reused for the next piece.
#[derive(Default)]
pub struct Merger {
    /// The end of the part that begins at each byte; [`GONE`] if none does.
    ends: Vec<u32>,
    /// The start of the part before the one that begins at each byte.
    before: Vec<u32>,
    /// Pairs that are tokens: rank, start and end. Pairs of parts that were
    /// merged otherwise since are still among them.
    pairs: BinaryHeap<Reverse<u64>>,
}

const GONE: u32 = u32::MAX;

/// The bits of a position in a pair.
const PLACE_BITS: u32 = 20;

/// The longest piece, in bytes.
pub const LONGEST: usize = (1 << PLACE_BITS) - 1;

impl Merger {
    /// Calls `each` with the end of each token in `piece`, in order. The piece
    /// is of up to [`LONGEST`] bytes.
    pub fn ends(&mut self, piece: &[u8], dictionary: &Dictionary, each: impl FnMut(usize)) {
        let len = piece.len() as u32;
        self.pairs.clear();
        self.ends.clear();
        self.before.clear();
        self.ends.reserve_exact(piece.len());
        self.before.reserve_exact(piece.len());
        self.ends.extend(1..=len);
        self.before.extend((0..len).map(|at| at.saturating_sub(1)));
        let rank = |start: u32, end: u32| {
            let pair = piece.get(start as usize..end as usize)?;
            dictionary.rank(pair)
        };
        for start in 0..len {
            self.pair(start, rank);
        }
        while let Some(Reverse(pair)) = self.pairs.pop() {
            let (start, end) = (place(pair >> PLACE_BITS), place(pair));
            let middle = self.end(start);
            // One of its parts may be merged with another already.
            if self.end(middle) != end {
                continue;
            }
            set(&mut self.ends, start, end);
            set(&mut self.ends, middle, GONE);
            set(&mut self.before, end, start);
            self.pair(start, rank);
            if start > 0 {
                let before = self.before.get(start as usize).copied();
                self.pair(before.unwrap_or_default(), rank);
            }
        }
        let parts = self.ends.iter().filter(|&&end| end != GONE);
        parts.map(|&end| end as usize).for_each(each);
    }

    /// Adds the pair of the part at `start` and the next one, if it is a token.
    fn pair(&mut self, start: u32, rank: impl Fn(u32, u32) -> Option<u32>) {
        let end = self.end(self.end(start));
        if end == GONE {
            return;
        }
        if let Some(rank) = rank(start, end) {
            let places = u64::from(start) << PLACE_BITS | u64::from(end);
            let pair = u64::from(rank) << (2 * PLACE_BITS) | places;
            self.pairs.push(Reverse(pair));
        }
    }

    fn end(&self, start: u32) -> u32 {
        self.ends.get(start as usize).copied().unwrap_or(GONE)
    }
}

fn place(pair: u64) -> u32 {
    pair as u32 & ((1 << PLACE_BITS) - 1)
}

fn set(places: &mut [u32], at: u32, value: u32) {
    if let Some(place) = places.get_mut(at as usize) {
        *place = value;
    }
}
