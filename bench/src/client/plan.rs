//! The requests of one client process, and their times.

use std::net::SocketAddr;

use crate::clock::Micros;
use crate::expect::Expected;

/// The requests, and their times.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The server.
    pub address: SocketAddr,
    /// Head and body of the request.
    pub request: Vec<u8>,
    /// Its path, for protocols that have their own kind of head.
    pub path: String,
    /// Its body.
    pub body: String,
    /// What each reply must be.
    pub expected: Expected,
    /// The delay configured on the server; the schedule that chunks are
    /// compared with.
    pub delay: Micros,
    /// How many connections there are.
    pub connections: usize,
    /// From the opening of one to that of the next.
    pub opening: Micros,
    /// When the first is opened.
    pub start: Micros,
    /// From when on is counted what arrives.
    pub measure_from: Micros,
    /// Until when.
    pub measure_to: Micros,
    /// When no further request is sent.
    pub last_request: Micros,
    /// When replies that are still on their way are given up.
    pub give_up: Micros,
}

impl Plan {
    /// Whether what arrives at this moment counts.
    pub(super) fn measures(&self, at: Micros) -> bool {
        (self.measure_from..self.measure_to).contains(&at)
    }
}
