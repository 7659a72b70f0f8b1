//! Ollama's error object (`docs/api/errors.mdx` of ollama/ollama):
//! `{"error":"..."}`.

use memchr::memmem;

use crate::error::Error;
use crate::http::Headers;
use crate::json;
use crate::providers::provider::Provider;

/// The Ollama provider.
pub struct Ollama;

impl Provider for Ollama {
    fn name(&self) -> &'static str {
        "ollama"
    }

    fn error_body(&self, error: &Error, _request_id: &[u8]) -> Vec<u8> {
        let mut out = b"{\"error\":\"".to_vec();
        json::escape(&error.message, &mut out);
        out.extend_from_slice(b"\"}");
        out
    }

    /// Paths of other providers contain `/v1/`, possibly after `/api/`.
    fn claims(&self, path: &[u8], _headers: &dyn Headers) -> bool {
        let has = |part| memmem::find(path, part).is_some();
        has(b"/api/") && !has(b"/v1/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_body_holds_only_the_message() {
        let mut error = Error::refused(429);
        error.message = "say \"no\"".into();
        let body = Ollama.error_body(&error, b"req_1");
        assert_eq!(body, br#"{"error":"say \"no\""}"#);
    }

    #[test]
    fn ollama_claims_unknown_paths_under_api() {
        for (path, expected) in [
            ("/api/pull", true),
            ("/proxy/api/blobs/sha256:1", true),
            ("/api", false),
            ("/api/v1/chat", false),
            ("/nowhere", false),
        ] {
            assert_eq!(Ollama.claims(path.as_bytes(), &[]), expected, "{path}");
        }
    }
}
