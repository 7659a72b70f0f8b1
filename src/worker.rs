//! What a worker process has once.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use llm_mock_core::batch::Batch;
use llm_mock_core::chunk::Cut;
use llm_mock_core::recent::Recent;
use llm_mock_core::script::Script;
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};

use crate::memory;

thread_local! {
    /// Seeded on the first use, which is a request's: after the fork, so that
    /// no two workers make the same identifiers.
    static RNG: RefCell<Option<SmallRng>> = const { RefCell::new(None) };

    static BATCH: Cell<Batch> = const { Cell::new(Batch::new()) };

    static RECENT: RefCell<Recent> = const { RefCell::new(Recent::new()) };
}

/// Prepares what requests use, while there is memory for it: that what is
/// thread-local is freed at the end has to be noted on the heap of the C library,
/// which ends the process if it can't.
pub fn start() {
    give_back(take_batch());
    RECENT.with(|_| ());
    is_there_for(0);
}

/// Whether there is memory for a reply of which what depends on texts takes up
/// to `bytes`.
pub fn is_there_for(bytes: usize) -> bool {
    memory::is_there_for_an_answer(memory::FOR_A_REPLY.saturating_add(bytes))
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

/// `text`, cut, which all share who say it now. `None` if there is no memory.
pub fn script(text: &[u8], cut: Cut) -> Option<Arc<Script>> {
    RECENT.with_borrow_mut(|recent| match recent.get(text, cut) {
        None if is_there_for(Recent::memory(text, cut)) => Some(recent.cut(text, cut)),
        found => found,
    })
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
