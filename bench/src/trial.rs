//! One run of one server: its replies and their cost.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::NamedTempFile;

use crate::clock::{Micros, now, sleep_until};
use crate::comparison::Comparison;
use crate::crowd::Options;
use crate::lab::Lab;
use crate::learn::learn;
use crate::process;
use crate::protocol::Protocol;
use crate::row::{Figures, Row};
use crate::setup::{Case, Server, Setup};

/// From the start of the client to its first connection.
const LEAD: Micros = 200_000;

/// What a trial takes besides the client's plan: about the time to start and to
/// stop the server too.
pub const OVERHEAD: Micros = LEAD + 250_000;

/// The delay at which a server shows what it sends.
const QUICK: Micros = 1_000;

/// What the replies of a server in a case must be, once it has given one.
#[derive(Debug, Default)]
pub struct Known(Option<NamedTempFile>);

impl Known {
    fn expect(&mut self, lab: &Lab, setup: &dyn Setup, comparison: &Comparison) -> Result<PathBuf> {
        if let Some(file) = &self.0 {
            return Ok(file.path().to_owned());
        }
        let case = Case {
            delay: comparison.case.delay.min(QUICK),
            ..comparison.case.clone()
        };
        let server = setup.start(lab, &case)?;
        let mut options = comparison.options.clone();
        setup.adapt(&case, &mut options);
        let learned = learn(server.address, &options.request())?;
        let text = learned.text.as_str();
        if text != options.text {
            eprintln!("  {} has its own text: {text:.60}", setup.name());
        }
        let mut file = NamedTempFile::new()?;
        serde_json::to_writer(&mut file, &learned.expected)?;
        let path = file.path().to_owned();
        self.0 = Some(file);
        Ok(path)
    }
}

/// Measures one run with the client of this crate.
///
/// # Errors
///
/// Something does not start, or the client fails. What the client saw go wrong
/// is in the row.
pub fn measure(
    lab: &Lab,
    setup: &dyn Setup,
    comparison: &Comparison,
    known: &mut Known,
) -> Result<Row> {
    let figures = run(lab, setup, comparison, known)?;
    for (what, count) in &figures.tally.errors {
        eprintln!("  {}: {count} times: {what}", setup.name());
    }
    Ok(Row::new(&figures, comparison.options.connections))
}

/// Starts the server, has the client measure it, and looks at its processes
/// when the measurement begins and ends.
fn run(
    lab: &Lab,
    setup: &dyn Setup,
    comparison: &Comparison,
    known: &mut Known,
) -> Result<Figures> {
    let mut options = comparison.options.clone();
    if !setup.is_known() {
        options.expect = Some(known.expect(lab, setup, comparison)?);
    }
    let server = setup.start(lab, &comparison.case)?;
    options.address = server.address;
    if options.protocol != Protocol::Http1 {
        options.certificate = Some(lab.certificate()?.0);
    }
    setup.adapt(&comparison.case, &mut options);
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
        tally: serde_json::from_slice(&output.stdout).context("the output of the client")?,
        seconds: (ended.at - begun.at) as f64 / 1e6,
        cpu: ended.server - begun.server,
        client_cpu: ended.client - begun.client,
        stolen: ended.stolen - begun.stolen,
        memory: after as i64 - before as i64,
    })
}

struct Moment {
    at: u64,
    server: u64,
    client: u64,
    stolen: f64,
}

impl Moment {
    fn take(server: &Server, client: u32) -> Result<Self> {
        Ok(Self {
            at: now(),
            server: server.cpu()?,
            client: process::cpu(client)?,
            stolen: process::stolen(0),
        })
    }
}

/// One request, so that what a server sets up for its first is not counted.
fn warm_up(options: &Options) -> Result<()> {
    if options.protocol != Protocol::Http1 {
        return Ok(());
    }
    let mut stream = TcpStream::connect(options.address)?;
    stream.write_all(&options.request())?;
    ensure!(stream.read(&mut [0; 1])? > 0, "no answer");
    Ok(())
}
