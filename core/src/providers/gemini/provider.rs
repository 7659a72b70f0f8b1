//! Google's error object (API design guide, "Errors", `google.rpc.Status`):
//! `{"error":{"code":...,"message":...,"status":...}}`.

use crate::error::Error;
use crate::http::Headers;
use crate::json::{self, Digits};
use crate::providers::provider::{Provider, names_google, names_openai};

/// The Google Gemini provider.
pub struct Gemini;

impl Provider for Gemini {
    fn name(&self) -> &'static str {
        "gemini"
    }

    fn error_body(&self, error: &Error, _request_id: &[u8]) -> Vec<u8> {
        let mut out = b"{\"error\":{\"code\":".to_vec();
        out.extend_from_slice(Digits::of(u64::from(error.status)).as_bytes());
        out.extend_from_slice(b",\"message\":\"");
        json::escape(&error.message, &mut out);
        out.extend_from_slice(b"\",\"status\":\"");
        out.extend_from_slice(code(error.status).as_bytes());
        out.extend_from_slice(b"\"}}");
        out
    }

    fn refused(&self, status: u16) -> Error {
        match status {
            503 => Error::new(status, "The model is overloaded. Please try again later."),
            _ => Error::refused(status),
        }
    }

    fn claims(&self, path: &[u8], headers: &dyn Headers) -> bool {
        names_google(path) || !names_openai(path) && headers.has("x-goog-api-key")
    }
}

/// Returns the name of the `google.rpc.Code` for a status.
fn code(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        405 | 501 => "UNIMPLEMENTED",
        408 | 504 => "DEADLINE_EXCEEDED",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        502 | 503 => "UNAVAILABLE",
        400..=499 => "INVALID_ARGUMENT",
        _ => "INTERNAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_body_has_the_format_that_sdks_read() {
        for (status, code) in [
            (400, "INVALID_ARGUMENT"),
            (404, "NOT_FOUND"),
            (413, "INVALID_ARGUMENT"),
            (429, "RESOURCE_EXHAUSTED"),
            (499, "CANCELLED"),
            (500, "INTERNAL"),
            (503, "UNAVAILABLE"),
        ] {
            let mut error = Error::refused(status);
            error.message = "say \"no\"".into();
            assert_eq!(
                String::from_utf8(Gemini.error_body(&error, b"")).unwrap(),
                format!(
                    "{{\"error\":{{\"code\":{status},\"message\":\"say \\\"no\\\"\",\
                     \"status\":\"{code}\"}}}}"
                )
            );
        }
    }
}
