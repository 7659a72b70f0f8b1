//! HTTP/3.

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
use rcgen::{CertifiedKey, KeyPair};
use rustls::RootCertStore;
use rustls::version::TLS13;

use crate::support::memcheck;
use crate::support::nginx::{Conf, Nginx, long_text, require, until};
use crate::support::runtime::block_on_threads;
use crate::support::stream::parse;
use crate::support::tls::{TEXT, certificate, install_crypto_provider};

const CHAT: &str = "/v1/chat/completions";

/// The flow-control window of a stream, in bytes.
const WINDOW: u32 = 64 * 1024;

struct Server {
    nginx: Nginx,
    certificate: CertifiedKey<KeyPair>,
    long: String,
}

/// Starts a server with short streams, long ones below /long/ and endless ones below
/// /endless/.
fn start() -> Server {
    let certificate = certificate();
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
    Server {
        nginx,
        certificate,
        long,
    }
}

struct Connection {
    endpoint: Endpoint,
    requests: SendRequest<OpenStreams, Bytes>,
}

impl Connection {
    async fn open(server: &Server) -> Self {
        install_crypto_provider();
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
            // nginx 1.28 treats a request that ends with a grease frame as truncated.
            .send_grease(false)
            .build(connection)
            .await
            .unwrap();
        tokio::spawn(async move { driver.wait_idle().await });
        Self { endpoint, requests }
    }

    /// Closes the connection, so that the server does not wait for its idle timeout.
    async fn close(self) {
        self.endpoint.close(0u32.into(), b"");
        self.endpoint.wait_idle().await;
    }
}

struct Stream {
    stream: RequestStream<BidiStream<Bytes>, Bytes>,
    length: Option<usize>,
    body: Vec<u8>,
    reads: usize,
    started: Instant,
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
        let response = stream.recv_response().await.unwrap();
        assert_eq!(response.status(), 200);
        let length = response.headers().get("content-length");
        Self {
            stream,
            length: length.map(|length| length.to_str().unwrap().parse().unwrap()),
            body: Vec::new(),
            reads: 0,
            started: Instant::now(),
        }
    }

    /// Reads the next data. `false` at the end.
    async fn read(&mut self) -> bool {
        let Some(mut data) = self.stream.recv_data().await.unwrap() else {
            return false;
        };
        self.body
            .extend_from_slice(&data.copy_to_bytes(data.remaining()));
        self.reads += 1;
        true
    }

    async fn read_all(&mut self) -> &str {
        while self.read().await {}
        std::str::from_utf8(&self.body).unwrap()
    }
}

#[test]
fn stream_is_incremental_and_plain_response_has_a_length() {
    if !require(&["http_v3_module"]) {
        return;
    }
    let server = start();
    block_on_threads(async {
        let connection = Connection::open(&server).await;
        let mut stream = Stream::open(&connection, CHAT, String::new()).await;
        assert_eq!(stream.length, None);
        assert_eq!(parse(stream.read_all().await).text(), TEXT);
        let (reads, took) = (stream.reads, stream.started.elapsed());
        let is_incremental = reads > 5 && took > Duration::from_millis(100);
        assert!(is_incremental || memcheck::is_on(), "{reads} in {took:?}");

        let body = r#"{"stream":false}"#.to_owned();
        let mut plain = Stream::open(&connection, CHAT, body).await;
        let length = plain.length;
        let text = plain.read_all().await;
        assert!(text.contains(TEXT), "{text}");
        assert_eq!(Some(text.len()), length);
        connection.close().await;
    });
}

#[test]
fn streams_on_one_connection_are_independent() {
    if !require(&["http_v3_module"]) {
        return;
    }
    let server = start();
    block_on_threads(async {
        let connection = Connection::open(&server).await;
        let mut slow = Stream::open(&connection, &format!("/long{CHAT}"), String::new()).await;
        let mut cancelled =
            Stream::open(&connection, &format!("/endless{CHAT}"), String::new()).await;
        let siblings = join_all((0..18).map(|n| {
            let body = format!(r#"{{"model":"m{n}"}}"#);
            Stream::open(&connection, CHAT, body)
        }));
        let mut siblings = siblings.await;
        assert!(cancelled.read().await);
        // The cancellation is noticed long before the next word.
        drop(cancelled);
        let texts = join_all(siblings.iter_mut().map(Stream::read_all)).await;
        for (n, text) in texts.into_iter().enumerate() {
            let completion = parse(text);
            assert_eq!(
                (completion.text(), completion.model),
                (TEXT.to_owned(), format!("m{n}"))
            );
        }
        let lines = until("all requests but the slow one are finished", || {
            let lines = server.nginx.access_log();
            (lines.len() >= 19).then_some(lines)
        });
        assert!(
            !lines.iter().any(|line| line.contains("/long/")),
            "{lines:?}"
        );

        assert_eq!(parse(slow.read_all().await).text(), server.long);
        let mut last = Stream::open(&connection, CHAT, String::new()).await;
        assert_eq!(parse(last.read_all().await).text(), TEXT);
        connection.close().await;
    });
}
