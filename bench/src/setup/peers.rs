//! Other mock servers, installed from the registries. Each with the
//! settings that make it fastest on one core.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use super::{Case, Server, Setup, free_address};
use crate::crowd::Options;
use crate::lab::Lab;
use crate::wire;

/// A program that is configured by its command line and files.
pub struct Peer {
    name: &'static str,
    note: &'static str,
    /// Below the folder of peers.
    program: &'static str,
    /// The path that it answers.
    path: &'static str,
    /// Sets its arguments; the folder is for files.
    configure: fn(&mut Command, &Case, SocketAddr, &Path) -> Result<()>,
    /// A header that its requests need.
    header: fn(&Case) -> Option<String>,
}

/// All of them.
pub fn all() -> Vec<Box<dyn Setup>> {
    let peers = [CRABLLM_BENCH, LLMSIM, LLMPOSTER, VIDAIMOCK, AIMOCK, LLMOCK];
    peers.map(|peer| Box::new(peer) as Box<dyn Setup>).into()
}

impl Setup for Peer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn note(&self) -> String {
        self.note.to_owned()
    }

    fn adapt(&self, case: &Case, options: &mut Options) {
        self.path.clone_into(&mut options.path);
        options.header.extend((self.header)(case));
    }

    fn start(&self, lab: &Lab, case: &Case) -> Result<Server> {
        let program = lab.work.join("peers").join(self.program);
        ensure!(program.exists(), "it is not installed");
        let folder = tempfile::tempdir()?;
        let address = free_address()?;
        let mut command = Command::new(program);
        command
            .env("TOKIO_WORKER_THREADS", "1")
            .env("RUST_LOG", "off")
            .env("NODE_ENV", "production")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        (self.configure)(&mut command, case, address, folder.path())?;
        Server::start(lab, command, address, case, false, Some(folder))
    }
}

const CHAT: &str = "/v1/chat/completions";

const CRABLLM_BENCH: Peer = Peer {
    name: "crabllm-bench",
    note: "0.0.25, one tokio thread, `--chunks` as many as words and one; its text is \"word \", its id is constant, it sets no timer at delay 0",
    program: "bin/crabllm-bench",
    path: CHAT,
    configure: |command, case, address, _| {
        let chunks = wire::words(&case.text).len() + 1;
        command
            .args(["--port", &address.port().to_string()])
            .args(["--chunks", &chunks.to_string()])
            .args(["--delay", &milliseconds(case)?.to_string()]);
        Ok(())
    },
    header: |_| None,
};

const LLMSIM: Peer = Peer {
    name: "llmsim",
    note: "0.6.0, one tokio thread, generator `fixed`, no deviation of its delays",
    program: "bin/llmsim",
    path: "/openai/v1/chat/completions",
    configure: |command, case, address, folder| {
        let config = folder.join("config.toml");
        let text = format!(
            "[server]\nport = {}\nhost = \"127.0.0.1\"\n\
             [latency]\nttft_mean_ms = 0\nttft_stddev_ms = 0\ntbt_mean_ms = {}\ntbt_stddev_ms = 0\n\
             [response]\ngenerator = \"fixed:{}\"\ntarget_tokens = 10000\n",
            address.port(),
            milliseconds(case)?,
            case.text
        );
        fs::write(&config, text)?;
        command.arg("serve").arg("--config").arg(config);
        Ok(())
    },
    header: |_| None,
};

const LLMPOSTER: Peer = Peer {
    name: "llmposter",
    note: "0.5.0, one tokio thread, one fixture that matches all; chunks of six characters, as many as words",
    program: "bin/llmposter",
    path: CHAT,
    configure: |command, case, address, folder| {
        let fixtures = folder.join("fixtures.yaml");
        let text = format!(
            "fixtures:\n  - response:\n      content: \"{}\"\n    streaming:\n      latency: {}\n      chunk_size: {}\n",
            case.text,
            milliseconds(case)?,
            characters(case)
        );
        fs::write(&fixtures, text)?;
        command
            .arg("--fixtures")
            .arg(fixtures)
            .args(["--port", &address.port().to_string()]);
        Ok(())
    },
    header: |_| None,
};

const VIDAIMOCK: Peer = Peer {
    name: "vidaimock",
    note: "0.3.1, one worker, mode `benchmark`, its own text; the delay by its header X-Vidai-Chaos-Trickle",
    program: "bin/vidaimock",
    path: CHAT,
    configure: |command, case, address, _| {
        milliseconds(case)?;
        command
            .args([
                "--host",
                "127.0.0.1",
                "--workers",
                "1",
                "--mode",
                "benchmark",
            ])
            .args(["--port", &address.port().to_string()]);
        Ok(())
    },
    header: |case| {
        (case.delay > 0).then(|| format!("X-Vidai-Chaos-Trickle: {}", case.delay / 1_000))
    },
};

const AIMOCK: Peer = Peer {
    name: "aimock",
    note: "@copilotkit/aimock 1.43.0, one fixture, no log, no journal; chunks of six characters, as many as words",
    program: "npm/node_modules/.bin/llmock",
    path: CHAT,
    configure: |command, case, address, folder| {
        let fixtures = folder.join("fixtures.json");
        let json = serde_json::json!({
            "fixtures": [{ "match": { "userMessage": "hi" }, "response": { "content": case.text } }]
        });
        fs::write(&fixtures, json.to_string())?;
        command
            .args([
                "--log-level",
                "silent",
                "--journal-max",
                "1",
                "--host",
                "127.0.0.1",
            ])
            .args(["--port", &address.port().to_string()])
            .args(["--latency", &milliseconds(case)?.to_string()])
            .args(["--chunk-size", &characters(case).to_string()])
            .arg("--fixtures")
            .arg(fixtures);
        Ok(())
    },
    header: |_| None,
};

const LLMOCK: Peer = Peer {
    name: "llmock",
    note: "0.2.2, uvicorn with one process, log level critical, response style static: its own text",
    program: "venv/bin/llmock",
    path: CHAT,
    configure: |command, case, address, _| {
        command
            .args(["serve", "--host", "127.0.0.1", "--log-level", "critical"])
            .args(["--response-style", "static", "--tool-mode", "off"])
            .args(["--port", &address.port().to_string()])
            .args(["--stream-chunk-delay-ms", &milliseconds(case)?.to_string()]);
        Ok(())
    },
    header: |_| Some("Authorization: Bearer any".to_owned()),
};

fn milliseconds(case: &Case) -> Result<u64> {
    ensure!(case.workers == 1, "it is one process");
    Ok(case.delay / 1_000)
}

/// How many characters a chunk must have for as many chunks as there are words.
fn characters(case: &Case) -> usize {
    case.text.len().div_ceil(wire::words(&case.text).len())
}
