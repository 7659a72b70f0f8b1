//! Chunks are flushed at once even if gzip, `tcp_nopush` or `postpone_output` could
//! hold them back.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::support::client::chat;
use crate::support::nginx::{Nginx, require};
use crate::support::stream::{parse, stream};

/// A stream of 11 words that takes 200 ms.
const TEXT: &str = "a b c d e f g h i j k";

#[test]
fn gzip_does_not_delay_chunks() {
    if !require(&["http_gzip_module"]) {
        return;
    }
    let nginx = Nginx::start(&format!(
        "llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms; gzip on; gzip_types text/event-stream;"
    ));
    let response = nginx.send(chat(&[("Accept-Encoding", "gzip")], ""));
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    assert!(response.is_incremental());
    let mut text = String::new();
    let mut decoder = GzDecoder::new(response.body.as_slice());
    decoder.read_to_string(&mut text).unwrap();
    assert_eq!(parse(&text).text(), TEXT);
}

#[test]
fn write_merging_does_not_delay_chunks() {
    for directives in [
        "sendfile on;",
        "sendfile on; tcp_nopush on;",
        "tcp_nodelay off;",
        "postpone_output 1460;",
        "postpone_output 64k;",
    ] {
        let nginx = Nginx::start(&format!(
            "{directives} llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms;"
        ));
        let response = nginx.chat("");
        assert_eq!(stream(&response).text(), TEXT);
        assert!(response.is_incremental(), "{directives}");
    }
}
