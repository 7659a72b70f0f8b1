//! Anthropic's error object (API reference, "Errors"):
//! `{"type":"error","error":{"type":...,"message":...},"request_id":...}`.

use crate::error::Error;
use crate::http::Headers;
use crate::json;
use crate::providers::provider::{Provider, holds, names_google, names_openai};

/// The Anthropic provider.
pub struct Anthropic;

/// The codes that Anthropic's SDK reads in `error.details.error_code`. Codes of
/// other providers are left out.
const ERROR_CODES: [&str; 2] = [UNSUPPORTED_ENCODING, THREAD_NOT_FOUND];

/// The code for a body with a content coding that is not decoded
/// (anthropic-sdk-python 2.12.0,
/// `types/shared/request_body_encoding_unsupported_error.py`).
const UNSUPPORTED_ENCODING: &str = "request_body_encoding_unsupported";

/// The code for a request that continues an unknown thread
/// (anthropic-sdk-python 2.12.0, `types/thread_not_found_error.py`). The SDK
/// then sends the whole conversation again.
pub(super) const THREAD_NOT_FOUND: &str = "thread_not_found";

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
        out.push(b'"');
        if let Some(code) = error.code.filter(|code| ERROR_CODES.contains(code)) {
            out.extend_from_slice(b",\"details\":{\"error_code\":\"");
            out.extend_from_slice(code.as_bytes());
            out.extend_from_slice(b"\"}");
        }
        out.extend_from_slice(b"},\"request_id\":\"");
        out.extend_from_slice(request_id);
        out.extend_from_slice(b"\"}");
        out
    }

    fn refused(&self, status: u16) -> Error {
        match status {
            500 => Error::new(status, "Internal server error"),
            _ => Error::refused(status),
        }
    }

    /// Anthropic decodes compressed bodies. For an unknown coding it returns
    /// 400, not 415.
    fn unsupported_encoding(&self, coding: &[u8]) -> Error {
        Error {
            status: 400,
            code: Some(UNSUPPORTED_ENCODING),
            ..Error::unsupported_encoding(coding)
        }
    }

    /// SDKs send `anthropic-version`. Older SDKs and curl users send
    /// `x-api-key`.
    fn claims(&self, path: &[u8], headers: &dyn Headers) -> bool {
        path.ends_with(b"/messages")
            || holds(path, "/messages/")
            || holds(path, "/publishers/anthropic/")
            || !names_openai(path)
                && !names_google(path)
                && (headers.has("anthropic-version") || headers.has("x-api-key"))
    }
}

/// Returns Anthropic's error type for a status.
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
    fn the_error_body_has_the_format_that_sdks_read() {
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
