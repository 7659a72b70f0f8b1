//! A second client: wrk, which does not check replies.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::clock::now;
use crate::comparison::Comparison;
use crate::lab::Lab;
use crate::row::Row;
use crate::setup::Setup;
use crate::trial::Known;

/// Runs wrk against a server for as long as the client would measure.
///
/// # Errors
///
/// wrk is not there, or the server does not start.
pub fn measure(
    lab: &Lab,
    setup: &dyn Setup,
    comparison: &Comparison,
    _: &mut Known,
) -> Result<Row> {
    let program = lab.debian().join("usr/bin/wrk");
    ensure!(program.exists(), "wrk is not there");
    let server = setup.start(lab, &comparison.case)?;
    let mut options = comparison.options.clone();
    setup.adapt(&comparison.case, &mut options);
    let script = lab.work.join("wrk.lua");
    let mut text = format!("wrk.method = 'POST'\nwrk.body = [[{}]]\n", options.body);
    let headers = options.header.iter().filter_map(|h| h.split_once(": "));
    for (name, value) in headers.chain([("Content-Type", "application/json")]) {
        text += &format!("wrk.headers['{name}'] = '{value}'\n");
    }
    fs::write(&script, text)?;

    let seconds = options.measure.div_ceil(1_000);
    let (begun, before) = (now(), server.cpu()?);
    let output = Command::new(program)
        .env(
            "LD_LIBRARY_PATH",
            lab.debian().join("usr/lib/x86_64-linux-gnu"),
        )
        .args(["-t", "1", "-c", &options.connections.to_string()])
        .args(["-d", &format!("{seconds}s"), "-s"])
        .arg(script)
        .arg(format!("http://{}{}", server.address, options.path))
        .output()?;
    let (cpu, elapsed) = (server.cpu()? - before, now() - begun);
    let output = String::from_utf8_lossy(&output.stdout);
    let count = output
        .lines()
        .find_map(|line| line.split_once(" requests in "));
    let replies: f64 = count.context("wrk failed")?.0.trim().parse()?;
    let failed = output.lines().any(|line| line.contains("Non-2xx"));
    Ok(Row {
        connections: options.connections,
        replies_per_s: replies * 1e6 / elapsed as f64,
        cpu_per_reply_us: cpu as f64 / 1e3 / replies,
        server_busy: cpu as f64 / 1e3 / elapsed as f64,
        failures: u64::from(failed),
        ..Row::default()
    })
}
