//! What a client counts, and how counts of several clients become one.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::clock::Micros;

/// Durations, to a thousandth of their length.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub struct Durations(Histogram<u64>);

impl Default for Durations {
    fn default() -> Self {
        let mut histogram = Histogram::new_with_bounds(1, HIGHEST, 3)
            .unwrap_or_else(|_| unreachable!("bounds and precision are right"));
        histogram.auto(false);
        Self(histogram)
    }
}

/// What takes longer than ten minutes counts as ten minutes.
const HIGHEST: Micros = 600_000_000;

impl Durations {
    /// Counts one.
    pub fn add(&mut self, duration: Micros) {
        self.0.saturating_record(duration);
    }

    /// Counts those of another client too.
    pub fn merge(&mut self, other: &Self) {
        // Both have the same bounds.
        let _ = self.0.add(&other.0);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The longest of the shortest `percent` percent.
    pub fn percentile(&self, percent: f64) -> Micros {
        self.0.value_at_percentile(percent)
    }

    /// The longest.
    pub fn max(&self) -> Micros {
        self.0.max()
    }
}

impl From<Durations> for Vec<(u64, u64)> {
    fn from(durations: Durations) -> Self {
        let recorded = durations.0.iter_recorded();
        recorded
            .map(|step| (step.value_iterated_to(), step.count_since_last_iteration()))
            .collect()
    }
}

impl From<Vec<(u64, u64)>> for Durations {
    fn from(counts: Vec<(u64, u64)>) -> Self {
        let mut durations = Self::default();
        for (value, count) in counts {
            durations.0.saturating_record_n(value, count);
        }
        durations
    }
}

/// What a client saw.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Replies that began before the end of the measurement.
    pub begun: u64,
    /// Replies that became complete while it was measured.
    pub replies: u64,
    /// Chunks that became complete while it was measured.
    pub chunks: u64,
    /// From the request to the first chunk.
    pub first_chunk: Durations,
    /// From a chunk to the next.
    pub gap: Durations,
    /// From the time that a chunk was due, counted from the request, to its
    /// arrival.
    pub late: Durations,
    /// Chunks that came before they were due.
    pub early: u64,
    /// From the request to the end of the reply.
    pub whole: Durations,
    /// Replies that had not ended when they were given up.
    pub unfinished: u64,
    /// How many times each thing went wrong, at whatever time.
    pub errors: BTreeMap<String, u64>,
}

impl Tally {
    /// Counts what another client saw.
    pub fn merge(&mut self, other: &Self) {
        self.begun += other.begun;
        self.replies += other.replies;
        self.chunks += other.chunks;
        self.first_chunk.merge(&other.first_chunk);
        self.gap.merge(&other.gap);
        self.late.merge(&other.late);
        self.early += other.early;
        self.whole.merge(&other.whole);
        self.unfinished += other.unfinished;
        for (what, count) in &other.errors {
            *self.errors.entry(what.clone()).or_default() += count;
        }
    }

    /// Counts something that went wrong.
    pub fn error(&mut self, what: impl ToString) {
        *self.errors.entry(what.to_string()).or_default() += 1;
    }

    /// All that went wrong.
    pub fn failures(&self) -> u64 {
        self.errors.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_saw_adds_up() {
        let mut one = Tally {
            replies: 1,
            chunks: 3,
            ..Tally::default()
        };
        one.gap.add(50_000);
        one.error("reset");
        let mut two = one.clone();
        two.gap.add(70_000);
        let json = serde_json::to_string(&two).unwrap();
        one.merge(&serde_json::from_str(&json).unwrap());
        assert_eq!((one.replies, one.chunks, one.failures()), (2, 6, 2));
        assert_eq!(one.gap.count(), 3);
        let near = |a: u64, b: u64| a.abs_diff(b) <= b / 500;
        assert!(near(one.gap.percentile(50.0), 50_000));
        assert!(near(one.gap.max(), 70_000));
    }
}
