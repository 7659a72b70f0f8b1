//! What is measured.

mod effort;
mod load;
pub mod memory;
pub mod pacing;
pub mod prompt;
pub mod protocols;
pub mod throughput;
pub mod workers;

use clap::{Parser, Subcommand};

pub use self::effort::Effort;
use crate::kind::Kind;
use crate::suite::Suite;

/// In the order in which they run, and in which the report has them.
pub const KINDS: [&Kind; 7] = [
    &throughput::KIND,
    &throughput::WRK,
    &prompt::KIND,
    &workers::KIND,
    &protocols::KIND,
    &memory::KIND,
    &pacing::KIND,
];

/// A suite, and what of it.
#[derive(Debug, Clone, Subcommand)]
pub enum Wanted {
    /// Replies without delay, beside what nginx itself and others can do.
    Throughput(throughput::Wanted),
    /// The same, measured by wrk.
    Wrk(throughput::Wanted),
    /// A prompt of a megabyte.
    Prompt(prompt::Wanted),
    /// Two workers beside one.
    Workers(workers::Wanted),
    /// TLS, HTTP/2 and HTTP/3, beside the same nginx as a proxy.
    Protocols(protocols::Wanted),
    /// The memory of an open stream.
    Memory(memory::Wanted),
    /// Streams with a delay between words, beside a program that only writes.
    Pacing(pacing::Wanted),
}

#[derive(Parser)]
struct One {
    #[command(subcommand)]
    wanted: Wanted,
}

impl Wanted {
    /// All suites, with all that the report needs.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS
            .into_iter()
            .map(|kind| One::parse_from(["", kind.name]).wanted)
    }

    /// What is to be measured.
    pub fn suite(&self, effort: &Effort) -> Suite {
        match self {
            Self::Throughput(wanted) => throughput::suite(wanted, effort),
            Self::Wrk(wanted) => throughput::second_opinion(wanted, effort),
            Self::Prompt(wanted) => prompt::suite(wanted, effort),
            Self::Workers(wanted) => workers::suite(wanted, effort),
            Self::Protocols(wanted) => protocols::suite(wanted, effort),
            Self::Memory(wanted) => memory::suite(wanted, effort),
            Self::Pacing(wanted) => pacing::suite(wanted, effort),
        }
    }
}
