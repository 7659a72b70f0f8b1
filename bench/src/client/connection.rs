//! One connection of the crowd.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;

use super::plan::Plan;
use super::timing::Timing;
use crate::clock::now;
use crate::reply::Reply;
use crate::tally::Tally;

pub struct Connection {
    pub stream: TcpStream,
    /// How much of the request has been written.
    written: usize,
    timing: Timing,
    reply: Reply,
    /// Whether bytes of this reply have come.
    has_begun: bool,
    /// Whether all of them have. A server may answer before it has taken the
    /// whole request.
    is_over: bool,
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
            timing: Timing::default(),
            reply: Reply::default(),
            has_begun: false,
            is_over: false,
            replies: 0,
        })
    }

    /// Writes what is left of the request, and the next one if the reply has
    /// come already.
    pub fn write(&mut self, plan: &Plan) -> Result<Progress, String> {
        if self.written == 0 {
            self.timing = Timing::start(now());
        }
        let progress = self.write_rest(plan)?;
        if self.is_over && self.written == plan.request.len() {
            return self.next_request(plan);
        }
        Ok(progress)
    }

    fn write_rest(&mut self, plan: &Plan) -> Result<Progress, String> {
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
            self.timing.begin(plan, moment, tally);
            let bytes = buffer.get(..count).unwrap_or_default();
            let arrived = self.reply.feed(&plan.expected, bytes);
            let arrived = arrived.map_err(|wrong| wrong.to_string())?;
            self.timing.chunks(arrived.chunks, plan, moment, tally);
            if arrived.complete {
                self.timing.end(plan, moment, tally);
                self.is_over = true;
                if self.written < plan.request.len() {
                    return Ok(Progress::GoesOn);
                }
                let progress = self.next_request(plan)?;
                if progress != Progress::GoesOn {
                    return Ok(progress);
                }
            }
            // A read that does not fill the buffer has emptied the socket.
            if count < buffer.len() {
                return Ok(Progress::GoesOn);
            }
        }
    }

    fn next_request(&mut self, plan: &Plan) -> Result<Progress, String> {
        self.replies += 1;
        self.written = 0;
        self.has_begun = false;
        self.is_over = false;
        self.reply.reset();
        match now() < plan.last_request {
            true => self.write(plan),
            false => Ok(Progress::Over),
        }
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
