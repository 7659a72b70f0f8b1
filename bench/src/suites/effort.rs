//! Command-line arguments that all suites share.

use std::num::{NonZeroUsize, ParseIntError};

use clap::Args;

/// How often, and for how long.
#[derive(Debug, Clone, Args)]
pub struct Effort {
    /// How often each.
    #[arg(long, global = true, default_value_t = Self::default().runs, value_parser = count)]
    pub runs: usize,
    /// How long each time, in milliseconds; the memory suite takes a moment.
    #[arg(long, global = true, default_value_t = Self::default().measure, value_parser = clap::value_parser!(u64).range(100..))]
    pub measure: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            runs: 5,
            measure: 3_000,
        }
    }
}

/// An argument that is a number of something.
pub(super) fn count(text: &str) -> Result<usize, ParseIntError> {
    text.parse().map(NonZeroUsize::get)
}
