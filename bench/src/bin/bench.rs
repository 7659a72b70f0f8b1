//! Runs what `bench/run` is asked for.

use anyhow::Result;
use clap::{Parser, Subcommand};
use llm_mock_bench::lab::Lab;
use llm_mock_bench::process;
use llm_mock_bench::suites::{pacing, throughput};

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
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let lab = Lab::from_env()?;
    process::pin(&[lab.client_core])?;
    match arguments.verb {
        Verb::Pacing(wanted) => {
            let rows = pacing::suite(&wanted).only(&arguments.only).run(&lab)?;
            print!("{}", pacing::report(&rows));
        }
        Verb::Throughput(wanted) => {
            let rows = throughput::suite(&wanted).only(&arguments.only).run(&lab)?;
            print!("{}", throughput::report(&rows));
        }
    }
    Ok(())
}
