//! What is measured, and the table that each gives.

pub mod memory;
pub mod pacing;
pub mod prompt;
pub mod protocols;
pub mod throughput;
pub mod workers;

use std::net::{Ipv4Addr, SocketAddr};

use clap::Parser;

use crate::crowd::Options;

/// The text of the Lua script, and of the shipped nginx.conf.
const SEED: &str = "powered by openai";

#[derive(Parser)]
struct Only {
    #[command(flatten)]
    options: Options,
}

/// What the client does unless a case says otherwise. The address is the
/// server's, once it has one.
fn options() -> Options {
    let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    Only::parse_from(["load".to_owned(), format!("--address={nowhere}")]).options
}
