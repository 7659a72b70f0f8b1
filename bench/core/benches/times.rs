//! Measures the time that core takes for a request and for a chunk, and the
//! time of alternatives.

use criterion::{Criterion, Throughput};
use llm_mock_work::{all, others};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for mut work in all().into_iter().chain(others()) {
        let mut group = criterion.benchmark_group("core");
        if let Some(bytes) = work.bytes {
            group.throughput(Throughput::Bytes(bytes));
        }
        group.bench_function(work.name, |b| b.iter(&mut work.round));
    }
    criterion.final_summary();
}
