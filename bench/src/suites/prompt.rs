//! A large prompt: what reading it costs.

use clap::Args;

use super::{SEED, options};
use crate::crowd::Options;
use crate::protocol::Protocol;
use crate::row::Row;
use crate::setup::Case;
use crate::setup::floor::Return;
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::suite::{Asked, Suite};
use crate::table::{Column, table};
use crate::trial;

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Bytes of the request's body.
    #[arg(long, default_value_t = 1_000_000)]
    size: usize,
    /// How often each.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// How long is measured, in milliseconds.
    #[arg(long, default_value_t = 3_000)]
    measure: u64,
}

/// The suite. `return` reads a body and discards it.
pub fn suite(wanted: &Wanted) -> Suite {
    Suite {
        name: "prompt",
        cases: vec![Asked {
            label: format!("{} bytes", wanted.size),
            case: Case {
                text: SEED.to_owned(),
                delay: 0,
                workers: 1,
                protocol: Protocol::Http1,
            },
            options: Options {
                connections: 8,
                body_size: wanted.size,
                measure: wanted.measure,
                ..options()
            },
        }],
        setups: vec![
            Box::new(Module(Sizes::Shipped)),
            Box::new(Return { headers: true }),
        ],
        runs: wanted.runs,
        measure: trial::measure,
    }
}

/// The suite's table.
pub fn report(rows: &[Row]) -> String {
    let columns = [
        Column("replies / s", |row| row.replies_per_s, 0),
        Column("CPU us / reply", |row| row.cpu_per_reply_us, 0),
        Column("failures", |row| row.failures as f64, 0),
        Column("unfinished", |row| row.unfinished as f64, 0),
    ];
    table(rows, &columns)
}
