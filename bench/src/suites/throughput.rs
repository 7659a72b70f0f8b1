//! No delay: how many replies, and at what cost each.

use clap::Args;

use super::options;
use crate::crowd::Options;
use crate::protocol::Protocol;
use crate::row::Row;
use crate::setup::debian::{Echo, Lua};
use crate::setup::floor::Return;
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::setup::{Case, Setup, peers};
use crate::suite::{Asked, Suite};
use crate::table::{Column, table};
use crate::{trial, wrk};

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Connections that ask again and again.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How often each.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// How long is measured, in milliseconds.
    #[arg(long, default_value_t = 3_000)]
    measure: u64,
}

/// The suite.
pub fn suite(wanted: &Wanted) -> Suite {
    let options = Options {
        connections: wanted.connections,
        measure: wanted.measure,
        ..options()
    };
    Suite {
        name: "throughput",
        cases: vec![Asked {
            label: "no delay".to_owned(),
            case: Case {
                text: options.text.clone(),
                delay: 0,
                workers: 1,
                protocol: Protocol::Http1,
            },
            options,
        }],
        setups: setups(),
        runs: wanted.runs,
        measure: trial::measure,
    }
}

/// The same, as wrk sees it.
pub fn second_opinion(wanted: &Wanted) -> Suite {
    Suite {
        name: "wrk",
        measure: wrk::measure,
        ..suite(wanted)
    }
}

/// The servers that are compared.
pub fn setups() -> Vec<Box<dyn Setup>> {
    let mut setups: Vec<Box<dyn Setup>> = vec![
        Box::new(Module(Sizes::Shipped)),
        Box::new(Return { headers: false }),
        Box::new(Return { headers: true }),
        Box::new(Lua),
        Box::new(Echo(Sizes::Shipped)),
    ];
    setups.extend(peers::all());
    setups
}

/// The suite's table.
pub fn report(rows: &[Row]) -> String {
    let columns = [
        Column("replies / s", |row| row.replies_per_s, 0),
        Column("CPU us / reply", |row| row.cpu_per_reply_us, 2),
        Column("reply median ms", |row| row.whole_p50, 2),
        Column("reply 99 % ms", |row| row.whole_p99, 2),
        Column("busy", |row| row.server_busy, 2),
        Column("client busy", |row| row.client_busy, 2),
        Column("failures", |row| row.failures as f64, 0),
        Column("unfinished", |row| row.unfinished as f64, 0),
    ];
    table(rows, &columns)
}
