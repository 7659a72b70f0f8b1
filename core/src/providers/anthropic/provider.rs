//! Anthropic's error object (API reference, "Errors"):
//! `{"type":"error","error":{"type":...,"message":...},"request_id":...}`.

use memchr::memmem;

use crate::error::Error;
use crate::http::Headers;
use crate::json;
use crate::providers::provider::Provider;

/// Anthropic.
pub struct Anthropic;

impl Provider for Anthropic {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    fn request_id_header(&self) -> &'static str {
        "request-id"
    }

    fn error_body(&self, error: &Error, request_id: &[u8]) -> Vec<u8> {
        let mut out = b"{\"type\":\"error\",\"error\":{\"type\":\"".to_vec();
        out.extend_from_slice(kind(error.status).as_bytes());
        out.extend_from_slice(b"\",\"message\":\"");
        json::escape(&error.message, &mut out);
        out.extend_from_slice(b"\"},\"request_id\":\"");
        out.extend_from_slice(request_id);
        out.extend_from_slice(b"\"}");
        out
    }

    fn claims(&self, path: &[u8], headers: &dyn Headers) -> bool {
        path.ends_with(b"/messages")
            || memmem::find(path, b"/messages/").is_some()
            || headers.has("anthropic-version")
    }
}

/// The type of error that Anthropic has for a status.
fn kind(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        409 => "conflict_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        503 | 529 => "overloaded_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_object_that_sdks_read() {
        for (status, kind) in [
            (400, "invalid_request_error"),
            (405, "invalid_request_error"),
            (404, "not_found_error"),
            (429, "rate_limit_error"),
            (500, "api_error"),
            (503, "overloaded_error"),
            (529, "overloaded_error"),
        ] {
            let mut error = Error::refused(status);
            error.message = "say \"no\"".into();
            assert_eq!(
                String::from_utf8(Anthropic.error_body(&error, b"req_1")).unwrap(),
                format!(
                    "{{\"type\":\"error\",\"error\":{{\"type\":\"{kind}\",\
                     \"message\":\"say \\\"no\\\"\"}},\"request_id\":\"req_1\"}}"
                )
            );
        }
    }
}
