//! 50 ms between two words: how exact, and at what cost.

use clap::Args;

use super::options;
use crate::clock::Micros;
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
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "100,1000,5000,10000,15000"
    )]
    streams: Vec<usize>,
    /// Between two words, in milliseconds.
    #[arg(long, value_delimiter = ',', default_value = "50,200")]
    delay: Vec<u64>,
    /// How often each.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// How long is measured, in milliseconds.
    #[arg(long, default_value_t = 5_000)]
    measure: u64,
}

/// The suite.
pub fn suite(wanted: &Wanted) -> Suite {
    let mut cases = Vec::new();
    for &delay in &wanted.delay {
        for &streams in &wanted.streams {
            cases.push(asked(streams, delay * 1_000, wanted.measure));
        }
    }
    Suite {
        name: "pacing",
        cases,
        setups: setups(),
        runs: wanted.runs,
        measure: trial::measure,
    }
}

/// Streams that are as long as the measurement: each connection has one.
pub fn asked(streams: usize, delay: Micros, measure: u64) -> Asked {
    let options = Options {
        connections: streams,
        delay,
        settle: 1_500,
        measure,
        hold: 500,
        patience: 5_000,
        ..options()
    };
    let asked = Asked {
        label: format!("{streams} streams, {} ms", delay / 1_000),
        case: Case {
            text: String::new(),
            delay,
            workers: 1,
            protocol: Protocol::Http1,
        },
        options,
    };
    asked.lengthen(delay)
}

/// The servers that are compared.
pub fn setups() -> Vec<Box<dyn Setup>> {
    let mut setups: Vec<Box<dyn Setup>> = vec![
        Box::new(Module(Sizes::Shipped)),
        Box::new(Pacer),
        Box::new(Lua),
        Box::new(Echo(Sizes::Shipped)),
    ];
    setups.extend(peers::all());
    setups
}

/// The suite's table.
pub fn report(rows: &[Row]) -> String {
    let columns = [
        Column("CPU us / chunk", |row| row.cpu_per_chunk_us, 2),
        Column("gap median", |row| row.gap_p50, 1),
        Column("gap 90 %", |row| row.gap_p90, 1),
        Column("gap 99 %", |row| row.gap_p99, 1),
        Column("gap 99.9 %", |row| row.gap_p999, 1),
        Column("late median", |row| row.late_p50, 1),
        Column("late 99 %", |row| row.late_p99, 1),
        Column("first chunk median", |row| row.first_p50, 2),
        Column("first chunk 99 %", |row| row.first_p99, 2),
        Column("busy", |row| row.server_busy, 2),
        Column("client busy", |row| row.client_busy, 2),
        Column("failures", |row| row.failures as f64, 0),
        Column("unfinished", |row| row.unfinished as f64, 0),
    ];
    table(rows, &columns)
}
