//! Where things lie, and which core does what.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

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
    /// The cores of the server, one for each of its workers at most.
    pub server_cores: Vec<usize>,
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
        Ok(Self {
            root: path("LLM_MOCK_BENCH_ROOT")?,
            work: path("LLM_MOCK_BENCH_WORK")?,
            nginx: path("LLM_MOCK_BENCH_NGINX")?,
            module: path("LLM_MOCK_BENCH_MODULE")?,
            server_cores: vec![0],
            client_core: 1,
        })
    }

    /// A program of this crate.
    ///
    /// # Errors
    ///
    /// The system does not say where this one lies.
    pub fn program(&self, name: &str) -> Result<PathBuf> {
        let this = env::current_exe()?;
        Ok(this.parent().unwrap_or(Path::new("/")).join(name))
    }

    /// The root of Debian's packages, which are unpacked, not installed.
    pub fn debian(&self) -> PathBuf {
        self.work.join("debian")
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
