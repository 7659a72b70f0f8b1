//! No delay: how many replies, and at what cost each.

use clap::Args;

use super::effort::{Effort, count};
use super::load::at_once;
use crate::kind::Kind;
use crate::setup::Setup;
use crate::setup::debian::{Echo, Lua};
use crate::setup::floor::Return;
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::setup::peers;
use crate::suite::Suite;
use crate::table::{self, Column};
use crate::{trial, wrk};

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Connections that repeat the request.
    #[arg(long, default_value_t = 64, value_parser = count)]
    connections: usize,
}

/// Replies without delay.
pub const KIND: Kind = Kind {
    name: "throughput",
    title: "No delay",
    columns: &[
        table::REPLIES,
        table::CPU_PER_REPLY,
        Column("reply median ms", |row| row.whole_p50, 2),
        Column("reply 99 % ms", |row| row.whole_p99, 2),
        table::BUSY,
        table::CLIENT_BUSY,
        table::FAILURES,
        table::UNFINISHED,
    ],
};

/// The same, measured by wrk.
pub const WRK: Kind = Kind {
    name: "wrk",
    title: "No delay, measured by wrk",
    columns: &[
        table::REPLIES,
        table::CPU_PER_REPLY,
        table::BUSY,
        table::FAILURES,
    ],
};

/// Beside what nginx itself needs for these bytes.
pub const FLOOR: &str = "no delay, beside return";

/// Beside what else there is.
pub const OTHERS: &str = "no delay";

/// The floor is near. A virtual machine's core is faster and slower for seconds
/// at a time, so short turns meet the same of it.
const ROUNDS: usize = 8;

/// The suite.
pub fn suite(wanted: &Wanted, effort: &Effort) -> Suite {
    let mut floor = at_once(FLOOR, wanted.connections, effort.measure, floor());
    floor.share(ROUNDS);
    let others = at_once(OTHERS, wanted.connections, effort.measure, others());
    Suite {
        kind: &KIND,
        cases: vec![floor, others],
        runs: effort.runs,
        measure: trial::measure,
    }
}

/// The same, measured by wrk, which counts in whole seconds.
pub fn second_opinion(wanted: &Wanted, effort: &Effort) -> Suite {
    let mut setups = floor();
    setups.extend(others().into_iter().skip(1));
    Suite {
        kind: &WRK,
        cases: vec![at_once(OTHERS, wanted.connections, effort.measure, setups)],
        runs: effort.runs,
        measure: wrk::measure,
    }
}

fn floor() -> Vec<Box<dyn Setup>> {
    vec![
        Box::new(Module(Sizes::Shipped)),
        Box::new(Return { headers: true }),
        Box::new(Return { headers: false }),
    ]
}

fn others() -> Vec<Box<dyn Setup>> {
    let mut setups: Vec<Box<dyn Setup>> = vec![
        Box::new(Module(Sizes::Shipped)),
        Box::new(Lua),
        Box::new(Echo(Sizes::Shipped)),
    ];
    setups.extend(peers::all());
    setups
}
