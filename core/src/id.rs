//! Identifiers that look like OpenAI's.

use std::str;

use rand::RngCore;

/// How many letters and digits follow the prefix of an object's id.
const OBJECT_ID_LEN: usize = 29;

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `prefix` and 29 random letters and digits: 172 bits, so that no two are
/// alike as long as the generator was seeded by the operating system.
pub fn object(prefix: &str, rng: &mut dyn RngCore) -> String {
    // So many letters are in 64 random bits.
    const AT_ONCE: usize = 10;
    let mut letters = [b'0'; OBJECT_ID_LEN];
    for some in letters.chunks_mut(AT_ONCE) {
        fill(some, LETTERS, rng.next_u64());
    }
    joined(prefix, &letters)
}

/// The value of the header `x-request-id`: `req_` and 32 hexadecimal digits.
pub fn request(rng: &mut dyn RngCore) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [b'0'; 32];
    for some in digits.chunks_mut(16) {
        fill(some, HEX, rng.next_u64());
    }
    joined("req_", &digits)
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

fn joined(prefix: &str, ascii: &[u8]) -> String {
    let mut id = String::with_capacity(prefix.len() + ascii.len());
    id.push_str(prefix);
    id.push_str(str::from_utf8(ascii).unwrap_or_default());
    id
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
            let random = id.strip_prefix("chatcmpl-").unwrap();
            assert_eq!(random.len(), 29);
            assert!(random.bytes().all(|b| b.is_ascii_alphanumeric()));
            seen.extend(random.bytes().enumerate());
        }
        assert_eq!(seen.len(), 29 * 62, "each letter in each place");
        let id = request(&mut rng);
        let digits = id.strip_prefix("req_").unwrap();
        assert_eq!(digits.len(), 32);
        assert!(digits.bytes().all(|b| b.is_ascii_hexdigit()));
    }
}
