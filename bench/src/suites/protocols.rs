//! TLS, HTTP/2 and HTTP/3, beside the same nginx as a proxy. A hundred streams
//! share a connection of HTTP/2 or 3.

use clap::Args;

use super::effort::{Effort, count};
use super::pacing;
use crate::clock::Micros;
use crate::comparison::Comparison;
use crate::kind::Kind;
use crate::protocol::Protocol;
use crate::setup::Setup;
use crate::setup::module::Module;
use crate::setup::nginx::Sizes;
use crate::setup::proxy::Proxy;
use crate::suite::Suite;
use crate::table::{self, Column};
use crate::trial;

/// What of the suite to run.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// Open streams.
    #[arg(long, default_value_t = 1_000, value_parser = count)]
    streams: usize,
}

/// Streams over each protocol.
pub const KIND: Kind = Kind {
    name: "protocols",
    title: "TLS, HTTP/2, HTTP/3",
    columns: &[
        table::CPU_PER_CHUNK,
        table::CHUNKS,
        Column("gap median", |row| row.gap_p50, 1),
        Column("gap 99 %", |row| row.gap_p99, 1),
        table::MEMORY,
        table::BUSY,
        table::CLIENT_BUSY,
        table::FAILURES,
    ],
};

const DELAY: Micros = 50_000;

/// As many in a second as a client has time for.
const HANDSHAKES: u64 = 500;

/// The suite.
pub fn suite(wanted: &Wanted, effort: &Effort) -> Suite {
    let comparison = |protocol: Protocol| -> Comparison {
        let mut comparison = pacing::comparison(wanted.streams, DELAY, effort.measure, setups());
        comparison.label = protocol.name().to_owned();
        comparison.case.protocol = protocol;
        comparison.options.protocol = protocol;
        comparison.options.rate = HANDSHAKES;
        comparison.lengthen(DELAY)
    };
    let all = [
        Protocol::Http1,
        Protocol::Tls,
        Protocol::Http2,
        Protocol::Http3,
    ];
    Suite {
        kind: &KIND,
        cases: all.map(comparison).into(),
        runs: effort.runs,
        measure: trial::measure,
    }
}

fn setups() -> Vec<Box<dyn Setup>> {
    vec![Box::new(Module(Sizes::Shipped)), Box::new(Proxy)]
}
