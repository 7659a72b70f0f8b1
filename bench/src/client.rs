//! Many connections in one thread, which all repeat the same request.

mod connection;
mod http2;
mod http3;
mod message;
pub mod plan;
pub mod secure;
mod timing;

use std::io::{self, ErrorKind};
use std::time::Duration;

use mio::event::Event;
use mio::{Events, Interest, Poll, Registry, Token};

use crate::clock::{Micros, now};
use crate::tally::Tally;
use connection::{Connection, Progress};
use plan::Plan;

/// Plays a plan to its end.
///
/// # Errors
///
/// The system gives no event queue. What goes wrong with a connection is
/// counted.
pub fn run(plan: &Plan) -> io::Result<Tally> {
    let mut crowd = Crowd {
        plan,
        connections: Vec::with_capacity(plan.connections),
        open: 0,
        tally: Tally::default(),
        buffer: vec![0; 64 * 1024],
    };
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1_024);
    loop {
        let moment = now();
        crowd.open_due(poll.registry(), moment);
        let all_opened = crowd.connections.len() == plan.connections;
        if (all_opened && crowd.open == 0) || moment >= plan.give_up {
            break;
        }
        let wake = match all_opened {
            true => plan.give_up,
            false => crowd.opens_at(crowd.connections.len()),
        };
        let timeout = Duration::from_micros(wake.saturating_sub(moment));
        match poll.poll(&mut events, Some(timeout)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            polled => polled?,
        }
        for event in &events {
            crowd.on_event(poll.registry(), event);
        }
    }
    crowd.tally.unfinished = crowd.open as u64;
    Ok(crowd.tally)
}

struct Crowd<'a> {
    plan: &'a Plan,
    /// Those that have been opened; none in the place of one that is closed.
    connections: Vec<Option<Connection>>,
    open: usize,
    tally: Tally,
    buffer: Vec<u8>,
}

impl Crowd<'_> {
    fn opens_at(&self, index: usize) -> Micros {
        self.plan.start + self.plan.opening * index as Micros
    }

    fn open_due(&mut self, registry: &Registry, moment: Micros) {
        while self.connections.len() < self.plan.connections
            && self.opens_at(self.connections.len()) <= moment
        {
            let index = self.connections.len();
            self.connections.push(None);
            self.open(registry, index);
        }
    }

    fn open(&mut self, registry: &Registry, index: usize) {
        let opened = Connection::open(self.plan.address).and_then(|mut connection| {
            let interest = Interest::READABLE | Interest::WRITABLE;
            registry.register(&mut connection.stream, Token(index), interest)?;
            Ok(connection)
        });
        match opened {
            Ok(connection) => {
                if let Some(slot) = self.connections.get_mut(index) {
                    *slot = Some(connection);
                    self.open += 1;
                }
            }
            Err(error) => self.tally.error(format!("no connection: {error}")),
        }
    }

    fn on_event(&mut self, registry: &Registry, event: &Event) {
        let Token(index) = event.token();
        let Some(slot) = self.connections.get_mut(index) else {
            return;
        };
        let Some(connection) = slot else {
            return;
        };
        let mut progress = Ok(Progress::GoesOn);
        if event.is_writable() {
            progress = connection.write(self.plan);
        }
        if progress.is_ok() && event.is_readable() {
            progress = connection.read(self.plan, &mut self.buffer, &mut self.tally);
        }
        match progress {
            Ok(Progress::GoesOn) => return,
            Ok(Progress::Over | Progress::ClosedIdle) => {}
            Err(ref what) => self.tally.error(what),
        }
        *slot = None;
        self.open -= 1;
        if matches!(progress, Ok(Progress::ClosedIdle)) && now() < self.plan.last_request {
            self.open(registry, index);
        }
    }
}
