//! Panics on demand, for a test of who must bear them.

/// Panics if asked to.
#[allow(clippy::panic)] // what the feature is for
pub fn panic_if(asked: bool) {
    if asked {
        panic!("asked to");
    }
}
