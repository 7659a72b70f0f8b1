//! Runs what `bench/run` is asked for.

use anyhow::Result;
use clap::{Parser, Subcommand};
use llm_mock_bench::lab::Lab;
use llm_mock_bench::process;
use llm_mock_bench::report;
use llm_mock_bench::suite::Suite;
use llm_mock_bench::suites::{memory, pacing, prompt, protocols, throughput, workers};

/// Measures nginx-llm-mock beside what else does the same.
#[derive(Parser)]
struct Arguments {
    /// Only servers with one of these words in their names.
    #[arg(long, value_delimiter = ',', global = true)]
    only: Vec<String>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Streams with a delay between words, beside a program that only writes.
    Pacing(pacing::Wanted),
    /// Replies without delay, beside what nginx itself and others can do.
    Throughput(throughput::Wanted),
    /// The same, as wrk sees it.
    Wrk(throughput::Wanted),
    /// The memory of an open stream.
    Memory(memory::Wanted),
    /// A prompt of a megabyte.
    Prompt(prompt::Wanted),
    /// Two workers beside one.
    Workers(workers::Wanted),
    /// TLS, HTTP/2 and HTTP/3, beside the same nginx as a proxy.
    Protocols(protocols::Wanted),
    /// Write the report from what has been measured.
    Report,
    /// Measure all of it (an hour or two), and write the report.
    All {
        /// How often each.
        #[arg(long, default_value_t = 5)]
        runs: usize,
    },
}

/// In the order in which they run.
const SUITES: [&str; 7] = [
    "throughput",
    "wrk",
    "prompt",
    "workers",
    "protocols",
    "memory",
    "pacing",
];

fn main() -> Result<()> {
    let lab = Lab::from_env()?;
    process::pin(&[lab.client_core])?;
    run(&lab, Arguments::parse())
}

fn run(lab: &Lab, arguments: Arguments) -> Result<()> {
    let measure = |suite: Suite| suite.only(&arguments.only).run(lab);
    let table = match &arguments.verb {
        Verb::Pacing(wanted) => pacing::report(&measure(pacing::suite(wanted))?),
        Verb::Throughput(wanted) => throughput::report(&measure(throughput::suite(wanted))?),
        Verb::Wrk(wanted) => throughput::report(&measure(throughput::second_opinion(wanted))?),
        Verb::Memory(wanted) => memory::report(&measure(memory::suite(wanted))?),
        Verb::Prompt(wanted) => prompt::report(&measure(prompt::suite(wanted))?),
        Verb::Workers(wanted) => workers::report(&measure(workers::suite(wanted))?),
        Verb::Protocols(wanted) => protocols::report(&measure(protocols::suite(wanted))?),
        Verb::Report => return report::write(lab),
        Verb::All { runs } => {
            for suite in SUITES {
                let runs = format!("--runs={runs}");
                let mut one = Arguments::parse_from(["bench", suite, &runs]);
                one.only.clone_from(&arguments.only);
                run(lab, one)?;
            }
            return report::write(lab);
        }
    };
    print!("{table}");
    Ok(())
}
