//! One run of one server: what it did, and what that cost.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::clock::{now, sleep_until};
use crate::crowd::Options;
use crate::lab::Lab;
use crate::process;
use crate::setup::{Case, Server, Setup};
use crate::tally::Tally;

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
    /// What the server's memory grew by until all was open, in bytes.
    pub memory: i64,
}

/// From the start of the client to its first connection.
const LEAD: u64 = 300_000;

/// Starts the server, has the client measure it, and looks at its processes
/// when the measurement begins and ends.
///
/// # Errors
///
/// Something does not start, or the client fails. What the client saw go wrong
/// is in its tally.
pub fn run(lab: &Lab, setup: &dyn Setup, case: &Case, options: &Options) -> Result<Figures> {
    let server = setup.start(lab, case)?;
    let mut options = options.clone();
    options.address = server.address;
    warm_up(&options)?;
    let before = server.memory()?;

    options.start = now() + LEAD;
    let times = options.times(options.start);
    let client = Command::new(lab.program("load")?)
        .args(options.arguments())
        .arg("--json")
        .stdout(Stdio::piped())
        .spawn()?;
    sleep_until(times.measure_from);
    let begun = Moment::take(&server, client.id())?;
    sleep_until(times.measure_to);
    let ended = Moment::take(&server, client.id())?;
    let after = server.memory()?;

    let output = client.wait_with_output()?;
    ensure!(output.status.success(), "the client failed");
    Ok(Figures {
        tally: serde_json::from_slice(&output.stdout).context("what the client says")?,
        seconds: (ended.at - begun.at) as f64 / 1e6,
        cpu: ended.server - begun.server,
        client_cpu: ended.client - begun.client,
        memory: after as i64 - before as i64,
    })
}

struct Moment {
    at: u64,
    server: u64,
    client: u64,
}

impl Moment {
    fn take(server: &Server, client: u32) -> Result<Self> {
        Ok(Self {
            at: now(),
            server: server.cpu()?,
            client: process::cpu(client)?,
        })
    }
}

/// One request, so that what a server sets up for its first is not counted.
fn warm_up(options: &Options) -> Result<()> {
    let mut stream = TcpStream::connect(options.address)?;
    stream.write_all(&options.request())?;
    ensure!(stream.read(&mut [0; 1])? > 0, "no answer");
    Ok(())
}
