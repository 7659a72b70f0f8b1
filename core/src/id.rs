//! Identifiers that look like OpenAI's.

use rand::distr::{Alphanumeric, Distribution};
use rand::{Rng, RngCore};

/// How many letters and digits follow the prefix of an object's id.
const OBJECT_ID_LEN: usize = 29;

/// `prefix` and 29 random letters and digits: 172 bits, so that no two are
/// alike as long as the generator was seeded by the operating system.
pub fn object(prefix: &str, rng: &mut dyn RngCore) -> String {
    let mut id = String::with_capacity(prefix.len() + OBJECT_ID_LEN);
    id.push_str(prefix);
    id.extend((0..OBJECT_ID_LEN).map(|_| char::from(Alphanumeric.sample(rng))));
    id
}

/// The value of the header `x-request-id`: `req_` and 32 hexadecimal digits.
pub fn request(rng: &mut dyn RngCore) -> String {
    format!("req_{:032x}", rng.random::<u128>())
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
        for id in ids {
            let random = id.strip_prefix("chatcmpl-").unwrap();
            assert_eq!(random.len(), 29);
            assert!(random.bytes().all(|b| b.is_ascii_alphanumeric()));
        }
        let id = request(&mut rng);
        assert_eq!(id.len(), 36);
        assert!(id.starts_with("req_"));
    }
}
