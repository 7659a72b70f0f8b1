//! TLS, HTTP/2 and HTTP/3, beside the same nginx as a proxy. A hundred streams
//! share a connection of HTTP/2 or 3.

use clap::Args;

use super::pacing;
use crate::clock::Micros;
use crate::protocol::Protocol;
use crate::row::Row;
use crate::setup::Setup;
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::setup::proxy::Proxy;
use crate::suite::Suite;
use crate::table::{Column, table};
use crate::trial;

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Open streams.
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
    let asked = |protocol: Protocol| {
        let mut asked = pacing::asked(wanted.streams, DELAY, wanted.measure);
        asked.label = protocol.name().to_owned();
        asked.case.protocol = protocol;
        asked.options.protocol = protocol;
        asked.options.rate = HANDSHAKES;
        asked.lengthen(DELAY)
    };
    let all = [
        Protocol::Http1,
        Protocol::Tls,
        Protocol::Http2,
        Protocol::Http3,
    ];
    Suite {
        name: "protocols",
        cases: all.map(asked).into(),
        setups: setups(),
        runs: wanted.runs,
        measure: trial::measure,
    }
}

const DELAY: Micros = 50_000;

/// As many in a second as a client has time for.
const HANDSHAKES: u64 = 500;

/// The servers that are compared.
pub fn setups() -> Vec<Box<dyn Setup>> {
    vec![Box::new(Module(Sizes::Shipped)), Box::new(Proxy)]
}

/// The suite's table.
pub fn report(rows: &[Row]) -> String {
    let columns = [
        Column("CPU us / chunk", |row| row.cpu_per_chunk_us, 2),
        Column("gap median", |row| row.gap_p50, 1),
        Column("gap 99 %", |row| row.gap_p99, 1),
        Column("KB / stream", |row| row.memory_per_stream / 1_024.0, 1),
        Column("busy", |row| row.server_busy, 2),
        Column("failures", |row| row.failures as f64, 0),
        Column("unfinished", |row| row.unfinished as f64, 0),
    ];
    table(rows, &columns)
}
