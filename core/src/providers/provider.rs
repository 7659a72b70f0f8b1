//! What a provider words in its own way, whatever the endpoint.

use memchr::memmem;

use crate::error::Error;
use crate::http::Headers;

/// A provider of APIs.
pub trait Provider: Sync {
    /// The name, in lower case.
    fn name(&self) -> &'static str;

    /// The header that holds the id of a response.
    fn request_id_header(&self) -> &'static str {
        "x-request-id"
    }

    /// The body of a response that is an error.
    fn error_body(&self, error: &Error, request_id: &[u8]) -> Vec<u8>;

    /// The error for a request that nginx has refused with `status`.
    fn refused(&self, status: u16) -> Error {
        Error::refused(status)
    }

    /// The error for a body with this content coding, which is not decoded.
    fn unsupported_encoding(&self, coding: &[u8]) -> Error {
        Error::unsupported_encoding(coding)
    }

    /// Whether a request is this provider's, on a path that several have or
    /// that no route has.
    fn claims(&self, path: &[u8], headers: &dyn Headers) -> bool;
}

/// Whether a path holds `part`.
pub fn holds(path: &[u8], part: &str) -> bool {
    memmem::find(path, part.as_bytes()).is_some()
}

/// Whether a path names OpenAI's form of an API, as those of Azure
/// (`/openai/...`), Google (`/v1beta/openai/...`) and Vertex AI
/// (`/endpoints/openapi/...`) do.
pub fn names_openai(path: &[u8]) -> bool {
    holds(path, "/openai/") || holds(path, "/openapi/")
}

/// Whether a path is one of Google's own form: it has a version (`v1beta`,
/// `v1beta1`), a publisher or a verb that only Google has.
pub fn names_google(path: &[u8]) -> bool {
    let parts = ["/v1beta", "/publishers/google/", "enerateContent"];
    !names_openai(path) && parts.iter().any(|part| holds(path, part))
}
