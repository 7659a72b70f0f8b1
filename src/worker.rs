//! What a worker process has once.

use std::cell::{Cell, RefCell};

use llm_mock_core::stream::BATCH;
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};

thread_local! {
    /// Seeded on the first use, which is a request's: after the fork, so that
    /// no two workers make the same identifiers.
    static RNG: RefCell<Option<SmallRng>> = const { RefCell::new(None) };

    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Hands over the buffer that all replies are rendered into, empty. Whoever
/// can't give it back at once keeps it, and the worker gets itself another.
pub fn take_buffer() -> Vec<u8> {
    BUFFER.try_with(Cell::take).unwrap_or_default()
}

/// Takes a buffer for the next reply to use.
pub fn give_back(mut buffer: Vec<u8>) {
    buffer.clear();
    if buffer.capacity() <= 2 * BATCH {
        // A thread that ends has no use for it.
        let _ = BUFFER.try_with(|slot| slot.set(buffer));
    }
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
