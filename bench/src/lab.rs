//! Where things lie, and which core does what.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::client::secure::make_certificate;

/// What `bench/run` has prepared.
#[derive(Debug, Clone)]
pub struct Lab {
    /// The project's folder.
    pub root: PathBuf,
    /// A folder for what is built and downloaded.
    pub work: PathBuf,
    /// The embedded nginx.
    pub nginx: PathBuf,
    /// The module, built for it.
    pub module: PathBuf,
    /// The project's commit, as `git describe` calls it.
    pub commit: String,
    /// How many cores there are.
    cores: usize,
    /// The core of the client.
    pub client_core: usize,
}

impl Lab {
    /// From the environment that `bench/run` sets.
    ///
    /// # Errors
    ///
    /// It is not set.
    pub fn from_env() -> Result<Self> {
        let path = |name: &str| {
            let value = env::var_os(name).with_context(|| format!("no {name}: start bench/run"))?;
            anyhow::Ok(PathBuf::from(value))
        };
        let cores = thread::available_parallelism()?.get();
        let root = path("LLM_MOCK_BENCH_ROOT")?;
        let commit = Command::new("git")
            .arg("-C")
            .arg(&root)
            .args(["describe", "--always", "--dirty"])
            .output();
        let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Ok(Self {
            commit: commit.unwrap_or_default(),
            root,
            work: path("LLM_MOCK_BENCH_WORK")?,
            nginx: path("LLM_MOCK_BENCH_NGINX")?,
            module: path("LLM_MOCK_BENCH_MODULE")?,
            cores,
            client_core: 1.min(cores - 1),
        })
    }

    /// The cores of a server: one for each worker, as far as there are any.
    pub fn server_cores(&self, workers: usize) -> Vec<usize> {
        (0..workers.clamp(1, self.cores)).collect()
    }

    /// A program of this crate.
    ///
    /// # Errors
    ///
    /// The path of this program is unknown.
    pub fn program(&self, name: &str) -> Result<PathBuf> {
        let this = env::current_exe()?;
        Ok(this.parent().unwrap_or(Path::new("/")).join(name))
    }

    /// The root of Debian's packages, which are unpacked, not installed.
    pub fn debian(&self) -> PathBuf {
        self.work.join("debian")
    }

    /// A certificate for servers, and its key.
    ///
    /// # Errors
    ///
    /// They can't be made.
    pub fn certificate(&self) -> Result<(PathBuf, PathBuf)> {
        let files = (self.work.join("cert.pem"), self.work.join("key.pem"));
        if !files.1.exists() {
            make_certificate(&files.0, &files.1)?;
        }
        Ok(files)
    }

    /// The folder of the report.
    pub fn report(&self) -> PathBuf {
        self.root.join("bench/report")
    }

    /// The configuration that the project ships.
    ///
    /// # Errors
    ///
    /// It can't be read.
    pub fn shipped_conf(&self) -> Result<String> {
        let path = self.root.join("nginx.conf");
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}
