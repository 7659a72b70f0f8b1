//! Streams that share one HTTP/2 connection, with and without TLS.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::join_all;
use h2::client::{Builder, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use http::Request;
use reqwest::Version;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::memcheck;
use crate::support::nginx::{Conf, Nginx, deadline, long_text, require, until, version_at_least};
use crate::support::runtime::{block_on, block_on_threads};
use crate::support::stream::parse;
use crate::support::tls::{self, TEXT, chat_url};

/// The initial flow-control window of a stream, in bytes.
const WINDOW: u32 = 65_535;

/// Starts a server with short streams, long ones below /long/ and endless ones below
/// /endless/.
fn start() -> (Nginx, String) {
    let words: Vec<String> = (0..5_000).map(|n| format!("word{n}")).collect();
    let long = words.join(" ");
    let (http, variables) = long_text(&long);
    // Without TLS, the client must know that the server has HTTP/2.
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
    response: RecvStream,
    /// What has arrived so far.
    body: Vec<u8>,
    /// The number of DATA frames that have arrived.
    frames: usize,
}

impl Stream {
    async fn open(connection: &SendRequest<Bytes>, path: &str, body: String) -> Self {
        let request = Request::post(format!("http://localhost{path}"));
        let mut connection = connection.clone().ready().await.unwrap();
        let (response, mut request) = connection
            .send_request(request.body(()).unwrap(), false)
            .unwrap();
        request.send_data(body.into(), true).unwrap();
        let response = response.await.unwrap();
        assert_eq!(response.status(), 200);
        Self {
            request,
            response: response.into_body(),
            body: Vec::new(),
            frames: 0,
        }
    }

    /// Reads the next frame without enlarging the window. `false` at the end.
    async fn read_frame(&mut self) -> bool {
        let Some(frame) = self.response.data().await else {
            return false;
        };
        self.body.extend_from_slice(&frame.unwrap());
        self.frames += 1;
        true
    }

    async fn read_all(&mut self) {
        loop {
            let used = self.response.flow_control().used_capacity();
            self.response.flow_control().release_capacity(used).unwrap();
            if !self.read_frame().await {
                return;
            }
        }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

#[test]
fn hundred_streams_on_one_connection_are_independent() {
    if !require(&["http_v2_module"]) {
        return;
    }
    let (nginx, long) = start();
    let chat = "/v1/chat/completions";
    block_on_threads(async {
        let socket = TcpStream::connect(nginx.address()).await.unwrap();
        let (connection, driver) = Builder::new()
            .initial_window_size(WINDOW)
            // A stream that is not read must not fill the window of the connection.
            .initial_connection_window_size(100 * WINDOW)
            .handshake(socket)
            .await
            .unwrap();
        let driver = tokio::spawn(driver);

        let mut slow = Stream::open(&connection, &format!("/long{chat}"), String::new()).await;
        let mut cancelled =
            Stream::open(&connection, &format!("/endless{chat}"), String::new()).await;
        let siblings = join_all((0..98).map(|n| {
            let body = format!(r#"{{"model":"m{n}"}}"#);
            Stream::open(&connection, chat, body)
        }));
        let mut siblings = siblings.await;
        while slow.body.len() < WINDOW as usize {
            assert!(slow.read_frame().await, "shorter than a window");
        }
        assert!(cancelled.read_frame().await);
        cancelled.request.send_reset(Reason::CANCEL);

        join_all(siblings.iter_mut().map(Stream::read_all)).await;
        for (n, sibling) in siblings.iter().enumerate() {
            let completion = parse(sibling.text());
            assert_eq!(
                (completion.text(), completion.model),
                (TEXT.to_owned(), format!("m{n}"))
            );
            let is_incremental = sibling.frames > 5 || memcheck::is_on();
            assert!(is_incremental, "{n}: all in {} frames", sibling.frames);
        }
        let lines = until("all requests but the slow one are finished", || {
            let lines = nginx.access_log();
            (lines.len() >= 99).then_some(lines)
        });
        assert!(
            !lines.iter().any(|line| line.contains("/long/")),
            "{lines:?}"
        );
        assert_eq!(
            slow.body.len(),
            WINDOW as usize,
            "more than the window allows"
        );

        slow.read_all().await;
        assert_eq!(parse(slow.text()).text(), long);
        let mut last = Stream::open(&connection, chat, String::new()).await;
        last.read_all().await;
        assert_eq!(parse(last.text()).text(), TEXT);
        assert!(!driver.is_finished(), "the connection was closed");
    });
}

#[test]
fn twenty_streams_share_one_tls_connection() {
    if !require(&["http_v2_module", "http_ssl_module"]) {
        return;
    }
    let (nginx, client) = tls::start("20ms");
    let client = client.build().unwrap();
    block_on(async {
        // The first request opens the connection that all share.
        let first = client
            .post(chat_url(&nginx))
            .body("{}")
            .send()
            .await
            .unwrap();
        assert_eq!(first.version(), Version::HTTP_2);
        assert_eq!(first.headers()["content-type"], "text/event-stream");
        assert!(!first.headers().contains_key("connection"));
        let connection = first.headers()["x-connection"].clone();
        first.text().await.unwrap();

        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for n in 0..20 {
            let request = client
                .post(chat_url(&nginx))
                .body(format!(r#"{{"model":"m{n}"}}"#));
            tasks.spawn(async move {
                let response = request.send().await.unwrap();
                assert_eq!(response.version(), Version::HTTP_2);
                let connection = response.headers()["x-connection"].clone();
                let completion = parse(&response.text().await.unwrap());
                assert_eq!(completion.text(), TEXT);
                assert_eq!(completion.model, format!("m{n}"));
                (completion.id, connection)
            });
        }
        let results = tasks.join_all().await;
        assert!(results.iter().all(|result| result.1 == connection));
        let ids: HashSet<String> = results.into_iter().map(|result| result.0).collect();
        assert_eq!(ids.len(), 20);
        // In sequence they would take 20 times 200 ms.
        assert!(start.elapsed() < Duration::from_secs(2), "not concurrent");
    });
}

#[test]
fn plain_response_has_a_content_length() {
    if !require(&["http_v2_module", "http_ssl_module"]) {
        return;
    }
    let (nginx, client) = tls::start("1ms");
    let client = client.build().unwrap();
    block_on(async {
        let request = client.post(chat_url(&nginx)).bearer_auth("sk-1").body("{}");
        let response = request.send().await.unwrap();
        assert_eq!(response.version(), Version::HTTP_2);
        let length: usize = response.headers()["content-length"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        let body = response.text().await.unwrap();
        assert_eq!(body.len(), length);
        assert!(body.contains(TEXT));
    });
}

#[test]
fn reset_ends_the_stream_and_keeps_the_connection() {
    if !require(&["http_v2_module", "http_ssl_module"]) {
        return;
    }
    let (nginx, client) = tls::start("60s");
    let client = client.build().unwrap();
    block_on(async {
        let mut cancelled = client
            .post(chat_url(&nginx))
            .body("{}")
            .send()
            .await
            .unwrap();
        assert!(cancelled.chunk().await.unwrap().is_some());
        drop(cancelled);
        // The client sends the reset while the runtime runs.
        let start = Instant::now();
        while nginx.access_log().is_empty() {
            assert!(start.elapsed() < deadline(), "the stream continues");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let health = chat_url(&nginx).replace("v1/chat/completions", "health");
        let response = client.get(health).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), r#"{"status":"ok"}"#);
    });
    until("both requests are logged", || {
        (nginx.access_log().len() == 2).then_some(())
    });
}
