//! Errors have the format of the API that the request addresses.

use crate::support::client::{post, request};
use crate::support::nginx::{Conf, Nginx};

#[test]
fn errors_have_the_format_of_the_provider() {
    let nginx = Nginx::with(&Conf {
        server: "
            location / { llm_mock on; }
            location /busy/ { return 429; }
            location /overloaded/ { return 529; }
            error_page 429 529 /llm_mock_error;
            location = /llm_mock_error { internal; llm_mock on; }",
        ..Conf::default()
    });
    for (method, path, status, kind) in [
        ("GET", "/v1/messages", 405, "invalid_request_error"),
        ("POST", "/v1/messages/batches", 404, "not_found_error"),
        (
            "POST",
            "/busy/v1/messages?beta=true",
            429,
            "rate_limit_error",
        ),
        ("POST", "/overloaded/v1/messages", 529, "overloaded_error"),
    ] {
        let response = nginx.send(request(method, path, &[]));
        assert_eq!(response.status, status, "{path}");
        let error = response.json();
        assert_eq!(error["type"], "error");
        assert_eq!(error["error"]["type"], kind, "{path}");
        assert_eq!(error["request_id"], response.header("request-id").unwrap());
    }
    for (method, path, status, name) in [
        (
            "PUT",
            "/v1beta/models/m:generateContent",
            405,
            "UNIMPLEMENTED",
        ),
        ("POST", "/v1beta/cachedContents", 404, "NOT_FOUND"),
        (
            "POST",
            "/busy/v1beta/models/m:generateContent",
            429,
            "RESOURCE_EXHAUSTED",
        ),
    ] {
        let response = nginx.send(request(method, path, &[]));
        assert_eq!(response.status, status, "{path}");
        let error = &response.json()["error"];
        assert_eq!(error["code"], status);
        assert_eq!(error["status"], name, "{path}");
    }
}

#[test]
fn compressed_bodies_are_refused() {
    // The first bytes of a body that gzip wrote.
    const BODY: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56";
    for mode in ["lenient", "strict"] {
        let nginx = Nginx::start(&format!("llm_mock_validate {mode};"));
        for (path, status) in [
            ("/v1/chat/completions", 415),
            ("/v1/embeddings", 415),
            ("/v1/messages", 400),
            ("/v1beta/models/m:generateContent", 415),
        ] {
            let response = nginx.send(post(path, &[("Content-Encoding", "gzip")], BODY));
            assert_eq!(response.status, status, "{mode} {path}");
            let message = response.json()["error"]["message"].clone();
            assert!(message.as_str().unwrap().contains("'gzip'"), "{message}");
        }
    }
}
