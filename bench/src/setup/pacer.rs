//! The bare program.

use std::process::Command;

use anyhow::Result;

use super::{Case, Server, Setup, free_address};
use crate::lab::Lab;

/// `pacer`, which only writes ready-made chunks.
#[derive(Debug)]
pub struct Pacer;

impl Setup for Pacer {
    fn name(&self) -> &'static str {
        "bare"
    }

    fn note(&self) -> String {
        "one thread, epoll; ready-made chunks, one write each".to_owned()
    }

    fn is_known(&self) -> bool {
        true
    }

    fn start(&self, lab: &Lab, case: &Case) -> Result<Server> {
        let address = free_address()?;
        let mut command = Command::new(lab.program("pacer")?);
        command
            .args(["--address", &address.to_string()])
            .args(["--text", &case.text])
            .args(["--delay", &case.delay.to_string()]);
        Server::start(lab, command, address, case, false, None)
    }
}
