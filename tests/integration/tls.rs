//! TLS with a certificate of the test's own, and HTTP/2 on it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use reqwest::{Certificate, Client, ClientBuilder, Version};
use tokio::task::JoinSet;

use crate::support::memcheck;
use crate::support::nginx::{Conf, Nginx, deadline, until, version_at_least};
use crate::support::stream::parse;

const TEXT: &str = "a b c d e f g h i j k";

fn start(delay: &str) -> (Nginx, ClientBuilder) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let listen = if version_at_least([1, 25, 1]) {
        "listen 127.0.0.1:@port2@ ssl; http2 on;"
    } else {
        "listen 127.0.0.1:@port2@ ssl http2;"
    };
    let nginx = Nginx::with(&Conf {
        server: &format!(
            "{listen} ssl_certificate cert.pem; ssl_certificate_key key.pem;
             llm_mock_reply \"{TEXT}\"; llm_mock_delay {delay};
             location / {{ llm_mock on; }}"
        ),
        files: &[
            ("cert.pem", &made.cert.pem()),
            ("key.pem", &made.signing_key.serialize_pem()),
        ],
        ..Conf::default()
    });
    choose_cryptography();
    let client = Client::builder()
        .tls_certs_only([Certificate::from_der(made.cert.der()).unwrap()])
        .no_proxy()
        .timeout(deadline());
    (nginx, client)
}

/// reqwest carries none of its own here.
pub fn choose_cryptography() {
    // Only one test can be the first; the others find it done.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap().block_on(future)
}

fn url(nginx: &Nginx) -> String {
    format!("https://localhost:{}/v1/chat/completions", nginx.port2())
}

#[test]
fn twenty_streams_run_side_by_side_on_one_http2_connection() {
    let (nginx, client) = start("20ms");
    let client = client.build().unwrap();
    block_on(async {
        // The connection that all will share.
        let first = client.post(url(&nginx)).body("{}").send().await.unwrap();
        assert_eq!(first.version(), Version::HTTP_2);
        assert_eq!(first.headers()["content-type"], "text/event-stream");
        assert!(!first.headers().contains_key("connection"));
        first.text().await.unwrap();

        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for n in 0..20 {
            let request = client
                .post(url(&nginx))
                .body(format!(r#"{{"model":"m{n}"}}"#));
            tasks.spawn(async move {
                let reply = request.send().await.unwrap();
                assert_eq!(reply.version(), Version::HTTP_2);
                let said = parse(&reply.text().await.unwrap());
                assert_eq!(said.text(), TEXT);
                assert_eq!(said.model, format!("m{n}"));
                said.id
            });
        }
        let ids: HashSet<String> = tasks.join_all().await.into_iter().collect();
        assert_eq!(ids.len(), 20);
        // One after the other they would take 20 times 200 ms.
        assert!(begun.elapsed() < Duration::from_secs(2), "not side by side");
    });
    let connections = nginx.error_log().matches("closed keepalive").count();
    assert!(connections <= 1, "{connections} connections");
}

#[test]
fn http_1_1_over_tls_streams_word_by_word() {
    let (nginx, client) = start("20ms");
    let client = client.http1_only().build().unwrap();
    block_on(async {
        for _ in 0..2 {
            let mut reply = client.post(url(&nginx)).body("{}").send().await.unwrap();
            assert_eq!(reply.version(), Version::HTTP_11);
            let begun = Instant::now();
            let mut body = Vec::new();
            let mut parts = 0;
            while let Some(part) = reply.chunk().await.unwrap() {
                body.extend_from_slice(&part);
                parts += 1;
            }
            // Of 200 ms: held back in a buffer of TLS it would come at once.
            let took = begun.elapsed();
            let bit_by_bit = parts > 5 && took > Duration::from_millis(100);
            assert!(bit_by_bit || memcheck::is_on(), "{parts} in {took:?}");
            let text = parse(std::str::from_utf8(&body).unwrap()).text();
            assert_eq!(text, TEXT);
        }
    });
}

#[test]
fn a_plain_reply_over_http2_has_its_length() {
    let (nginx, client) = start("1ms");
    let client = client.build().unwrap();
    block_on(async {
        let request = client.post(url(&nginx)).bearer_auth("sk-1").body("{}");
        let reply = request.send().await.unwrap();
        assert_eq!(reply.version(), Version::HTTP_2);
        let length: usize = reply.headers()["content-length"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        let body = reply.text().await.unwrap();
        assert_eq!(body.len(), length);
        assert!(body.contains(TEXT));
    });
}

#[test]
fn a_stream_that_is_reset_on_http2_ends_at_once_and_the_connection_lives() {
    let (nginx, client) = start("60s");
    let client = client.build().unwrap();
    block_on(async {
        let mut left = client.post(url(&nginx)).body("{}").send().await.unwrap();
        assert!(left.chunk().await.unwrap().is_some());
        drop(left);
        // What it takes for the client to say so, the runtime must run.
        let begun = Instant::now();
        while nginx.access_log().is_empty() {
            assert!(begun.elapsed() < deadline(), "the stream goes on");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let health = url(&nginx).replace("v1/chat/completions", "health");
        let reply = client.get(health).send().await.unwrap();
        assert_eq!(reply.text().await.unwrap(), r#"{"status":"ok"}"#);
    });
    until("both requests are logged", || {
        (nginx.access_log().len() == 2).then_some(())
    });
}
