//! What an open stream costs that waits for its next word.

use clap::Args;

use super::{SEED, options};
use crate::crowd::Options;
use crate::protocol::Protocol;
use crate::row::Row;
use crate::setup::debian::{Echo, Lua};
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::setup::pacer::Pacer;
use crate::setup::{Case, Setup, peers};
use crate::suite::{Asked, Suite};
use crate::table::{Column, table};
use crate::trial;

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Open streams.
    #[arg(long, value_delimiter = ',', default_value = "1000,5000")]
    streams: Vec<usize>,
    /// How often each.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// So long that all streams are open before the second word of the first.
const DELAY: u64 = 4_000_000;

/// The suite.
pub fn suite(wanted: &Wanted) -> Suite {
    let asked = |&streams: &usize| Asked {
        label: format!("{streams} streams"),
        case: Case {
            text: SEED.to_owned(),
            delay: DELAY,
            workers: 1,
            protocol: Protocol::Http1,
        },
        options: Options {
            connections: streams,
            delay: DELAY,
            measure: 500,
            patience: 10_000,
            ..options()
        },
    };
    Suite {
        name: "memory",
        cases: wanted.streams.iter().map(asked).collect(),
        setups: setups(),
        runs: wanted.runs,
        measure: trial::measure,
    }
}

/// The servers that are compared.
pub fn setups() -> Vec<Box<dyn Setup>> {
    let mut setups: Vec<Box<dyn Setup>> = vec![
        Box::new(Module(Sizes::Shipped)),
        Box::new(Echo(Sizes::Shipped)),
        Box::new(Module(Sizes::Default)),
        Box::new(Echo(Sizes::Default)),
        Box::new(Lua),
        Box::new(Pacer),
    ];
    setups.extend(peers::all());
    setups
}

/// The suite's table.
pub fn report(rows: &[Row]) -> String {
    let columns = [
        Column("KB / stream", |row| row.memory_per_stream / 1_024.0, 2),
        Column("failures", |row| row.failures as f64, 0),
        Column("unfinished", |row| row.unfinished as f64, 0),
    ];
    table(rows, &columns)
}
