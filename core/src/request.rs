//! An HTTP request: the parts that determine the response.

use crate::http::{Headers, Method};
use crate::routes::{self, Matched};

const NO_HEADERS: &dyn Headers = &[];

/// A request with its matched route. The body is empty until
/// [`Request::with_body`] sets it.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The result of route matching.
    pub matched: Matched,
    /// The HTTP method.
    pub method: Method,
    /// The name of the method, as the client sent it.
    pub method_name: &'a [u8],
    /// The decoded path, without arguments.
    pub path: &'a [u8],
    /// The arguments after the path, as the client sent them.
    pub args: &'a [u8],
    /// The request headers.
    pub headers: &'a dyn Headers,
    /// The request body.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// Creates a request without headers and matches its route.
    pub fn new(method: Method, path: &'a [u8]) -> Self {
        Self::with_headers(method, path, NO_HEADERS)
    }

    /// Creates a request and matches its route.
    pub fn with_headers(method: Method, path: &'a [u8], headers: &'a dyn Headers) -> Self {
        Self {
            matched: routes::find(method, path, headers),
            method,
            method_name: method.name().as_bytes(),
            path,
            args: b"",
            headers,
            body: b"",
        }
    }

    /// Sets the arguments.
    #[must_use]
    pub fn with_args(self, args: &'a [u8]) -> Self {
        Self { args, ..self }
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(self, body: &'a [u8]) -> Self {
        Self { body, ..self }
    }

    /// Returns whether an API client sent the request.
    ///
    /// A request of an API client has a key (`Authorization`, `api-key` or
    /// `x-api-key`), or its `Accept` header names `application/json`. SDKs send
    /// one of these headers. A plain curl command does not.
    pub fn is_from_api_client(&self) -> bool {
        let keys = ["authorization", "api-key", "x-api-key"];
        keys.iter().any(|name| self.headers.has(name))
            || self.headers.get("accept").is_some_and(accepts_json)
    }
}

/// Returns whether an `Accept` header names `application/json`.
fn accepts_json(accept: &[u8]) -> bool {
    accept.split(|&b| b == b',').any(|range| {
        let media = range.split(|&b| b == b';').next().unwrap_or_default();
        media.trim_ascii().eq_ignore_ascii_case(b"application/json")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_clients_send_a_key_or_accept_json() {
        for (name, value, expected) in [
            ("authorization", "Bearer x", true),
            ("api-key", "x", true),
            ("x-api-key", "x", true),
            ("x-api-key", "", false),
            ("accept", "application/json", true),
            ("accept", "text/plain, APPLICATION/JSON;q=0.5", true),
            ("accept", " application/json ,*/*", true),
            ("accept", "", false),
            ("accept", "*/*", false),
            ("accept", "application/*", false),
            ("accept", "application/json-seq", false),
            ("accept", "text/event-stream", false),
            ("x-other", "application/json", false),
        ] {
            let headers = [(name, value)];
            let request = Request::with_headers(Method::Post, b"/v1/messages", &headers);
            assert_eq!(request.is_from_api_client(), expected, "{name}: {value}");
        }
    }
}
