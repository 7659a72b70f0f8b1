//! A large prompt: what reading it costs.

use clap::Args;

use super::effort::{Effort, count};
use super::load::at_once;
use crate::crowd::Options;
use crate::kind::Kind;
use crate::setup::floor::Return;
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::suite::Suite;
use crate::table;
use crate::trial;

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Bytes of the request's body.
    #[arg(long, default_value_t = 1_000_000, value_parser = count)]
    size: usize,
}

/// A large prompt.
pub const KIND: Kind = Kind {
    name: "prompt",
    title: "A prompt of 1 MB",
    columns: &[
        table::REPLIES,
        table::CPU_PER_REPLY,
        table::FAILURES,
        table::UNFINISHED,
    ],
};

/// The suite. `return` reads a body and discards it.
pub fn suite(wanted: &Wanted, effort: &Effort) -> Suite {
    let label = format!("{} bytes", wanted.size);
    let setups = vec![
        Box::new(Module(Sizes::Shipped)) as _,
        Box::new(Return { headers: true }) as _,
    ];
    let mut comparison = at_once(&label, 8, effort.measure, setups);
    comparison.options = Options {
        body_size: wanted.size,
        ..comparison.options
    };
    Suite {
        kind: &KIND,
        cases: vec![comparison],
        runs: effort.runs,
        measure: trial::measure,
    }
}
