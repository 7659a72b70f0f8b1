//! A delay between two words: how exact, and at what cost.

use clap::Args;

use super::effort::{Effort, count};
use super::load::options;
use crate::clock::Micros;
use crate::comparison::Comparison;
use crate::crowd::Options;
use crate::kind::Kind;
use crate::protocol::Protocol;
use crate::setup::debian::{Echo, Lua};
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::setup::pacer::Pacer;
use crate::setup::{Case, Setup, peers};
use crate::suite::Suite;
use crate::table::{self, Column};
use crate::trial;

/// What of the suite to run. Without options: what the report needs.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Open streams, for all servers [default with --delay: 1000]
    #[arg(long, value_delimiter = ',', value_parser = count)]
    streams: Vec<usize>,
    /// Between two words, in milliseconds [default with --streams: 50]
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=60_000))]
    delay: Vec<u64>,
}

/// Streams with a delay.
pub const KIND: Kind = Kind {
    name: "pacing",
    title: "Delay between words (gaps and times in ms)",
    columns: &[
        table::CPU_PER_CHUNK,
        table::CHUNKS,
        Column("gap median", |row| row.gap_p50, 1),
        Column("gap 90 %", |row| row.gap_p90, 1),
        Column("gap 99 %", |row| row.gap_p99, 1),
        Column("gap 99.9 %", |row| row.gap_p999, 1),
        Column("late median", |row| row.late_p50, 1),
        Column("late 99 %", |row| row.late_p99, 1),
        Column("first chunk median", |row| row.first_p50, 2),
        Column("first chunk 99 %", |row| row.first_p99, 2),
        table::BUSY,
        table::CLIENT_BUSY,
        table::FAILURES,
    ],
};

type Servers = fn() -> Vec<Box<dyn Setup>>;

/// What the report needs: a delay in milliseconds, open streams, servers, and
/// into how many turns a run is divided. Many streams are left to those that can
/// carry them.
const PLAN: [(u64, usize, Servers, usize); 10] = [
    (50, 100, of_nginx, 1),
    (50, 1_000, limit, ROUNDS),
    (50, 1_000, beside_limit, 1),
    (50, 5_000, limit, ROUNDS),
    (50, 5_000, beside_limit_of_nginx, 1),
    (100, 5_000, limit, ROUNDS),
    (50, 10_000, without_lua, 1),
    (50, 15_000, without_lua, 1),
    (400, 1_000, limit, 1),
    (400, 15_000, limit, 1),
];

/// The bare program is near; see [`super::throughput`].
const ROUNDS: usize = 3;

/// The suite.
pub fn suite(wanted: &Wanted, effort: &Effort) -> Suite {
    let plan = match wanted.streams.is_empty() && wanted.delay.is_empty() {
        true => PLAN.to_vec(),
        false => {
            let servers: Servers = everyone;
            let streams = or(&wanted.streams, 1_000);
            let each = or(&wanted.delay, 50).into_iter();
            each.flat_map(|delay| streams.iter().map(move |&n| (delay, n, servers, 1)))
                .collect()
        }
    };
    let case = |(delay, streams, servers, rounds): (u64, usize, Servers, usize)| {
        let mut comparison = comparison(streams, delay * 1_000, effort.measure, servers());
        comparison.share(rounds);
        comparison
    };
    Suite {
        kind: &KIND,
        cases: plan.into_iter().map(case).collect(),
        runs: effort.runs,
        measure: trial::measure,
    }
}

fn or<T: Copy>(given: &[T], default: T) -> Vec<T> {
    match given {
        [] => vec![default],
        given => given.to_vec(),
    }
}

/// Streams that outlast the measurement: each connection has one.
pub fn comparison(
    streams: usize,
    delay: Micros,
    measure: u64,
    setups: Vec<Box<dyn Setup>>,
) -> Comparison {
    let options = Options {
        connections: streams,
        delay,
        // What the opening of many streams has delayed is made up for first.
        settle: 1_500.max(streams as u64 * 3 / 10),
        measure,
        hold: 200,
        endless: true,
        ..options()
    };
    let comparison = Comparison {
        label: format!("{streams} streams, {} ms", delay / 1_000),
        case: Case {
            text: String::new(),
            delay,
            workers: 1,
            protocol: Protocol::Http1,
        },
        options,
        setups,
        rounds: 1,
    };
    comparison.lengthen(delay)
}

fn limit() -> Vec<Box<dyn Setup>> {
    vec![Box::new(Module(Sizes::Shipped)), Box::new(Pacer)]
}

fn without_lua() -> Vec<Box<dyn Setup>> {
    let mut setups = limit();
    setups.push(Box::new(Echo(Sizes::Shipped)));
    setups
}

fn beside_limit_of_nginx() -> Vec<Box<dyn Setup>> {
    vec![Box::new(Echo(Sizes::Shipped)), Box::new(Lua)]
}

fn of_nginx() -> Vec<Box<dyn Setup>> {
    limit().into_iter().chain(beside_limit_of_nginx()).collect()
}

fn beside_limit() -> Vec<Box<dyn Setup>> {
    let nginx = beside_limit_of_nginx().into_iter();
    nginx.chain(peers::all()).collect()
}

fn everyone() -> Vec<Box<dyn Setup>> {
    limit().into_iter().chain(beside_limit()).collect()
}
