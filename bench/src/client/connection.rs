//! One connection of the crowd.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;

use super::Plan;
use crate::clock::{Micros, now};
use crate::reply::Reply;
use crate::tally::Tally;

pub struct Connection {
    pub stream: TcpStream,
    /// How much of the request has been written.
    written: usize,
    /// When the request was begun.
    sent: Micros,
    /// When the last bytes came.
    arrived: Micros,
    reply: Reply,
    /// Chunks of this reply.
    chunks: u64,
    /// Whether bytes of this reply have come.
    has_begun: bool,
    /// Replies on this connection.
    replies: u64,
}

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It is waited for.
    GoesOn,
    /// It has done what it had to.
    Over,
    /// The server has closed it between two requests.
    ClosedIdle,
}

impl Connection {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            written: 0,
            sent: 0,
            arrived: 0,
            reply: Reply::default(),
            chunks: 0,
            has_begun: false,
            replies: 0,
        })
    }

    /// Writes what is left of the request.
    pub fn write(&mut self, plan: &Plan) -> Result<Progress, String> {
        if self.written == 0 {
            self.sent = now();
        }
        while let Some(rest) = plan.request.get(self.written..).filter(|r| !r.is_empty()) {
            match self.stream.write(rest) {
                Ok(count) => self.written += count,
                Err(error) => return self.failed(&error),
            }
        }
        Ok(Progress::GoesOn)
    }

    /// Takes what has come.
    pub fn read(
        &mut self,
        plan: &Plan,
        buffer: &mut [u8],
        tally: &mut Tally,
    ) -> Result<Progress, String> {
        loop {
            let count = match self.stream.read(buffer) {
                Ok(0) => return self.closed(),
                Ok(count) => count,
                Err(error) => return self.failed(&error),
            };
            self.has_begun = true;
            let moment = now();
            let bytes = buffer.get(..count).unwrap_or_default();
            let arrived = self.reply.feed(&plan.expected, bytes);
            let arrived = arrived.map_err(|wrong| wrong.to_string())?;
            for _ in 0..arrived.chunks {
                self.chunk(plan, moment, tally);
            }
            if arrived.complete {
                if plan.measures(moment) {
                    tally.replies += 1;
                    tally.whole.add(moment - self.sent);
                }
                if moment >= plan.last_request {
                    return Ok(Progress::Over);
                }
                self.next_request();
                self.write(plan)?;
            }
            // A read that does not fill the buffer has emptied the socket.
            if count < buffer.len() {
                return Ok(Progress::GoesOn);
            }
        }
    }

    fn chunk(&mut self, plan: &Plan, moment: Micros, tally: &mut Tally) {
        let due = self.sent + plan.delay * self.chunks;
        if self.chunks == 0 && moment < plan.measure_to {
            // While connections are opened too: then long streams begin.
            tally.first_chunk.add(moment - self.sent);
        }
        if plan.measures(moment) {
            tally.chunks += 1;
            if self.chunks > 0 {
                tally.gap.add(moment - self.arrived);
            }
            match moment.checked_sub(due) {
                Some(late) => tally.late.add(late),
                None => tally.early += 1,
            }
        }
        self.chunks += 1;
        self.arrived = moment;
    }

    fn next_request(&mut self) {
        self.replies += 1;
        self.written = 0;
        self.chunks = 0;
        self.has_begun = false;
        self.reply.reset();
    }

    /// The server has closed the connection: its right between two requests.
    fn closed(&self) -> Result<Progress, String> {
        match self.replies > 0 && !self.has_begun {
            true => Ok(Progress::ClosedIdle),
            false => Err("closed before the end of the reply".to_owned()),
        }
    }

    fn failed(&self, error: &io::Error) -> Result<Progress, String> {
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::NotConnected => {
                Ok(Progress::GoesOn)
            }
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
                if self.replies > 0 && !self.has_begun =>
            {
                Ok(Progress::ClosedIdle)
            }
            _ => Err(error.to_string()),
        }
    }
}
