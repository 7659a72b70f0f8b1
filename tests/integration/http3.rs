//! HTTP/3, where the server has it.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use futures_util::future::join_all;
use h3::client::{RequestStream, SendRequest};
use h3_quinn::{BidiStream, OpenStreams};
use http::Request;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, Endpoint, TransportConfig};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::RootCertStore;
use rustls::version::TLS13;
use tokio::runtime::Runtime;

use crate::support::memcheck;
use crate::support::nginx::{Conf, Nginx, deadline, has_module, long_text, until};
use crate::support::stream::parse;
use crate::tls::choose_cryptography;

/// 11 words that take 200 ms.
const TEXT: &str = "a b c d e f g h i j k";

const CHAT: &str = "/v1/chat/completions";

/// What the client takes of a stream that it does not read.
const WINDOW: u32 = 64 * 1024;

struct Server {
    nginx: Nginx,
    certificate: CertifiedKey<KeyPair>,
    long: String,
}

/// Short streams, long ones below /long/, endless ones below /endless/. `None`
/// where the server has no HTTP/3.
fn start() -> Option<Server> {
    if !has_module("http_v3_module") {
        println!("left out: this nginx has no HTTP/3");
        return None;
    }
    let certificate = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let words: Vec<String> = (0..5_000).map(|n| format!("word{n}")).collect();
    let long = words.join(" ");
    let (http, variables) = long_text(&long);
    let nginx = Nginx::with(&Conf {
        http: &http,
        server: &format!(
            "listen 127.0.0.1:@port2@ quic;
             ssl_certificate cert.pem; ssl_certificate_key key.pem;
             llm_mock on; llm_mock_delay 20ms; llm_mock_reply \"{TEXT}\";
             location / {{ }}
             location /long/ {{ llm_mock_delay 10us; llm_mock_reply \"{variables}\"; }}
             location /endless/ {{ llm_mock_delay 1h; }}"
        ),
        files: &[
            ("cert.pem", &certificate.cert.pem()),
            ("key.pem", &certificate.signing_key.serialize_pem()),
        ],
        ..Conf::default()
    });
    Some(Server {
        nginx,
        certificate,
        long,
    })
}

struct Connection {
    endpoint: Endpoint,
    requests: SendRequest<OpenStreams, Bytes>,
}

impl Connection {
    async fn open(server: &Server) -> Self {
        choose_cryptography();
        let mut roots = RootCertStore::empty();
        roots.add(server.certificate.cert.der().clone()).unwrap();
        let mut tls = rustls::ClientConfig::builder_with_protocol_versions(&[&TLS13])
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h3".to_vec()];
        let mut config = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).unwrap()));
        let mut transport = TransportConfig::default();
        transport.stream_receive_window(WINDOW.into());
        config.transport_config(Arc::new(transport));

        let endpoint = Endpoint::client((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = (Ipv4Addr::LOCALHOST, server.nginx.port2()).into();
        let connecting = endpoint.connect_with(config, address, "localhost").unwrap();
        let connection = h3_quinn::Connection::new(connecting.await.unwrap());
        let (mut driver, requests) = h3::client::builder()
            // nginx 1.28 takes a request that ends with such a frame for a cut one.
            .send_grease(false)
            .build(connection)
            .await
            .unwrap();
        tokio::spawn(async move { driver.wait_idle().await });
        Self { endpoint, requests }
    }

    /// Says so to the server, which would wait for a client that vanished.
    async fn close(self) {
        self.endpoint.close(0u32.into(), b"");
        self.endpoint.wait_idle().await;
    }
}

struct Stream {
    stream: RequestStream<BidiStream<Bytes>, Bytes>,
    length: Option<usize>,
    body: Vec<u8>,
    parts: usize,
    begun: Instant,
}

impl Stream {
    async fn open(connection: &Connection, path: &str, body: String) -> Self {
        let request = Request::post(format!("https://localhost{path}"));
        let mut requests = connection.requests.clone();
        let mut stream = requests
            .send_request(request.body(()).unwrap())
            .await
            .unwrap();
        stream.send_data(body.into()).await.unwrap();
        stream.finish().await.unwrap();
        let reply = stream.recv_response().await.unwrap();
        assert_eq!(reply.status(), 200);
        let length = reply.headers().get("content-length");
        Self {
            stream,
            length: length.map(|length| length.to_str().unwrap().parse().unwrap()),
            body: Vec::new(),
            parts: 0,
            begun: Instant::now(),
        }
    }

    /// What comes next. `false` at the end.
    async fn take(&mut self) -> bool {
        let Some(mut part) = self.stream.recv_data().await.unwrap() else {
            return false;
        };
        self.body
            .extend_from_slice(&part.copy_to_bytes(part.remaining()));
        self.parts += 1;
        true
    }

    async fn take_all(&mut self) -> &str {
        while self.take().await {}
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Runs it while other threads serve its connections.
pub fn block_on(future: impl Future<Output = ()>) {
    let limited = async { tokio::time::timeout(deadline(), future).await };
    Runtime::new().unwrap().block_on(limited).expect("in time");
}

#[test]
fn a_stream_comes_word_by_word_and_a_plain_reply_at_once() {
    let Some(server) = start() else { return };
    block_on(async {
        let connection = Connection::open(&server).await;
        let mut stream = Stream::open(&connection, CHAT, String::new()).await;
        assert_eq!(stream.length, None);
        assert_eq!(parse(stream.take_all().await).text(), TEXT);
        let (parts, took) = (stream.parts, stream.begun.elapsed());
        let bit_by_bit = parts > 5 && took > Duration::from_millis(100);
        assert!(bit_by_bit || memcheck::is_on(), "{parts} in {took:?}");

        let body = r#"{"stream":false}"#.to_owned();
        let mut plain = Stream::open(&connection, CHAT, body).await;
        let length = plain.length;
        let text = plain.take_all().await;
        assert!(text.contains(TEXT), "{text}");
        assert_eq!(Some(text.len()), length);
        connection.close().await;
    });
}

#[test]
fn streams_on_one_connection_do_not_disturb_each_other() {
    let Some(server) = start() else { return };
    block_on(async {
        let connection = Connection::open(&server).await;
        let mut slow = Stream::open(&connection, &format!("/long{CHAT}"), String::new()).await;
        let mut left = Stream::open(&connection, &format!("/endless{CHAT}"), String::new()).await;
        let siblings = join_all((0..18).map(|n| {
            let body = format!(r#"{{"model":"m{n}"}}"#);
            Stream::open(&connection, CHAT, body)
        }));
        let mut siblings = siblings.await;
        assert!(left.take().await);
        // It is noticed long before the next word.
        drop(left);
        let texts = join_all(siblings.iter_mut().map(Stream::take_all)).await;
        for (n, text) in texts.into_iter().enumerate() {
            let said = parse(text);
            assert_eq!(
                (said.text(), said.model),
                (TEXT.to_owned(), format!("m{n}"))
            );
        }
        let lines = until("all but the slow one are done with", || {
            let lines = server.nginx.access_log();
            (lines.len() >= 19).then_some(lines)
        });
        assert!(
            !lines.iter().any(|line| line.contains("/long/")),
            "{lines:?}"
        );

        assert_eq!(parse(slow.take_all().await).text(), server.long);
        let mut last = Stream::open(&connection, CHAT, String::new()).await;
        assert_eq!(parse(last.take_all().await).text(), TEXT);
        connection.close().await;
    });
}
