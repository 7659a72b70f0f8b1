//! Which paths have an endpoint.

use crate::support::assertions::{assert_common_headers, assert_openai_error};
use crate::support::client::request;
use crate::support::nginx::Nginx;

#[test]
fn unknown_path_is_openais_404() {
    let nginx = Nginx::start("");
    for path in ["/", "/v1/model", "/v1/chat/completions/", "/v1/chat"] {
        for method in ["GET", "POST", "PUT"] {
            let response = nginx.send(request(method, path, &[]));
            assert_common_headers(&response);
            let message = assert_openai_error(&response, 404, "invalid_request_error");
            assert!(message.contains(&format!("{method} {path}.")), "{message}");
            assert_eq!(response.json()["error"]["code"], "unknown_url");
        }
    }
    // The error message contains the path as text.
    let response = nginx.send(request("GET", "/a%22b%0a%ff%00", &[]));
    assert_eq!(response.status, 400, "nginx rejects NUL in a path");
    let response = nginx.send(request("GET", "/a%22b%0a%ff", &[]));
    let message = assert_openai_error(&response, 404, "invalid_request_error");
    assert!(message.contains("/a\"b\n\u{fffd}."), "{message}");
}

#[test]
fn prefix_and_query_do_not_change_the_route() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for path in [
        "/openai/deployments/x/v1/chat/completions",
        "/v1/chat/completions?api-version=1",
    ] {
        let response = nginx.send(request("POST", path, &[]));
        assert_eq!(
            response.header("content-type"),
            Some("text/event-stream"),
            "{path}"
        );
    }
}

#[test]
fn health_is_ok() {
    let nginx = Nginx::start("");
    for path in ["/health", "/prefix/health", "/health?x=1"] {
        let response = nginx.send(request("GET", path, &[]));
        assert_common_headers(&response);
        assert_eq!(
            (response.status, response.text()),
            (200, r#"{"status":"ok"}"#)
        );
        assert_eq!(response.header("content-type"), Some("application/json"));
    }
}
