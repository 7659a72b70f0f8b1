//! Two workers: whether each does what one alone does.

use clap::Args;

use super::effort::{Effort, count};
use super::load::at_once;
use super::pacing;
use crate::kind::Kind;
use crate::setup::Setup;
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::suite::Suite;
use crate::table;
use crate::trial;

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Open streams for each worker.
    #[arg(long, default_value_t = 1_000, value_parser = count)]
    streams: usize,
}

/// Two workers beside one.
pub const KIND: Kind = Kind {
    name: "workers",
    title: "Two workers",
    columns: &[
        table::REPLIES,
        table::CHUNKS,
        table::CPU_PER_REPLY,
        table::CPU_PER_CHUNK,
        table::BUSY,
        table::CLIENT_BUSY,
        table::FAILURES,
    ],
};

/// The suite.
pub fn suite(wanted: &Wanted, effort: &Effort) -> Suite {
    let mut cases = Vec::new();
    for workers in [1, 2] {
        let streams = wanted.streams * workers;
        cases.push(pacing::comparison(
            streams,
            50_000,
            effort.measure,
            setups(),
        ));
        cases.push(at_once("no delay", 64 * workers, effort.measure, setups()));
        for comparison in cases.iter_mut().rev().take(2) {
            comparison.case.workers = workers;
            comparison.label = format!("{workers} workers, {}", comparison.label);
        }
    }
    Suite {
        kind: &KIND,
        cases,
        runs: effort.runs,
        measure: trial::measure,
    }
}

fn setups() -> Vec<Box<dyn Setup>> {
    vec![Box::new(Module(Sizes::Shipped))]
}
