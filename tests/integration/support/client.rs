//! A client that sends what it is told, byte for byte, and never waits for
//! ever.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use crate::support::http::{Incoming, Reply};
use crate::support::nginx::{Nginx, deadline};

pub struct Client {
    stream: TcpStream,
    incoming: Incoming,
    /// A reply that ended while something in it was waited for.
    whole: Option<Reply>,
}

impl Client {
    pub fn connect(nginx: &Nginx) -> Self {
        let stream = TcpStream::connect(nginx.address()).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(deadline())).unwrap();
        stream.set_write_timeout(Some(deadline())).unwrap();
        Self {
            stream,
            incoming: Incoming::new(),
            whole: None,
        }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Says that nothing more will be sent; it still reads.
    pub fn close_sending_side(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// The next reply, whole.
    pub fn reply(&mut self) -> Reply {
        self.next(false)
    }

    /// The next reply, to a HEAD request.
    pub fn reply_to_head(&mut self) -> Reply {
        self.next(true)
    }

    fn next(&mut self, to_head: bool) -> Reply {
        loop {
            let reply = self.whole.take();
            if let Some(reply) = reply.or_else(|| self.incoming.take(to_head)) {
                return reply;
            }
            if !self.read() {
                return self
                    .incoming
                    .take_closed()
                    .expect("the connection was closed within a reply");
            }
        }
    }

    /// Waits until the reply that is coming holds `text`.
    pub fn wait_for(&mut self, text: &str) {
        loop {
            // On a busy machine all of it may come at once.
            self.whole = self.whole.take().or_else(|| self.incoming.take(false));
            let body = match &self.whole {
                Some(reply) => &reply.body,
                None => self.incoming.body(),
            };
            if String::from_utf8_lossy(body).contains(text) {
                return;
            }
            assert!(self.whole.is_none(), "no {text:?} in it");
            assert!(self.read(), "closed before {text:?}");
        }
    }

    /// Waits until the server closes the connection, with nothing more said.
    /// `false` if it said more.
    pub fn is_closed(&mut self) -> bool {
        self.incoming.is_empty() && !self.read()
    }

    /// Waits until the server closes the connection within a reply. `false` if
    /// the reply was whole.
    #[cfg(feature = "inject-panic")]
    pub fn is_cut(&mut self) -> bool {
        while self.read() {
            if self.incoming.take(false).is_some() {
                return false;
            }
        }
        true
    }

    /// Waits until the server closes the connection, whatever it said before.
    pub fn read_to_end(&mut self) {
        while self.read() {}
    }

    /// `false` at the end of the connection.
    fn read(&mut self) -> bool {
        let mut bytes = vec![0; 64 * 1024];
        let read = match self.stream.read(&mut bytes) {
            Ok(read) => read,
            // The server closed it with bytes of ours unread.
            Err(e) if e.kind() == ErrorKind::ConnectionReset => 0,
            Err(e) => panic!("no reply: {e}"),
        };
        self.incoming.feed(&bytes[..read]);
        read > 0
    }
}

impl Nginx {
    /// The reply to one request on a connection of its own.
    pub fn ask(&self, request: impl AsRef<[u8]>) -> Reply {
        let mut client = Client::connect(self);
        client.send(request);
        client.reply()
    }

    /// The reply to a POST with this body.
    pub fn post(&self, path: &str, body: impl ToString) -> Reply {
        self.ask(post(path, &[], body.to_string()))
    }

    /// The reply to a chat request with this body.
    pub fn chat(&self, body: impl AsRef<[u8]>) -> Reply {
        self.ask(chat(&[], body))
    }
}

/// A request for a chat completion.
pub fn chat(headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    post("/v1/chat/completions", headers, body)
}

/// A request with a body.
pub fn post(path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let length = body.as_ref().len().to_string();
    let length = [("Content-Length", length.as_str())];
    let mut bytes = request("POST", path, &[headers, &length].concat());
    bytes.extend_from_slice(body.as_ref());
    bytes
}

/// A request without a body.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "\r\n";
    text.into_bytes()
}
