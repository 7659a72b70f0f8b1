//! What a worker process has once.

use std::cell::RefCell;

use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};

thread_local! {
    /// Seeded on the first use, which is a request's: after the fork, so that
    /// no two workers make the same identifiers.
    static RNG: RefCell<Option<SmallRng>> = const { RefCell::new(None) };
}

/// Lends the worker's generator of random numbers. `None` if the operating
/// system gave no seed.
pub fn with_rng<T>(f: impl FnOnce(&mut dyn RngCore) -> T) -> Option<T> {
    RNG.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = SmallRng::try_from_os_rng().ok();
        }
        slot.as_mut().map(|rng| f(rng))
    })
}
