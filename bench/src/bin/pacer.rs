//! The physical limit: a program that does nothing but write ready-made chunks
//! when they are due.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use httparse::{EMPTY_HEADER, Request, Status};
use llm_mock_bench::clock::{Micros, now};
use llm_mock_bench::http1::{self, MOST_HEADERS};
use llm_mock_bench::wire::{self, Fields};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

/// Answers each request with the bytes that the module sends, one write a
/// chunk, on an absolute schedule.
#[derive(Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8081")]
    address: SocketAddr,
    /// The text.
    #[arg(long, default_value = "powered by openai")]
    text: String,
    /// The model that is named.
    #[arg(long, default_value = "gpt-4o")]
    model: String,
    /// From one chunk to the next, in microseconds.
    #[arg(long, default_value_t = 50_000)]
    delay: Micros,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let fields = Fields {
        model: &arguments.model,
        ..wire::FIXED
    };
    let head = wire::head(
        "nginx/1.28.3",
        "Mon, 23 Nov 2026 02:30:00 GMT",
        "req_b0a1f6e5c4d3b2a190817263544536271",
    );
    let mut pacer = Pacer {
        frames: wire::frames(&head, &wire::steps(&arguments.text, fields)),
        delay: arguments.delay,
        streams: Vec::new(),
        free: Vec::new(),
        queue: VecDeque::new(),
        buffer: vec![0; 64 * 1024],
    };
    pacer.run(TcpListener::bind(arguments.address)?)
}

const LISTENER: Token = Token(usize::MAX);

struct Pacer {
    frames: Vec<Vec<u8>>,
    delay: Micros,
    streams: Vec<Option<Stream>>,
    /// Places in `streams`.
    free: Vec<usize>,
    /// When which stream is due. All wait equally long, so the order in which
    /// they come is the order in which they are due.
    queue: VecDeque<(Micros, usize)>,
    buffer: Vec<u8>,
}

struct Stream {
    socket: TcpStream,
    /// Bytes of the request that are still to come, once its head has.
    missing: Option<usize>,
    head: Vec<u8>,
    next: usize,
}

impl Pacer {
    fn run(&mut self, mut listener: TcpListener) -> Result<()> {
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(1_024);
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        loop {
            // As long as nginx waits: in whole milliseconds, rounded up.
            let wait = self.queue.front().map(|(due, _)| due.saturating_sub(now()));
            match poll.poll(&mut events, wait.map(Duration::from_micros)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            let moment = now();
            for event in &events {
                match event.token() {
                    LISTENER => self.accept(&poll, &listener)?,
                    Token(index) => self.read(index, moment),
                }
            }
            self.write_due(moment);
        }
    }

    fn accept(&mut self, poll: &Poll, listener: &TcpListener) -> Result<()> {
        loop {
            let mut socket = match listener.accept() {
                Ok((socket, _)) => socket,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            socket.set_nodelay(true)?;
            let index = self.free.pop().unwrap_or_else(|| {
                self.streams.push(None);
                self.streams.len() - 1
            });
            poll.registry()
                .register(&mut socket, Token(index), Interest::READABLE)?;
            if let Some(slot) = self.streams.get_mut(index) {
                *slot = Some(Stream {
                    socket,
                    missing: None,
                    head: Vec::new(),
                    next: 0,
                });
            }
        }
    }

    /// Takes a request, and sends the first chunk when it is complete.
    fn read(&mut self, index: usize, moment: Micros) {
        let Some(slot) = self.streams.get_mut(index) else {
            return;
        };
        while let Some(stream) = slot {
            match stream.socket.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(count) => {
                    let bytes = self.buffer.get(..count).unwrap_or_default();
                    let filled = count == self.buffer.len();
                    if stream.request_is_complete(bytes) {
                        self.write(index, moment);
                        return;
                    }
                    if !filled {
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => break,
            }
        }
        self.close(index);
    }

    /// A place may be taken anew only when the queue no longer names it.
    fn close(&mut self, index: usize) {
        if let Some(slot) = self.streams.get_mut(index) {
            if slot.take().is_some_and(|stream| !stream.is_queued()) {
                self.free.push(index);
            }
        }
    }

    fn write_due(&mut self, moment: Micros) {
        while let Some(&(due, index)) = self.queue.front() {
            if due > moment {
                return;
            }
            self.queue.pop_front();
            self.write(index, due);
        }
    }

    /// Writes the chunk that was due at `due`, and sees to the next.
    fn write(&mut self, index: usize, due: Micros) {
        let Some(Some(stream)) = self.streams.get_mut(index) else {
            self.free.push(index);
            return;
        };
        let frame = self.frames.get(stream.next).map_or(&[][..], Vec::as_slice);
        // A client that does not take a chunk at once is not what is measured
        // here.
        let written = stream.socket.write(frame).is_ok_and(|n| n == frame.len());
        stream.next += 1;
        if !written {
            stream.missing = None;
            self.close(index);
        } else if stream.next < self.frames.len() {
            self.queue.push_back((due + self.delay, index));
        } else {
            stream.next = 0;
            stream.missing = None;
        }
    }
}

impl Stream {
    /// Whether the queue names it: after its first chunk up to its last.
    fn is_queued(&self) -> bool {
        self.missing == Some(0)
    }

    fn request_is_complete(&mut self, bytes: &[u8]) -> bool {
        let left = match self.missing {
            Some(left) => left.saturating_sub(bytes.len()),
            None => {
                self.head.extend_from_slice(bytes);
                let Some(length) = request_length(&self.head) else {
                    return false;
                };
                let left = length.saturating_sub(self.head.len());
                self.head.clear();
                left
            }
        };
        self.missing = Some(left);
        left == 0
    }
}

/// The length of head and body; `None` if the head is not complete.
fn request_length(bytes: &[u8]) -> Option<usize> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut request = Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(Status::Complete(head)) => {
            Some(head + http1::content_length(request.headers).unwrap_or(0))
        }
        _ => None,
    }
}
