//! Byte pair encoding of one piece of a text.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::dictionary::Dictionary;

/// Merges the pairs of a piece, those of the lowest rank first, until none is
/// a token. Its memory is used again for the next piece. A piece of n bytes
/// takes a time of n log n, whatever it holds.
#[derive(Default)]
pub struct Merger {
    /// Where the part ends that begins at a byte; [`GONE`] where none begins.
    ends: Vec<u32>,
    /// Where the part begins that ends where one begins.
    before: Vec<u32>,
    /// Pairs that are tokens, some of them of parts that are gone: rank, start
    /// and end.
    pairs: BinaryHeap<Reverse<u64>>,
}

const GONE: u32 = u32::MAX;

/// How many bits a place in a piece has in a pair.
const PLACE_BITS: u32 = 20;

const _: () = assert!(super::LONGEST_PIECE < 1 << PLACE_BITS);

impl Merger {
    /// Hands where each token of `piece` ends to `each`, in order.
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
            // One of its parts may have gone into another pair.
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

    /// Takes the part that begins here with the next one, if they make a token.
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
