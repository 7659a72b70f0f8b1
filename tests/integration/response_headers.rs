//! The headers of streamed and plain responses.

use crate::support::assertions::assert_common_headers;
use crate::support::client::chat;
use crate::support::nginx::Nginx;

#[test]
fn stream_is_not_cached_and_not_buffered() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let response = nginx.chat("");
    assert_common_headers(&response);
    assert_eq!(response.header("content-type"), Some("text/event-stream"));
    assert_eq!(response.header("cache-control"), Some("no-cache"));
    assert_eq!(response.header("x-accel-buffering"), Some("no"));
    assert_eq!(response.header("transfer-encoding"), Some("chunked"));
}

#[test]
fn plain_response_is_json_of_known_length() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let response = nginx.chat(r#"{"stream":false}"#);
    assert_common_headers(&response);
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert!(response.header("content-length").is_some());
}

#[test]
fn conditional_headers_are_ignored() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for condition in ["If-Match", "If-None-Match"] {
        let response = nginx.send(chat(&[(condition, "*")], ""));
        assert_eq!(response.status, 200, "{condition}");
    }
    let never = [("If-Match", "\"x\"")];
    assert_eq!(nginx.send(chat(&never, "")).status, 200);
}
