//! What a worker process has once.

use std::cell::{Cell, RefCell};

use llm_mock_core::batch::Batch;
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};

thread_local! {
    /// Seeded on the first use, which is a request's: after the fork, so that
    /// no two workers make the same identifiers.
    static RNG: RefCell<Option<SmallRng>> = const { RefCell::new(None) };

    static BATCH: Cell<Batch> = const { Cell::new(Batch::new()) };
}

/// Hands over the batch that all replies are rendered into, empty. Whoever
/// can't give it back at once keeps it, and the worker gets itself another.
pub fn take_batch() -> Batch {
    BATCH.try_with(Cell::take).unwrap_or_default()
}

/// Takes a batch for the next reply to use.
pub fn give_back(mut batch: Batch) {
    batch.clear();
    // A thread that ends has no use for it.
    let _ = BATCH.try_with(|slot| slot.set(batch));
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
