//! Google's error object (API design guide, "Errors", `google.rpc.Status`):
//! `{"error":{"code":...,"message":...,"status":...}}`.

use crate::api::openai::error::Error;
use crate::json::{self, Digits};

/// The body of an error.
pub fn to_json(error: &Error) -> Vec<u8> {
    let mut out = b"{\"error\":{\"code\":".to_vec();
    out.extend_from_slice(Digits::of(u64::from(error.status)).as_bytes());
    out.extend_from_slice(b",\"message\":\"");
    json::escape(&error.message, &mut out);
    out.extend_from_slice(b"\",\"status\":\"");
    out.extend_from_slice(code(error.status).as_bytes());
    out.extend_from_slice(b"\"}}");
    out
}

/// The name of the code (`google.rpc.Code`) that has a status.
fn code(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        405 | 501 => "UNIMPLEMENTED",
        408 | 504 => "DEADLINE_EXCEEDED",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        502 | 503 => "UNAVAILABLE",
        400..=499 => "INVALID_ARGUMENT",
        _ => "INTERNAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_object_that_sdks_read() {
        for (status, code) in [
            (400, "INVALID_ARGUMENT"),
            (404, "NOT_FOUND"),
            (413, "INVALID_ARGUMENT"),
            (429, "RESOURCE_EXHAUSTED"),
            (500, "INTERNAL"),
            (503, "UNAVAILABLE"),
        ] {
            let mut error = Error::refused(status);
            error.message = "say \"no\"".into();
            assert_eq!(
                String::from_utf8(to_json(&error)).unwrap(),
                format!(
                    "{{\"error\":{{\"code\":{status},\"message\":\"say \\\"no\\\"\",\
                     \"status\":\"{code}\"}}}}"
                )
            );
        }
    }
}
