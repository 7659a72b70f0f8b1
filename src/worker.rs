//! The state of a worker process: random numbers, the buffer, the text cache.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::sync::Arc;

use llm_mock_core::completion::{ChunkedText, Chunking, TextCache};
use llm_mock_core::engine::Buffer;
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};

thread_local! {
    static RNG: RefCell<Option<SmallRng>> = const { RefCell::new(None) };

    static BUFFER: Cell<Buffer> = const { Cell::new(Buffer::new()) };

    static TEXTS: RefCell<TextCache> = const { RefCell::new(TextCache::new()) };
}

/// Seeds the random numbers. This happens after the fork, so that no two workers
/// create the same identifiers.
///
/// # Errors
///
/// Fails if the operating system provides no seed.
pub fn start() -> Result<(), impl Display> {
    let seeded = SmallRng::try_from_os_rng();
    seeded.map(|rng| RNG.set(Some(rng)))
}

/// Takes the empty buffer that all responses are rendered into. A caller that
/// cannot give it back at once keeps it, and the worker creates another one.
pub fn take_buffer() -> Buffer {
    BUFFER.try_with(Cell::take).unwrap_or_default()
}

/// Gives a buffer back for the next response.
pub fn give_back(mut buffer: Buffer) {
    buffer.clear();
    // This fails only while the thread ends.
    let _ = BUFFER.try_with(|slot| slot.set(buffer));
}

/// Returns `text`, split into chunks. Concurrent responses with the same text
/// share one copy.
pub fn text(text: &[u8], chunking: Chunking) -> Arc<ChunkedText> {
    TEXTS.with_borrow_mut(|texts| texts.get(text, chunking))
}

/// Returns a random number.
pub fn random() -> u64 {
    RNG.with_borrow_mut(|rng| rng.as_mut().map_or(0, SmallRng::next_u64))
}
