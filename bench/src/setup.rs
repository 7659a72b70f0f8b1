//! The servers that are compared.

pub mod debian;
pub mod floor;
pub mod module;
pub mod nginx;
pub mod pacer;
pub mod peers;
pub mod proxy;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::clock::Micros;
use crate::crowd::Options;
use crate::lab::Lab;
use crate::process;
use crate::protocol::Protocol;

/// What a server is configured to do.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it streams.
    pub text: String,
    /// The delay between two words.
    pub delay: Micros,
    /// Worker processes.
    pub workers: usize,
    /// What it comes over.
    pub protocol: Protocol,
}

/// A server that can be started.
pub trait Setup {
    /// Its name in the report.
    fn name(&self) -> &'static str;

    /// How it is set up, in a line.
    fn note(&self) -> String;

    /// Whether it sends what the module does, as [`crate::wire`] has it. Else
    /// the first reply shows what the others must be.
    fn is_known(&self) -> bool {
        false
    }

    /// Adapts the request to the server.
    fn adapt(&self, _case: &Case, _options: &mut Options) {}

    /// Starts it.
    ///
    /// # Errors
    ///
    /// It can't do this, or does not start.
    fn start(&self, lab: &Lab, case: &Case) -> Result<Server>;
}

/// A server that runs; it ends with this value.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    /// Whether the work is done by children of that process.
    has_workers: bool,
    _folder: Option<TempDir>,
    /// A server that this one needs, and that is not measured.
    _behind: Option<Box<Server>>,
}

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(20);

impl Server {
    /// Starts `command` on the cores of the server and waits until it listens.
    ///
    /// # Errors
    ///
    /// It does not.
    pub fn start(
        lab: &Lab,
        mut command: Command,
        address: SocketAddr,
        case: &Case,
        has_workers: bool,
        folder: Option<TempDir>,
    ) -> Result<Self> {
        // A child inherits the cores of its parent.
        process::pin(&lab.server_cores(case.workers))?;
        let child = command.spawn();
        process::pin(&[lab.client_core])?;
        let mut server = Self {
            address,
            child: child?,
            has_workers,
            _folder: folder,
            _behind: None,
        };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("{:?} did not start: {status}", command.get_program());
            }
            if begun.elapsed() > PATIENCE {
                bail!("{:?} does not listen", command.get_program());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(server)
    }

    /// Keeps another running as long as this one.
    pub fn keep(mut self, behind: Server) -> Self {
        self._behind = Some(Box::new(behind));
        self
    }

    /// The processes that do the work.
    fn processes(&self) -> Result<Vec<u32>> {
        let pid = self.child.id();
        match self.has_workers {
            true => process::children(pid),
            false => Ok(vec![pid]),
        }
    }

    /// The processor time they have used, in nanoseconds.
    ///
    /// # Errors
    ///
    /// They are gone.
    pub fn cpu(&self) -> Result<u64> {
        self.processes()?.into_iter().map(process::cpu).sum()
    }

    /// The memory they hold, in bytes.
    ///
    /// # Errors
    ///
    /// They are gone.
    pub fn memory(&self) -> Result<u64> {
        self.processes()?.into_iter().map(process::memory).sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(pid) = Pid::from_raw(self.child.id() as i32) else {
            return;
        };
        let _ = kill_process(pid, Signal::TERM);
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if begun.elapsed() > PATIENCE {
                let _ = self.child.kill();
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// An address that is free.
///
/// # Errors
///
/// There is none.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
