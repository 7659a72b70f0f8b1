//! The headers of streamed and plain responses.

use crate::support::assertions::assert_common_headers;
use crate::support::client::{Client, chat, post, request};
use crate::support::nginx::{Conf, Nginx, require, until};
use crate::support::stream::stream;

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

/// The module's header is the one that nginx knows, so that its own directives and
/// variables see it.
#[test]
fn cache_control_is_a_header_of_nginx() {
    let nginx = Nginx::with(&Conf {
        http: "log_format cache '$sent_http_cache_control';",
        server: "llm_mock_delay 0; access_log cache.log cache;
            location / { llm_mock on; add_header X-Seen \"<$sent_http_cache_control>\"; }
            location /expires/ { llm_mock on; expires 1h; }",
        ..Conf::default()
    });
    let response = nginx.chat("");
    assert_eq!(response.header("cache-control"), Some("no-cache"));
    assert_eq!(response.header("x-seen"), Some("<no-cache>"));
    // The directive replaces the value; it does not add a second header.
    let response = nginx.send(post("/expires/v1/chat/completions", &[], ""));
    assert_eq!(stream(&response).text(), "powered by openai");
    assert_eq!(response.header("cache-control"), Some("max-age=3600"));
    assert!(response.header("expires").is_some());
    // A plain response has none.
    let plain = r#"{"stream":false}"#;
    assert_eq!(nginx.chat(plain).header("x-seen"), Some("<>"));
    let lines = until("all requests are logged", || {
        let lines = nginx.lines_of("cache.log");
        (lines.len() == 3).then_some(lines)
    });
    assert_eq!(lines, ["no-cache", "max-age=3600", "-"]);
}

/// A response that replaces another keeps none of its headers twice, and not its
/// length: here auth_request's, whose subrequest is answered by the module as well.
#[test]
fn preflight_and_refusals_have_each_header_once() {
    if !require(&["http_auth_request_module"]) {
        return;
    }
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 0; llm_mock on; llm_mock_validate $arg_mode;
            location / {}
            location /auth/ { auth_request /health; }
            error_page 403 404 413 /error; location = /error { internal; }
            location /denied/ { add_header Cache-Control private always; return 403; }",
        ..Conf::default()
    });
    let mut client = Client::connect(&nginx);
    let origin = [
        ("Origin", "http://a"),
        ("Access-Control-Request-Headers", "x-a, x-b"),
    ];
    for (bytes, status) in [
        (request("OPTIONS", "/v1/chat/completions", &origin), 204),
        (post("/auth/v1/chat/completions", &[], ""), 200),
        (post("/denied/v1/chat/completions", &[], ""), 403),
        (post("/nowhere", &[], ""), 404),
        (request("GET", "/v1/embeddings", &[]), 405),
        (post("/v1/chat/completions?mode=strict", &[], "{}"), 400),
    ] {
        client.send(bytes);
        let response = client.response();
        assert_eq!(response.status, status, "{}", response.head);
        let mut names: Vec<_> = response.head.lines().skip(1).collect();
        names
            .iter_mut()
            .for_each(|line| *line = line.split(':').next().unwrap());
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{}", response.head);
    }
}
