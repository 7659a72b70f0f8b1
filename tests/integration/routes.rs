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

/// The field of a list of models that only one API has.
fn list_field(list: &serde_json::Value) -> &'static str {
    let fields = ["object", "has_more", "models"];
    let mut found = fields.into_iter().filter(|field| !list[*field].is_null());
    match (found.next(), found.next()) {
        (Some(field), None) => field,
        _ => panic!("{list}"),
    }
}

#[test]
fn headers_select_the_api_of_the_list_of_models() {
    let nginx = Nginx::start("llm_mock_models one two;");
    for (path, header, field) in [
        ("/v1/models", ("Authorization", "Bearer k"), "object"),
        ("/v1/models", ("api-key", "k"), "object"),
        (
            "/v1/models",
            ("anthropic-version", "2023-06-01"),
            "has_more",
        ),
        ("/v1/models", ("X-Api-Key", "k"), "has_more"),
        ("/v1/models", ("x-goog-api-key", "k"), "models"),
        ("/v1beta/models", ("Accept", "*/*"), "models"),
        ("/v1beta/openai/models", ("x-goog-api-key", "k"), "object"),
    ] {
        let response = nginx.send(request("GET", path, &[header]));
        assert_eq!(response.status, 200);
        assert_eq!(list_field(&response.json()), field, "{path} {header:?}");
        // Errors have the form of the same API.
        let one = nginx.send(request("GET", &format!("{path}/two"), &[header]));
        assert_eq!(one.status, 200);
        for (method, name, status) in [("GET", "/three", 404), ("POST", "/two", 405)] {
            let response = nginx.send(request(method, &format!("{path}{name}"), &[header]));
            assert_eq!(response.status, status);
            let error = response.json();
            let form = match field {
                "has_more" => &error["request_id"],
                "models" => &error["error"]["status"],
                _ => &error["error"]["type"],
            };
            assert!(form.is_string(), "{path} {header:?} {error}");
        }
    }
}
