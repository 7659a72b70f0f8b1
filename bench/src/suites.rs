//! What is measured.

pub mod memory;
pub mod pacing;
pub mod prompt;
pub mod protocols;
pub mod throughput;
pub mod workers;

use std::net::{Ipv4Addr, SocketAddr};
use std::num::{NonZeroUsize, ParseIntError};

use clap::{Args, Parser, Subcommand};

use crate::crowd::Options;
use crate::protocol::Protocol;
use crate::setup::{Case, Setup};
use crate::suite::{Asked, Kind, Suite};

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

/// A suite, and what of it.
#[derive(Debug, Clone, Subcommand)]
pub enum Wanted {
    /// Replies without delay, beside what nginx itself and others can do.
    Throughput(throughput::Wanted),
    /// The same, as wrk sees it.
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

/// An argument that is a number of something.
fn count(text: &str) -> Result<usize, ParseIntError> {
    text.parse().map(NonZeroUsize::get)
}

#[derive(Parser)]
struct Only {
    #[command(flatten)]
    options: Options,
}

/// What the client does unless a case says otherwise. The address is the
/// server's, once it has one.
fn options() -> Options {
    let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    Only::parse_from(["load".to_owned(), format!("--address={nowhere}")]).options
}

/// Replies without delay, again and again. The text is the Lua script's, and
/// that of the shipped nginx.conf.
fn at_once(label: &str, connections: usize, measure: u64, setups: Vec<Box<dyn Setup>>) -> Asked {
    let options = Options {
        connections,
        measure,
        settle: 300,
        ..options()
    };
    Asked {
        label: label.to_owned(),
        case: Case {
            text: options.text.clone(),
            delay: 0,
            workers: 1,
            protocol: Protocol::Http1,
        },
        options,
        setups,
        rounds: 1,
    }
}
