//! HEAD, OPTIONS, and methods that an endpoint does not have.

use crate::support::assertions::{assert_common_headers, assert_openai_error};
use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx};

const CHAT: &str = "/v1/chat/completions";

#[test]
fn wrong_method_is_a_405_with_the_allowed_methods() {
    let nginx = Nginx::start("");
    for (methods, path, allow) in [
        (
            ["GET", "PUT", "DELETE", "PATCH"],
            CHAT,
            "POST, HEAD, OPTIONS",
        ),
        (
            ["POST", "PUT", "DELETE", "BREW"],
            "/health",
            "GET, HEAD, OPTIONS",
        ),
    ] {
        for method in methods {
            let response = nginx.send(request(method, path, &[]));
            assert_common_headers(&response);
            let message = assert_openai_error(&response, 405, "invalid_request_error");
            assert!(message.contains(method), "{message}");
            assert_eq!(response.header("allow"), Some(allow));
        }
    }
}

#[test]
fn preflight_allows_what_a_browser_needs() {
    let nginx = Nginx::start("");
    let requested = "authorization,content-type,x-stainless-os";
    let headers = [
        ("Origin", "https://app.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", requested),
    ];
    let mut client = Client::connect(&nginx);
    client.send(request("OPTIONS", CHAT, &headers));
    let response = client.response();
    assert_common_headers(&response);
    assert_eq!(response.status, 204);
    assert_eq!(
        response.header("access-control-allow-headers"),
        Some(requested)
    );
    let methods = response.header("access-control-allow-methods").unwrap();
    assert!(
        methods.split(", ").any(|method| method == "POST"),
        "{methods}"
    );
    let age: u32 = response
        .header("access-control-max-age")
        .unwrap()
        .parse()
        .unwrap();
    assert!(age > 0);
    assert!(response.body.is_empty());
    // The actual request follows on the same connection.
    client.send(chat(&headers[..1], r#"{"stream":false}"#));
    assert_common_headers(&client.response());
}

#[test]
fn head_returns_the_headers_only() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let mut client = Client::connect(&nginx);
    for (path, status, content_type) in [
        (CHAT, 200, "text/event-stream"),
        ("/health", 200, "application/json"),
        ("/nowhere", 404, "application/json"),
    ] {
        client.send(request("HEAD", path, &[]));
        let response = client.response_to_head();
        assert_eq!(response.status, status);
        assert_eq!(response.header("content-type"), Some(content_type));
        assert_eq!(
            response.header_values("connection").len(),
            1,
            "{}",
            response.head
        );
        // A body would be parsed as the next response.
        client.send(request("GET", "/health", &[]));
        assert_eq!(client.response().text(), r#"{"status":"ok"}"#);
    }
}

#[test]
fn head_follows_llm_mock_stream() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on;
            location /always/ { llm_mock_stream always; }
            location /never/ { llm_mock_stream never; }",
        ..Conf::default()
    });
    for (path, content_type) in [
        ("/always/v1/messages", "text/event-stream"),
        ("/always/v1/chat/completions", "text/event-stream"),
        ("/never/v1/chat/completions", "application/json"),
    ] {
        let mut client = Client::connect(&nginx);
        client.send(request("HEAD", path, &[]));
        let response = client.response_to_head();
        assert_eq!(
            response.header("content-type"),
            Some(content_type),
            "{path}"
        );
    }
}

#[test]
fn openai_endpoints_allow_their_methods() {
    let nginx = Nginx::start("");
    for (path, allowed) in [
        ("/v1/models", "GET"),
        ("/v1/models/gpt-4o", "GET"),
        ("/v1/embeddings", "POST"),
        ("/v1/completions", "POST"),
        ("/v1/moderations", "POST"),
    ] {
        let other = if allowed == "GET" { "POST" } else { "GET" };
        for method in [other, "PUT", "DELETE"] {
            let response = nginx.send(request(method, path, &[]));
            assert_eq!(response.status, 405, "{method} {path}");
            let allow = format!("{allowed}, HEAD, OPTIONS");
            assert_eq!(response.header("allow"), Some(allow.as_str()), "{path}");
        }
        assert_eq!(nginx.send(request("OPTIONS", path, &[])).status, 204);
        let mut client = Client::connect(&nginx);
        client.send(request("HEAD", path, &[]));
        let head = client.response_to_head();
        assert_eq!(head.status, 200, "{path}");
        // A body would be parsed as the next response.
        client.send(request("GET", "/health", &[]));
        assert_eq!(client.response().text(), "{\"status\":\"ok\"}", "{path}");
    }
}

#[test]
fn head_has_the_content_type_of_an_empty_request() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for (path, media_type) in [
        ("/v1/responses", "application/json"),
        ("/v1/messages", "application/json"),
        ("/v1beta/models/m:generateContent", "application/json"),
        (
            "/v1beta/models/m:streamGenerateContent?alt=sse",
            "text/event-stream",
        ),
    ] {
        let mut client = Client::connect(&nginx);
        client.send(request("HEAD", path, &[]));
        let response = client.response_to_head();
        assert_eq!(response.status, 200, "{path}");
        assert_eq!(response.header("content-type"), Some(media_type), "{path}");
        assert_eq!(
            nginx.send(request("OPTIONS", path, &[])).status,
            204,
            "{path}"
        );
    }
}
