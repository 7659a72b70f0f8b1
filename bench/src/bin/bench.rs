//! Runs what `bench/run` is asked for.

use anyhow::Result;
use clap::{Parser, Subcommand};
use llm_mock_bench::lab::Lab;
use llm_mock_bench::process;
use llm_mock_bench::suites::pacing;

/// Measures nginx-llm-mock beside what else does the same.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Streams with a delay between words, beside a program that only writes.
    Pacing(pacing::Wanted),
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let lab = Lab::from_env()?;
    process::pin(&[lab.client_core])?;
    match arguments.verb {
        Verb::Pacing(wanted) => {
            let rows = pacing::suite(&wanted).run(&lab)?;
            print!("{}", pacing::report(&rows));
        }
    }
    Ok(())
}
