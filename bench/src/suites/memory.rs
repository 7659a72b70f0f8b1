//! What an open stream costs that waits for its next word.

use clap::Args;

use super::effort::{Effort, count};
use super::load::at_once;
use crate::comparison::Comparison;
use crate::crowd::Options;
use crate::kind::Kind;
use crate::setup::debian::{Echo, Lua};
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::setup::pacer::Pacer;
use crate::setup::{self, Setup};
use crate::suite::Suite;
use crate::table::{self, Column};
use crate::trial;

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Open streams; servers of other kinds than nginx have 1,000.
    #[arg(long, default_value_t = 5_000, value_parser = count)]
    streams: usize,
}

/// Open streams.
pub const KIND: Kind = Kind {
    name: "memory",
    title: "Memory",
    columns: &[
        table::MEMORY,
        Column("replies begun", |row| row.begun as f64, 0),
        table::FAILURES,
    ],
};

/// So long that all streams are open before the second word of the first.
const DELAY: u64 = 20_000_000;

/// What the slowest peer begins in a second.
const PEERS_RATE: u64 = 250;

/// The suite.
pub fn suite(wanted: &Wanted, effort: &Effort) -> Suite {
    let mut slow = comparison(1_000, peers());
    slow.options.rate = PEERS_RATE;
    Suite {
        kind: &KIND,
        cases: vec![comparison(wanted.streams, servers()), slow],
        runs: effort.runs,
        measure: trial::measure,
    }
}

fn comparison(streams: usize, setups: Vec<Box<dyn Setup>>) -> Comparison {
    let mut comparison = at_once(&format!("{streams} streams"), streams, 200, setups);
    comparison.case.delay = DELAY;
    comparison.options = Options {
        delay: DELAY,
        settle: 1_000,
        endless: true,
        ..comparison.options
    };
    comparison
}

fn servers() -> Vec<Box<dyn Setup>> {
    vec![
        Box::new(Module(Sizes::Shipped)),
        Box::new(Echo(Sizes::Shipped)),
        Box::new(Module(Sizes::Default)),
        Box::new(Echo(Sizes::Default)),
        Box::new(Lua),
        Box::new(Pacer),
    ]
}

fn peers() -> Vec<Box<dyn Setup>> {
    let mut setups: Vec<Box<dyn Setup>> = vec![Box::new(Module(Sizes::Shipped))];
    setups.extend(setup::peers::all());
    setups
}
