//! Assertions that hold for many responses.

use std::collections::HashSet;

use crate::support::http::Response;

/// Asserts the headers that every response has, and that the length of the body
/// is given in exactly one way.
pub fn assert_common_headers(response: &Response) {
    let connection = response.header_values("connection");
    assert_eq!(connection.len(), 1, "{}", response.head);
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    let id = response.header("x-request-id").unwrap();
    let random = id.strip_prefix("req_").unwrap();
    assert_eq!(random.len(), 32, "{id}");
    let framings = [
        response.header("content-length"),
        response.header("transfer-encoding"),
    ];
    let expected = usize::from(response.status != 204);
    assert_eq!(
        framings.iter().flatten().count(),
        expected,
        "{}",
        response.head
    );
}

/// Asserts that a response is OpenAI's error object. Returns its message.
pub fn assert_openai_error(response: &Response, status: u16, kind: &str) -> String {
    assert_eq!(response.status, status);
    assert_eq!(response.header("content-type"), Some("application/json"));
    let json = response.json();
    let error = json["error"].as_object().unwrap();
    let keys: HashSet<&str> = error.keys().map(String::as_str).collect();
    assert_eq!(keys, HashSet::from(["message", "type", "param", "code"]));
    assert_eq!(error["type"], kind);
    error["message"].as_str().unwrap().to_owned()
}
