//! Panics on demand, for tests of how panics are handled.

/// Panics if `asked` is true.
#[allow(clippy::panic)] // the purpose of the feature
pub fn panic_if(asked: bool) {
    if asked {
        panic!("asked to");
    }
}
