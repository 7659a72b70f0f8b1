//! The command line of `bench/run`.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use llm_mock_bench::clock::Micros;
use llm_mock_bench::lab::Lab;
use llm_mock_bench::suite::Suite;
use llm_mock_bench::suites::{Effort, Wanted};
use llm_mock_bench::table::table;
use llm_mock_bench::{files, process, report};

/// Compares nginx-llm-mock with other servers that do the same.
#[derive(Parser)]
#[command(name = "bench/run", bin_name = "bench/run")]
struct Arguments {
    /// Only these servers, by the names that the report gives them.
    #[arg(long, value_delimiter = ',', global = true)]
    only: Vec<String>,
    /// Keep the runs that the CSV files have, and measure what they lack.
    #[arg(long, global = true)]
    resume: bool,
    #[command(flatten)]
    effort: Effort,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    #[command(flatten)]
    One(Wanted),
    /// Measure all of it, and write the report.
    All,
    /// Write the report from what has been measured.
    Report,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let suites: Vec<Suite> = match &arguments.verb {
        Verb::One(wanted) => vec![wanted.suite(&arguments.effort)],
        Verb::All | Verb::Report => Wanted::all()
            .map(|wanted| wanted.suite(&arguments.effort))
            .collect(),
    };
    check_names(&arguments.only, &suites);
    let lab = Lab::from_env()?;
    process::pin(&[lab.client_core])?;
    match arguments.verb {
        Verb::One(_) => measure(&lab, &arguments, suites),
        Verb::All => {
            measure(&lab, &arguments, suites)?;
            report::write(&lab)
        }
        Verb::Report => report::write(&lab),
    }
}

/// Old figures go first: what is there when it is interrupted belongs to it.
fn measure(lab: &Lab, arguments: &Arguments, suites: Vec<Suite>) -> Result<()> {
    let mut parts = Vec::new();
    for suite in suites {
        let suite = suite.only(&arguments.only);
        let file = files::path(lab, suite.kind);
        let mut before = Vec::new();
        match arguments.resume {
            true => before = files::read(&file)?,
            false => files::remove(&file)?,
        }
        before.retain(|row| row.problem.is_empty());
        if suite.servers().next().is_some() {
            parts.push((suite, before));
        }
    }
    let minutes = |micros: Micros| micros.div_ceil(60_000_000);
    let all = parts.iter().map(|(suite, before)| suite.duration(before));
    let all = minutes(all.sum());
    eprintln!("This takes about {all} min; nothing else should run meanwhile.");
    for (suite, before) in parts {
        let name = suite.kind.name;
        eprintln!("{name}, about {} min", minutes(suite.duration(&before)));
        let rows = suite.run(lab, before)?;
        print!("{}", table(&rows, suite.kind.columns));
    }
    Ok(())
}

/// Ends the program if a server is wanted that none of these suites has.
fn check_names(wanted: &[String], suites: &[Suite]) {
    let known: BTreeSet<&str> = suites.iter().flat_map(Suite::servers).collect();
    let is_known = |name: &&String| known.iter().any(|known| known.eq_ignore_ascii_case(name));
    if let Some(unknown) = wanted.iter().find(|name| !is_known(name)) {
        let known: Vec<&str> = known.iter().copied().collect();
        let known = known.join(", ");
        let message = format!("no server is named '{unknown}' here; there are {known}\n");
        let error = Arguments::command().error(ErrorKind::InvalidValue, message);
        error.exit()
    }
}
