//! The report: machine, targets, plots and tables.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::lab::Lab;
use crate::measured::Measured;
use crate::plot;
use crate::row::Row;
use crate::suites::{Effort, KINDS, Wanted, memory, pacing, throughput};
use crate::summary::{Figure, distinct, figure};
use crate::table::table;
use crate::target;

const INTRODUCTION: &str = "\
# Benchmark report

Written by `bench/run`. The CSV files in this folder have the figures of each run; [README.md](README.md) explains the missed targets.

";

const TARGETS: &str = "
## Targets

A ratio compares runs that followed each other; a spread is the lowest and the highest value. For CPU per chunk only runs on schedule count: chunks per second and median gap within 2 % of the configured ones.

";

/// The page that explains the missed targets. It is not generated.
const EXPLANATION: &str = "README.md";

/// Writes the report from the files of the suites that have run.
///
/// # Errors
///
/// A file is damaged, or can't be written.
pub fn write(lab: &Lab) -> Result<()> {
    let measured = Measured::read(lab)?;
    let mut out = INTRODUCTION.to_owned();
    out += &machine(&measured);
    out += TARGETS;
    out += &target::table(&measured, EXPLANATION);
    out += &plots(lab, &measured)?;
    for kind in KINDS {
        let rows = measured.of(kind);
        if !rows.is_empty() {
            out += &format!("\n## {}\n\n{}", kind.title, table(rows, kind.columns));
        }
    }
    out += "\n## The servers\n\n";
    for (name, note) in notes() {
        out += &format!("- **{name}**: {note}.\n");
    }
    let file = lab.report().join("report.md");
    fs::write(&file, out)?;
    eprintln!("{}", file.display());
    Ok(())
}

fn notes() -> BTreeMap<&'static str, String> {
    let effort = Effort::default();
    let cases = Wanted::all().flat_map(|wanted| wanted.suite(&effort).cases);
    let setups = cases.flat_map(|comparison| comparison.setups);
    setups.map(|setup| (setup.name(), setup.note())).collect()
}

fn machine(measured: &Measured) -> String {
    let rows: Vec<Row> = measured.rows().cloned().collect();
    let range = |of: Figure| {
        let mut values: Vec<f64> = rows.iter().map(of).filter(|x| x.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let (low, high) = (values.first().copied(), values.last().copied());
        (low.unwrap_or_default(), high.unwrap_or_default())
    };
    let (low, high) = range(|row| row.load_average);
    let stolen = range(|row| row.stolen * 100.0).1;
    let commits = distinct(&rows, |row| &row.commit).join(", ");
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model
        .unwrap_or_default()
        .trim_start_matches([' ', '\t', ':']);
    let cores = cpu
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    format!(
        "Machine: {model}, {cores} cores, Linux {}; commit {commits}. Load average before the runs: {low:.1} to {high:.1}, \
         of which the measurement itself is up to 2. \
         During a run the host took up to {stolen:.0} % of the server's core (steal time).\n\
         Server on core 0, client on core 1.\n",
        output_of("uname", &["-r"]),
    )
}

fn output_of(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_default()
}

/// Draws the plots, and refers to them.
fn plots(lab: &Lab, measured: &Measured) -> Result<String> {
    let mut out = String::from("\n## Plots\n\n");
    let rows = measured.of(&pacing::KIND);
    let over_streams: [(&str, &str, &str, Figure); 3] = [
        (
            "gap",
            "99 % of gaps between words, delay 50 ms",
            "ms",
            |row| row.gap_p99,
        ),
        ("cpu", "CPU per chunk, delay 50 ms", "us", |row| {
            row.cpu_per_chunk_us
        }),
        (
            "first",
            "99 % of times to the first chunk, delay 50 ms",
            "ms",
            |row| row.first_p99,
        ),
    ];
    for (name, title, unit, of) in over_streams {
        let all = series(rows, of);
        if !all.is_empty() {
            plot::lines(&lab.report().join(format!("{name}.svg")), title, unit, &all)?;
            out += &format!("![{title}]({name}.svg)\n\n");
        }
    }
    let reply = medians(measured.of(&throughput::KIND), |row| row.cpu_per_reply_us);
    let memory = medians(measured.of(&memory::KIND), |row| {
        row.memory_per_stream / 1_024.0
    });
    for (name, title, unit, all) in [
        ("reply", "CPU per reply, no delay", "us", reply),
        ("memory", "Memory per open stream", "KB", memory),
    ] {
        if !all.is_empty() {
            plot::bars(&lab.report().join(format!("{name}.svg")), title, unit, &all)?;
            out += &format!("![{title}]({name}.svg)\n\n");
        }
    }
    Ok(out)
}

/// A line for each server over the number of streams, at 50 ms.
fn series(rows: &[Row], of: Figure) -> Vec<plot::Series> {
    let mut all = Vec::new();
    for server in distinct(rows, |row| &row.server) {
        let mut points = Vec::new();
        for case in distinct(rows, |row| &row.case) {
            let streams = case
                .strip_suffix(" streams, 50 ms")
                .and_then(|n| n.parse().ok());
            let value = figure(rows, case, server, of);
            points.extend(streams.zip(value.map(|spread| spread.median)));
        }
        if !points.is_empty() {
            all.push((server.to_owned(), points));
        }
    }
    all
}

/// A figure of each server, in the first case that it has one in.
fn medians(rows: &[Row], of: Figure) -> Vec<(String, f64)> {
    let cases = distinct(rows, |row| &row.case);
    let servers = distinct(rows, |row| &row.server).into_iter();
    let median = |server: &str| {
        let spread = cases.iter().find_map(|case| figure(rows, case, server, of));
        Some((server.to_owned(), spread?.median))
    };
    servers.filter_map(median).collect()
}
