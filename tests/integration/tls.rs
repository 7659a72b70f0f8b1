//! HTTP/1.1 over TLS.

use std::time::{Duration, Instant};

use reqwest::Version;

use crate::support::memcheck;
use crate::support::nginx::require;
use crate::support::runtime::block_on;
use crate::support::stream::parse;
use crate::support::tls::{TEXT, chat_url, start};

#[test]
fn http_1_1_over_tls_streams_incrementally() {
    if !require(&["http_ssl_module"]) {
        return;
    }
    let (nginx, client) = start("20ms");
    let client = client.http1_only().build().unwrap();
    block_on(async {
        for _ in 0..2 {
            let mut response = client
                .post(chat_url(&nginx))
                .body("{}")
                .send()
                .await
                .unwrap();
            assert_eq!(response.version(), Version::HTTP_11);
            let start = Instant::now();
            let mut body = Vec::new();
            let mut reads = 0;
            while let Some(data) = response.chunk().await.unwrap() {
                body.extend_from_slice(&data);
                reads += 1;
            }
            // The stream takes 200 ms. A TLS buffer would deliver it at once.
            let took = start.elapsed();
            let is_incremental = reads > 5 && took > Duration::from_millis(100);
            assert!(is_incremental || memcheck::is_on(), "{reads} in {took:?}");
            let text = parse(std::str::from_utf8(&body).unwrap()).text();
            assert_eq!(text, TEXT);
        }
    });
}
