//! The figures of a run: a line of the CSV file.

use serde::{Deserialize, Serialize};

use crate::tally::{Durations, Tally};

/// What one run found.
#[derive(Debug, Clone)]
pub struct Figures {
    /// What the clients saw.
    pub tally: Tally,
    /// How long was measured, in seconds.
    pub seconds: f64,
    /// Processor time of the server meanwhile, in nanoseconds.
    pub cpu: u64,
    /// That of the client.
    pub client_cpu: u64,
    /// What the host took of the server's core meanwhile, in seconds.
    pub stolen: f64,
    /// What the server's memory grew by until all was open, in bytes.
    pub memory: i64,
}

/// One run of one server in one case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The suite that it belongs to.
    pub suite: String,
    /// The case.
    pub case: String,
    /// The server.
    pub server: String,
    /// The number of the run.
    pub run: usize,
    /// What was measured, as `git describe` calls it.
    #[serde(default)]
    pub commit: String,
    /// Open connections.
    pub connections: usize,
    /// Replies that began before the end of the measurement.
    #[serde(default)]
    pub begun: u64,
    /// Replies per second.
    pub replies_per_s: f64,
    /// Chunks per second.
    pub chunks_per_s: f64,
    /// Microseconds of processor time.
    pub cpu_per_reply_us: f64,
    /// Microseconds of processor time.
    pub cpu_per_chunk_us: f64,
    /// Bytes for each open connection.
    pub memory_per_stream: f64,
    /// How busy the server's process was, of one core.
    pub server_busy: f64,
    /// How busy the client was.
    pub client_busy: f64,
    /// Percentiles of the gap between chunks, in milliseconds.
    pub gap_p1: f64,
    /// The median.
    pub gap_p50: f64,
    /// 90 %
    pub gap_p90: f64,
    /// 99 %
    pub gap_p99: f64,
    /// 99.9 %
    pub gap_p999: f64,
    /// The longest.
    pub gap_max: f64,
    /// Percentiles of the lateness, in milliseconds.
    pub late_p50: f64,
    /// 99 %
    pub late_p99: f64,
    /// 99.9 %
    pub late_p999: f64,
    /// Percentiles of the time to the first chunk, in milliseconds.
    pub first_p50: f64,
    /// 99 %
    pub first_p99: f64,
    /// Percentiles of the whole reply, in milliseconds.
    pub whole_p50: f64,
    /// 99 %
    pub whole_p99: f64,
    /// What the client saw go wrong.
    pub failures: u64,
    /// Replies that had not ended when the client gave up.
    pub unfinished: u64,
    /// Why there are no figures; empty if there are.
    pub problem: String,
    /// How much of the server's core the machine's host took meanwhile.
    #[serde(default)]
    pub stolen: f64,
    /// The machine's load average of the last minute, before the run.
    pub load_average: f64,
}

impl Row {
    /// The row of these figures; suite, case, server and run are left empty.
    pub fn new(figures: &Figures, connections: usize) -> Self {
        let tally = &figures.tally;
        // Nothing is not the same as no time.
        let ms = |durations: &Durations, percent| match durations.count() {
            0 => f64::NAN,
            _ => durations.percentile(percent) as f64 / 1e3,
        };
        let per = |count: u64| figures.cpu as f64 / 1e3 / count as f64;
        let busy = |cpu: u64| cpu as f64 / 1e9 / figures.seconds;
        Self {
            connections,
            begun: tally.begun,
            replies_per_s: tally.replies as f64 / figures.seconds,
            chunks_per_s: tally.chunks as f64 / figures.seconds,
            cpu_per_reply_us: per(tally.replies),
            cpu_per_chunk_us: per(tally.chunks),
            memory_per_stream: figures.memory as f64 / connections as f64,
            server_busy: busy(figures.cpu),
            client_busy: busy(figures.client_cpu),
            stolen: figures.stolen / figures.seconds,
            gap_p1: ms(&tally.gap, 1.0),
            gap_p50: ms(&tally.gap, 50.0),
            gap_p90: ms(&tally.gap, 90.0),
            gap_p99: ms(&tally.gap, 99.0),
            gap_p999: ms(&tally.gap, 99.9),
            gap_max: ms(&tally.gap, 100.0),
            late_p50: ms(&tally.late, 50.0),
            late_p99: ms(&tally.late, 99.0),
            late_p999: ms(&tally.late, 99.9),
            first_p50: ms(&tally.first_chunk, 50.0),
            first_p99: ms(&tally.first_chunk, 99.0),
            whole_p50: ms(&tally.whole, 50.0),
            whole_p99: ms(&tally.whole, 99.0),
            failures: tally.failures(),
            unfinished: tally.unfinished,
            ..Self::default()
        }
    }
}
