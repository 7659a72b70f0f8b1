//! The default load of a case.

use std::net::{Ipv4Addr, SocketAddr};

use clap::Parser;

use crate::comparison::Comparison;
use crate::crowd::Options;
use crate::protocol::Protocol;
use crate::setup::{Case, Setup};

#[derive(Parser)]
struct Only {
    #[command(flatten)]
    options: Options,
}

/// The client's default options. The address is set when the server runs.
pub(super) fn options() -> Options {
    let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    Only::parse_from(["load".to_owned(), format!("--address={nowhere}")]).options
}

/// Repeated replies without delay. The text is that of the Lua script and of
/// the shipped nginx.conf.
pub(super) fn at_once(
    label: &str,
    connections: usize,
    measure: u64,
    setups: Vec<Box<dyn Setup>>,
) -> Comparison {
    let options = Options {
        connections,
        measure,
        settle: 300,
        ..options()
    };
    Comparison {
        label: label.to_owned(),
        case: Case {
            text: options.text.clone(),
            delay: 0,
            workers: 1,
            protocol: Protocol::Http1,
        },
        options,
        setups,
        rounds: 1,
    }
}
