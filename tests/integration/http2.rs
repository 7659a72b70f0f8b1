//! A hundred streams on one connection of HTTP/2, some of which misbehave.

use bytes::Bytes;
use futures_util::future::join_all;
use h2::client::{Builder, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use http::Request;
use tokio::net::TcpStream;

use crate::http3::block_on;
use crate::support::memcheck;
use crate::support::nginx::{Conf, Nginx, long_text, until, version_at_least};
use crate::support::stream::parse;

/// 11 words that take 500 ms.
const TEXT: &str = "a b c d e f g h i j k";

/// What the client takes of a stream before it has to allow more.
const WINDOW: u32 = 65_535;

/// Short streams, long ones below /long/, endless ones below /endless/.
fn start() -> (Nginx, String) {
    let words: Vec<String> = (0..5_000).map(|n| format!("word{n}")).collect();
    let long = words.join(" ");
    let (http, variables) = long_text(&long);
    // On a plain connection, for a client that knows.
    let (listen, http2) = match version_at_least([1, 25, 1]) {
        true => ("", "http2 on;"),
        false => ("http2", ""),
    };
    let nginx = Nginx::with(&Conf {
        listen,
        http: &http,
        server: &format!(
            "{http2} llm_mock on; llm_mock_delay 50ms; llm_mock_reply \"{TEXT}\";
             location / {{ }}
             location /long/ {{ llm_mock_delay 10us; llm_mock_reply \"{variables}\"; }}
             location /endless/ {{ llm_mock_delay 1h; }}"
        ),
        ..Conf::default()
    });
    (nginx, long)
}

struct Stream {
    request: SendStream<Bytes>,
    reply: RecvStream,
    /// What came so far, in so many frames.
    body: Vec<u8>,
    frames: usize,
}

impl Stream {
    async fn open(connection: &SendRequest<Bytes>, path: &str, body: String) -> Self {
        let request = Request::post(format!("http://localhost{path}"));
        let mut connection = connection.clone().ready().await.unwrap();
        let (reply, mut request) = connection
            .send_request(request.body(()).unwrap(), false)
            .unwrap();
        request.send_data(body.into(), true).unwrap();
        let reply = reply.await.unwrap();
        assert_eq!(reply.status(), 200);
        Self {
            request,
            reply: reply.into_body(),
            body: Vec::new(),
            frames: 0,
        }
    }

    /// The next frame, without leave to send more in its place. `false` at the
    /// end.
    async fn take_frame(&mut self) -> bool {
        let Some(frame) = self.reply.data().await else {
            return false;
        };
        self.body.extend_from_slice(&frame.unwrap());
        self.frames += 1;
        true
    }

    async fn take_all(&mut self) {
        loop {
            let taken = self.reply.flow_control().used_capacity();
            self.reply.flow_control().release_capacity(taken).unwrap();
            if !self.take_frame().await {
                return;
            }
        }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

#[test]
fn a_hundred_streams_on_one_connection_do_not_disturb_each_other() {
    let (nginx, long) = start();
    let chat = "/v1/chat/completions";
    block_on(async {
        let socket = TcpStream::connect(nginx.address()).await.unwrap();
        let (connection, driver) = Builder::new()
            .initial_window_size(WINDOW)
            // One that takes nothing shall not fill what all share.
            .initial_connection_window_size(100 * WINDOW)
            .handshake(socket)
            .await
            .unwrap();
        let driver = tokio::spawn(driver);

        let mut slow = Stream::open(&connection, &format!("/long{chat}"), String::new()).await;
        let mut left = Stream::open(&connection, &format!("/endless{chat}"), String::new()).await;
        let siblings = join_all((0..98).map(|n| {
            let body = format!(r#"{{"model":"m{n}"}}"#);
            Stream::open(&connection, chat, body)
        }));
        let mut siblings = siblings.await;
        while slow.body.len() < WINDOW as usize {
            assert!(slow.take_frame().await, "not longer than a window");
        }
        assert!(left.take_frame().await);
        left.request.send_reset(Reason::CANCEL);

        join_all(siblings.iter_mut().map(Stream::take_all)).await;
        for (n, sibling) in siblings.iter().enumerate() {
            let said = parse(sibling.text());
            assert_eq!(
                (said.text(), said.model),
                (TEXT.to_owned(), format!("m{n}"))
            );
            let bit_by_bit = sibling.frames > 5 || memcheck::is_on();
            assert!(bit_by_bit, "{n}: all in {} frames", sibling.frames);
        }
        let lines = until("all but the slow one are done with", || {
            let lines = nginx.access_log();
            (lines.len() >= 99).then_some(lines)
        });
        assert!(
            !lines.iter().any(|line| line.contains("/long/")),
            "{lines:?}"
        );
        assert_eq!(slow.body.len(), WINDOW as usize, "more than it may send");

        slow.take_all().await;
        assert_eq!(parse(slow.text()).text(), long);
        let mut last = Stream::open(&connection, chat, String::new()).await;
        last.take_all().await;
        assert_eq!(parse(last.text()).text(), TEXT);
        assert!(!driver.is_finished(), "the connection was closed");
    });
}
