//! Memory that is asked for before it is needed.

use std::hint::black_box;

/// What an answer takes beyond what depends on texts, with room to spare.
pub const FOR_A_REPLY: usize = 16 * 1024;

/// What a directive takes for each argument, of nginx's 4 KB at most.
pub const FOR_A_DIRECTIVE: usize = 256 * 1024;

/// Whether `bytes` more are to be had.
///
/// Rust ends the process when it gets no memory, which a worker with thousands
/// of streams must not. So whoever is about to build something asks first for
/// all that it may take, and refuses if that is not there. What was given back
/// just now is there in a moment: a worker has one thread.
pub fn is_there(bytes: usize) -> bool {
    let mut trial = Vec::<u8>::new();
    let there = trial.try_reserve_exact(bytes).is_ok();
    // Else the compiler sees that nothing is made of it, and asks nobody.
    black_box(&mut trial);
    there
}
