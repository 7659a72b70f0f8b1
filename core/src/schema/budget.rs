//! What one document may take: bytes of output and steps of work.

/// The longest document, in bytes. A schema that requires more yields `{}`.
pub const LONGEST_DOCUMENT: usize = 64 * 1024;

/// Steps for the documents of one response: at most about 10 ms of work.
const MOST_STEPS: usize = 1_000_000;

/// The steps that are left. Each function that loops over what the client
/// sent takes as many steps as it has iterations, so that the time of a
/// document is bounded whatever the schema.
#[derive(Debug)]
pub struct Budget(usize);

impl Budget {
    /// Creates the budget of one of `documents` that are generated together.
    pub fn share(documents: usize) -> Self {
        Self(MOST_STEPS / documents.max(1))
    }

    /// Takes steps. `None` if too few are left.
    pub fn spend(&mut self, steps: usize) -> Option<()> {
        self.0 = self.0.checked_sub(steps)?;
        Some(())
    }
}
