//! Providers: what all endpoints of a provider have in common.

use memchr::memmem;

use crate::error::Error;
use crate::http::Headers;

/// An API provider.
pub trait Provider: Sync {
    /// Returns the name of the provider, in lower case.
    fn name(&self) -> &'static str;

    /// Returns the name of the header that holds the request id.
    fn request_id_header(&self) -> &'static str {
        "x-request-id"
    }

    /// Renders an error as the body of a response.
    fn error_body(&self, error: &Error, request_id: &[u8]) -> Vec<u8>;

    /// Returns the error for a request that nginx refused with `status`.
    fn refused(&self, status: u16) -> Error {
        Error::refused(status)
    }

    /// Returns the error for a body with this content coding, which is not
    /// decoded.
    fn unsupported_encoding(&self, coding: &[u8]) -> Error {
        Error::unsupported_encoding(coding)
    }

    /// Returns whether a request belongs to this provider. It decides about
    /// paths that several providers share, or that no route has.
    fn claims(&self, path: &[u8], headers: &dyn Headers) -> bool;
}

/// Returns whether a path contains `part`.
pub fn holds(path: &[u8], part: &str) -> bool {
    memmem::find(path, part.as_bytes()).is_some()
}

/// Returns whether a path names an OpenAI-compatible API, as those of Azure
/// (`/openai/...`), Google (`/v1beta/openai/...`) and Vertex AI
/// (`/endpoints/openapi/...`) do.
pub fn names_openai(path: &[u8]) -> bool {
    holds(path, "/openai/") || holds(path, "/openapi/")
}

/// Returns whether a path belongs to Google's own API: it contains a version
/// (`v1beta`, `v1beta1`), a publisher, or a verb that only Google uses.
pub fn names_google(path: &[u8]) -> bool {
    let parts = ["/v1beta", "/publishers/google/", "enerateContent"];
    !names_openai(path) && parts.iter().any(|part| holds(path, part))
}
