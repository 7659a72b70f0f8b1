//! OpenAI's error object (API reference, "Errors"):
//! `{"error":{"message":...,"type":...,"param":...,"code":...}}`.

use crate::error::Error;
use crate::http::Headers;
use crate::json;
use crate::providers::provider::Provider;

/// OpenAI, and providers with a compatible API.
pub struct OpenAi;

impl Provider for OpenAi {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn error_body(&self, error: &Error, _request_id: &[u8]) -> Vec<u8> {
        let mut out = b"{\"error\":{\"message\":\"".to_vec();
        json::escape(&error.message, &mut out);
        out.extend_from_slice(b"\",\"type\":\"");
        out.extend_from_slice(kind(error.status).as_bytes());
        out.push(b'"');
        let param = error.param.as_deref();
        for (name, value) in [(",\"param\":", param), (",\"code\":", error.code)] {
            out.extend_from_slice(name.as_bytes());
            match value {
                Some(value) => {
                    out.push(b'"');
                    json::escape(value, &mut out);
                    out.push(b'"');
                }
                None => out.extend_from_slice(b"null"),
            }
        }
        out.extend_from_slice(b"}}");
        out
    }

    /// OpenAI gets the paths that no other provider claims.
    fn claims(&self, _path: &[u8], _headers: &dyn Headers) -> bool {
        false
    }
}

const INVALID_REQUEST: &str = "invalid_request_error";
const SERVER: &str = "server_error";

/// Returns OpenAI's error type for a status.
fn kind(status: u16) -> &'static str {
    match status {
        429 => "requests",
        500.. => SERVER,
        _ => INVALID_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_body_has_the_format_that_sdks_read() {
        let error = Error::not_found(b"GET", b"/a\"b\xff");
        assert_eq!(
            String::from_utf8(OpenAi.error_body(&error, b"")).unwrap(),
            "{\"error\":{\"message\":\"Unknown request URL: GET /a\\\"b\u{fffd}. \
             Please check the URL for typos.\",\"type\":\"invalid_request_error\",\
             \"param\":null,\"code\":\"unknown_url\"}}"
        );
    }

    #[test]
    fn every_status_has_a_message() {
        for status in [
            400, 401, 403, 404, 405, 408, 413, 414, 418, 429, 494, 500, 502, 503, 504,
        ] {
            let body = OpenAi.error_body(&Error::refused(status), b"");
            let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let error = json["error"].as_object().unwrap();
            assert!(error["message"].as_str().is_some_and(|m| m.ends_with('.')));
            assert_eq!(
                error["type"] == SERVER,
                status >= 500,
                "SDKs recognize server errors by their type"
            );
            assert!(error.contains_key("param") && error.contains_key("code"));
        }
    }
}
