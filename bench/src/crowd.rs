//! A measurement of one server: options, the request they make, and as many
//! client processes as the limit of open files requires.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::client::plan::Plan;
use crate::client::{self, secure};
use crate::clock::{Micros, now};
use crate::expect::Expected;
use crate::process;
use crate::protocol::Protocol;
use crate::tally::{Durations, Tally};

/// What to send, over how many connections, for how long, and what to expect.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Address and port of the server.
    #[arg(long)]
    pub address: SocketAddr,
    /// The path of the request.
    #[arg(long, default_value = "/v1/chat/completions")]
    pub path: String,
    /// The protocol.
    #[arg(long, value_enum, default_value_t)]
    pub protocol: Protocol,
    /// The server's certificate, for protocols that need one.
    #[arg(long)]
    pub certificate: Option<PathBuf>,
    /// The header `Host`.
    #[arg(long, default_value = "localhost")]
    pub host: String,
    /// Another header, such as "Authorization: Bearer any".
    #[arg(long)]
    pub header: Vec<String>,
    /// The body of the request.
    #[arg(long, default_value = BODY)]
    pub body: String,
    /// Fill the prompt up until the body has this many bytes.
    #[arg(long, default_value_t = 0)]
    pub body_size: usize,
    /// A JSON file with the expected reply; by default a stream of the module
    /// with this text and model.
    #[arg(long)]
    pub expect: Option<PathBuf>,
    /// The text that is streamed.
    #[arg(long, default_value = "powered by openai")]
    pub text: String,
    /// The model that the reply names.
    #[arg(long, default_value = "gpt-4o")]
    pub model: String,
    /// The delay between two chunks, in microseconds: the schedule that they
    /// are compared with.
    #[arg(long, default_value_t = 0)]
    pub delay: Micros,
    /// Connections that are open at a time.
    #[arg(long, default_value_t = 64)]
    pub connections: usize,
    /// How many of them are opened in a second.
    #[arg(long, default_value_t = 5_000)]
    pub rate: u64,
    /// Client processes that share the connections; 0: as few as the limit of
    /// open files allows.
    #[arg(long, default_value_t = 0)]
    pub processes: usize,
    /// From the opening of the last connection to the beginning of the
    /// measurement, in milliseconds.
    #[arg(long, default_value_t = 500)]
    pub settle: u64,
    /// How long is measured, in milliseconds.
    #[arg(long, default_value_t = 5_000)]
    pub measure: u64,
    /// For how long streams are kept open after it, in milliseconds.
    #[arg(long, default_value_t = 0)]
    pub hold: u64,
    /// Replies outlast the measurement: they are cut off then.
    #[arg(long)]
    pub endless: bool,
    /// For how long replies may take to end then, in milliseconds.
    #[arg(long, default_value_t = 20_000)]
    pub patience: u64,
    /// When to begin, in microseconds of the monotonic clock; 0: at once.
    #[arg(long, default_value_t = 0)]
    pub start: Micros,
    /// The processor core to run on.
    #[arg(long)]
    pub core: Option<usize>,
}

/// A request as a user's program sends it.
const BODY: &str =
    r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":true}"#;

/// Files that a client process opens besides its connections.
const OTHER_FILES: usize = 64;

/// When things happen, on the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// The first connection is opened.
    pub start: Micros,
    /// All are open, and chunks count.
    pub measure_from: Micros,
    /// They don't any more.
    pub measure_to: Micros,
    /// No further request is sent.
    pub last_request: Micros,
    /// What has not come is given up.
    pub give_up: Micros,
}

impl Options {
    /// When things happen if it begins at `start`.
    pub fn times(&self, start: Micros) -> Times {
        let opened = start + self.opening() * self.connections as Micros;
        let measure_from = opened + self.settle * 1_000;
        let measure_to = measure_from + self.measure * 1_000;
        let last_request = measure_to + self.hold * 1_000;
        let patience = match self.endless {
            true => 0,
            false => self.patience * 1_000,
        };
        Times {
            start,
            measure_from,
            measure_to,
            last_request,
            give_up: last_request + patience,
        }
    }

    /// The same options as command-line arguments.
    pub fn arguments(&self) -> Vec<String> {
        let mut all = vec![
            format!("--address={}", self.address),
            format!("--path={}", self.path),
            format!("--protocol={}", self.protocol.option()),
            format!("--host={}", self.host),
            format!("--body={}", self.body),
            format!("--body-size={}", self.body_size),
            format!("--text={}", self.text),
            format!("--model={}", self.model),
            format!("--delay={}", self.delay),
            format!("--connections={}", self.connections),
            format!("--rate={}", self.rate),
            format!("--processes={}", self.processes),
            format!("--settle={}", self.settle),
            format!("--measure={}", self.measure),
            format!("--hold={}", self.hold),
            format!("--patience={}", self.patience),
            format!("--start={}", self.start),
        ];
        all.extend(self.endless.then(|| "--endless".to_owned()));
        all.extend(
            self.header
                .iter()
                .map(|header| format!("--header={header}")),
        );
        all.extend(
            self.expect
                .iter()
                .map(|file| format!("--expect={}", file.display())),
        );
        let certificate = self.certificate.iter();
        all.extend(certificate.map(|file| format!("--certificate={}", file.display())));
        all.extend(self.core.iter().map(|core| format!("--core={core}")));
        all
    }

