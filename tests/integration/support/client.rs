//! A blocking HTTP/1 client that sends raw bytes. Reads and writes time out
//! after [`deadline`].

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use crate::support::http::{Response, ResponseParser};
use crate::support::nginx::{Nginx, deadline};

pub struct Client {
    stream: TcpStream,
    parser: ResponseParser,
    /// A complete response that `wait_for` read and `response` has not returned.
    complete: Option<Response>,
}

impl Client {
    pub fn connect(nginx: &Nginx) -> Self {
        let stream = TcpStream::connect(nginx.address()).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(deadline())).unwrap();
        stream.set_write_timeout(Some(deadline())).unwrap();
        Self {
            stream,
            parser: ResponseParser::new(),
            complete: None,
        }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Shuts down the sending side. The client can still read.
    pub fn close_sending_side(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// Reads the next response.
    pub fn response(&mut self) -> Response {
        self.next(false)
    }

    /// Reads the next response, which answers a HEAD request.
    pub fn response_to_head(&mut self) -> Response {
        self.next(true)
    }

    fn next(&mut self, to_head: bool) -> Response {
        loop {
            let response = self.complete.take();
            if let Some(response) = response.or_else(|| self.parser.take(to_head)) {
                return response;
            }
            if !self.read() {
                return self
                    .parser
                    .take_closed()
                    .expect("the connection was closed within a response");
            }
        }
    }

    /// Reads until the body of the next response contains `text`.
    pub fn wait_for(&mut self, text: &str) {
        loop {
            // On a busy machine the complete response can arrive in one read.
            self.complete = self.complete.take().or_else(|| self.parser.take(false));
            let body = match &self.complete {
                Some(response) => &response.body,
                None => self.parser.body(),
            };
            if String::from_utf8_lossy(body).contains(text) {
                return;
            }
            assert!(self.complete.is_none(), "no {text:?} in the response");
            assert!(self.read(), "closed before {text:?}");
        }
    }

    /// Waits until the server closes the connection. `false` if the server sends
    /// anything before that.
    pub fn is_closed(&mut self) -> bool {
        self.parser.is_empty() && !self.read()
    }

    /// Waits until the server closes the connection within a response. `false` if
    /// the response is complete.
    #[cfg(feature = "inject-panic")]
    pub fn is_truncated(&mut self) -> bool {
        while self.read() {
            if self.parser.take(false).is_some() {
                return false;
            }
        }
        true
    }

    /// Discards everything until the server closes the connection.
    pub fn read_to_end(&mut self) {
        while self.read() {}
    }

    /// Reads once. `false` at the end of the connection.
    fn read(&mut self) -> bool {
        let mut bytes = vec![0; 64 * 1024];
        let read = match self.stream.read(&mut bytes) {
            Ok(read) => read,
            // A process that was stopped and goes on; a read with a timeout ends
            // then, see signal(7).
            Err(e) if e.kind() == ErrorKind::Interrupted => return self.read(),
            // The server closed the connection before it read everything.
            Err(e) if e.kind() == ErrorKind::ConnectionReset => 0,
            Err(e) => panic!("no response: {e}"),
        };
        self.parser.feed(&bytes[..read]);
        read > 0
    }
}

impl Nginx {
    /// Sends a request on a new connection and reads the response.
    pub fn send(&self, request: impl AsRef<[u8]>) -> Response {
        let mut client = Client::connect(self);
        client.send(request);
        client.response()
    }

    /// Sends a POST request with this body.
    pub fn post(&self, path: &str, body: impl ToString) -> Response {
        self.send(post(path, &[], body.to_string()))
    }

    /// Sends a chat request with this body.
    pub fn chat(&self, body: impl AsRef<[u8]>) -> Response {
        self.send(chat(&[], body))
    }
}

/// The bytes of a chat request.
pub fn chat(headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    post("/v1/chat/completions", headers, body)
}

/// The bytes of a chat request to another path, with a body that names the model
/// "requested".
pub fn chat_at(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    post(path, headers, r#"{"model":"requested"}"#)
}

/// The bytes of a POST request.
pub fn post(path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let length = body.as_ref().len().to_string();
    let length = [("Content-Length", length.as_str())];
    let mut bytes = request("POST", path, &[headers, &length].concat());
    bytes.extend_from_slice(body.as_ref());
    bytes
}

/// The bytes of a request without a body.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "\r\n";
    text.into_bytes()
}
