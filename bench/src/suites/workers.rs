//! Two workers: whether each does what one alone does.

use clap::Args;

use super::{SEED, options, pacing};
use crate::crowd::Options;
use crate::protocol::Protocol;
use crate::row::Row;
use crate::setup::Case;
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::suite::{Asked, Suite};
use crate::table::{Column, table};
use crate::trial;

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Open streams for each worker.
    #[arg(long, default_value_t = 1_000)]
    streams: usize,
    /// How often each.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// How long is measured, in milliseconds.
    #[arg(long, default_value_t = 3_000)]
    measure: u64,
}

/// The suite.
pub fn suite(wanted: &Wanted) -> Suite {
    let mut cases = Vec::new();
    for workers in [1, 2] {
        let mut paced = pacing::asked(wanted.streams * workers, 50_000, wanted.measure);
        paced.case.workers = workers;
        paced.label = format!("{workers} workers, {}", paced.label);
        cases.push(paced);
    }
    for workers in [1, 2] {
        cases.push(Asked {
            label: format!("{workers} workers, no delay"),
            case: Case {
                text: SEED.to_owned(),
                delay: 0,
                workers,
                protocol: Protocol::Http1,
            },
            options: Options {
                connections: 64 * workers,
                protocol: Protocol::Http1,
                measure: wanted.measure,
                ..options()
            },
        });
    }
    Suite {
        name: "workers",
        cases,
        setups: vec![Box::new(Module(Sizes::Shipped))],
        runs: wanted.runs,
        measure: trial::measure,
    }
}

/// The suite's table.
pub fn report(rows: &[Row]) -> String {
    let columns = [
        Column("replies / s", |row| row.replies_per_s, 0),
        Column("chunks / s", |row| row.chunks_per_s, 0),
        Column("CPU us / reply", |row| row.cpu_per_reply_us, 2),
        Column("CPU us / chunk", |row| row.cpu_per_chunk_us, 2),
        Column("busy", |row| row.server_busy, 2),
        Column("client busy", |row| row.client_busy, 2),
        Column("failures", |row| row.failures as f64, 0),
        Column("unfinished", |row| row.unfinished as f64, 0),
    ];
    table(rows, &columns)
}