    fn opening(&self) -> Micros {
        1_000_000 / self.rate.max(1)
    }

    /// The body of the request.
    fn body(&self) -> String {
        let missing = self.body_size.saturating_sub(self.body.len());
        let prompt = format!("\"hi{}\"", "a".repeat(missing));
        self.body.replacen(r#""hi""#, &prompt, 1)
    }

    /// The request, head and body.
    pub fn request(&self) -> Vec<u8> {
        let body = self.body();
        let mut head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            self.path,
            self.host,
            body.len()
        );
        for header in &self.header {
            head += header;
            head += "\r\n";
        }
        (head + "\r\n" + &body).into_bytes()
    }

    fn expected(&self) -> Result<Expected> {
        let Some(file) = &self.expect else {
            return Ok(Expected::stream(&self.text, &self.model));
        };
        let json = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_slice(&json).with_context(|| format!("{} is damaged", file.display()))
    }
}

/// Measures, in as many processes as it takes.
///
/// # Errors
///
/// A process can't be started, or ends badly.
pub fn run(options: &Options) -> Result<Tally> {
    let per_process = process::open_files().saturating_sub(OTHER_FILES).max(1);
    let processes = match options.processes {
        0 => options.connections.div_ceil(per_process).max(1),
        wanted => wanted,
    };
    let start = match options.start {
        0 => now() + 50_000,
        start => start,
    };
    match processes {
        1 => run_here(options, start),
        _ => run_in(processes, options, start),
    }
}

fn run_here(options: &Options, start: Micros) -> Result<Tally> {
    if let Some(core) = options.core {
        process::pin(&[core])?;
    }
    let times = options.times(start);
    let plan = Plan {
        address: options.address,
        request: options.request(),
        path: options.path.clone(),
        body: options.body(),
        expected: options.expected()?,
        delay: options.delay,
        connections: options.connections,
        opening: options.opening(),
        start: times.start,
        measure_from: times.measure_from,
        measure_to: times.measure_to,
        last_request: times.last_request,
        give_up: times.give_up,
    };
    let mut tally = match (options.protocol, &options.certificate) {
        (Protocol::Http1, _) => client::run(&plan)?,
        (protocol, Some(certificate)) => secure::run(plan, protocol, certificate)?,
        (_, None) => bail!("--certificate is missing"),
    };
    if options.endless {
        tally.unfinished = 0;
    }
    Ok(tally)
}

/// Each process opens its share at its share of the rate, so that together they
/// do as one would.
fn run_in(processes: usize, options: &Options, start: Micros) -> Result<Tally> {
    ensure!(
        options.connections >= processes && options.rate >= processes as u64,
        "fewer connections than processes"
    );
    let mut children = Vec::new();
    for k in 0..processes {
        let share = Options {
            connections: (options.connections + k) / processes,
            rate: options.rate / processes as u64,
            processes: 1,
            start,
            ..options.clone()
        };
        let child = Command::new(std::env::current_exe()?)
            .args(share.arguments())
            .arg("--json")
            .stdout(Stdio::piped())
            .spawn()?;
        children.push(child);
    }
    let mut all = Tally::default();
    for child in children {
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "a client process failed");
        all.merge(&serde_json::from_slice(&output.stdout)?);
    }
    Ok(all)
}

/// What was counted, for a person.
pub fn summary(options: &Options, tally: &Tally) -> String {
    let seconds = options.measure as f64 / 1e3;
    let mut out = format!(
        "{} replies ({:.0} a second), {} chunks ({:.0} a second) in {seconds} s; {} failures, {} unfinished\n",
        tally.replies,
        tally.replies as f64 / seconds,
        tally.chunks,
        tally.chunks as f64 / seconds,
        tally.failures(),
        tally.unfinished,
    );
    for (name, durations) in [
        ("first chunk", &tally.first_chunk),
        ("gap", &tally.gap),
        ("lateness", &tally.late),
        ("whole reply", &tally.whole),
    ] {
        out += &format!("{name:>12}: {}\n", percentiles(durations));
    }
    for (what, count) in &tally.errors {
        out += &format!("{count} times: {what}\n");
    }
    out
}

fn percentiles(durations: &Durations) -> String {
    let ms = |micros: Micros| micros as f64 / 1e3;
    let at = |percent| ms(durations.percentile(percent));
    format!(
        "median {:.3} ms, 90 % {:.3}, 99 % {:.3}, 99.9 % {:.3}, longest {:.3}",
        at(50.0),
        at(90.0),
        at(99.0),
        at(99.9),
        ms(durations.max())
    )
}
