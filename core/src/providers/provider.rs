//! What a provider words in its own way, whatever the endpoint.

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

    /// Whether a request is this provider's, on a path that several have or
    /// that no route has.
    fn claims(&self, path: &[u8], headers: &dyn Headers) -> bool;
}
