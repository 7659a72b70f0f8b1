//! The report: what was measured, on what, and whether it is enough.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::lab::Lab;
use crate::plot;
use crate::row::Row;
use crate::setup::Setup;
use crate::suite;
use crate::suites::{memory, pacing, prompt, protocols, throughput, workers};
use crate::summary::{Figure, distinct, figure};
use crate::target::{self, Measured};

/// Makes the table of a suite.
type Table = fn(&[Row]) -> String;

/// Writes the report from the files of the suites that have run.
///
/// # Errors
///
/// A file is damaged, or can't be written.
pub fn write(lab: &Lab) -> Result<()> {
    let rows = |name: &str| {
        let file = suite::file(lab, name);
        match file.exists() {
            true => suite::read(&file),
            false => Ok(Vec::new()),
        }
    };
    let measured = Measured {
        throughput: rows("throughput")?,
        pacing: rows("pacing")?,
        memory: rows("memory")?,
        workers: rows("workers")?,
        prompt: rows("prompt")?,
        protocols: rows("protocols")?,
    };
    let mut out = String::from(
        "# What it costs, beside what else does the same\n\nMade by `bench/run`; the figures of each run are in the CSV files beside this one.\n\n",
    );
    out += &machine(&measured);
    out += "\n## Targets\n\nRatios are of runs that followed each other; a spread is the lowest and the highest. Processor time per chunk counts only of runs that kept the pace.\n\n";
    out += &target::table(&measured);
    if lab.report().join("profiles.md").exists() {
        out += "\nWhat is missed is explained in [profiles.md](profiles.md).\n";
    }
    out += &plots(lab, &measured)?;
    let wrk = rows("wrk")?;
    let tables: [(&str, &[Row], Table); 7] = [
        ("No delay", &measured.throughput, throughput::report),
        ("No delay, as wrk sees it", &wrk, throughput::report),
        (
            "A delay between words (gaps and times in ms)",
            &measured.pacing,
            pacing::report,
        ),
        ("Memory", &measured.memory, memory::report),
        ("Two workers", &measured.workers, workers::report),
        ("A prompt of 1 MB", &measured.prompt, prompt::report),
        (
            "HTTP/2, TLS, HTTP/3",
            &measured.protocols,
            protocols::report,
        ),
    ];
    for (title, rows, table) in tables {
        if !rows.is_empty() {
            out += &format!("\n## {title}\n\n{}", table(rows));
        }
    }
    out += "\n## The servers\n\n";
    for setup in setups() {
        out += &format!("- **{}**: {}.\n", setup.name(), setup.note());
    }
    let file = lab.report().join("report.md");
    fs::write(&file, out)?;
    eprintln!("{}", file.display());
    Ok(())
}

fn setups() -> Vec<Box<dyn Setup>> {
    let mut all: Vec<Box<dyn Setup>> = Vec::new();
    let used = [
        throughput::setups(),
        pacing::setups(),
        memory::setups(),
        protocols::setups(),
    ];
    for setup in used.into_iter().flatten() {
        if !all.iter().any(|known| known.name() == setup.name()) {
            all.push(setup);
        }
    }
    all
}

fn machine(measured: &Measured) -> String {
    let all = [
        &measured.throughput,
        &measured.pacing,
        &measured.memory,
        &measured.workers,
        &measured.prompt,
        &measured.protocols,
    ];
    let load = all.into_iter().flatten().map(|row| row.load_average);
    let (low, high) = load.fold((f64::INFINITY, 0.0_f64), |(low, high), x| {
        (low.min(x), high.max(x))
    });
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model
        .unwrap_or_default()
        .trim_start_matches(['\t', ' ', ':']);
    let cores = cpu
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    format!(
        "Machine: {model}, {cores} cores, Linux {}; commit {}. Load average before the runs: {low:.1} to {high:.1}, \
         of which the measurement itself is up to 2; what is beyond that is other work, which makes all slower.\n\
         Server on core 0, client on core 1.\n",
        said_by("uname", &["-r"]),
        said_by("git", &["describe", "--always", "--dirty"]),
    )
}

fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_default()
}

/// Draws the plots, and refers to them.
fn plots(lab: &Lab, measured: &Measured) -> Result<String> {
    let mut out = String::from("\n## Plots\n\n");
    let rows = &measured.pacing;
    let over_streams: [(&str, &str, &str, Figure); 3] = [
        (
            "gap",
            "99 % of gaps between words, 50 ms asked for",
            "ms",
            |row| row.gap_p99,
        ),
        ("cpu", "CPU per chunk, 50 ms between words", "us", |row| {
            row.cpu_per_chunk_us
        }),
        (
            "first",
            "99 % of times to the first chunk, 50 ms between words",
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
    let reply = medians(&measured.throughput, "no delay", |row| row.cpu_per_reply_us);
    let memory = medians(&measured.memory, "5000 streams", |row| {
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

fn medians(rows: &[Row], case: &str, of: Figure) -> Vec<(String, f64)> {
    let servers = distinct(rows, |row| &row.server).into_iter();
    let median = |server: &str| Some((server.to_owned(), figure(rows, case, server, of)?.median));
    servers.filter_map(median).collect()
}
