//! Errors have the format of the API that the request addresses.

use crate::support::client::request;
use crate::support::nginx::{Conf, Nginx};

#[test]
fn errors_have_the_format_of_the_provider() {
    let nginx = Nginx::with(&Conf {
        server: "
            location / { llm_mock on; }
            location /busy/ { return 429; }
            error_page 429 /llm_mock_error;
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
