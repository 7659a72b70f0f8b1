//! OpenAI's error object (API reference, "Errors"):
//! `{"error":{"message":...,"type":...,"param":...,"code":...}}`.

use std::borrow::Cow;

use crate::api::routes::Route;
use crate::json;
use crate::quote::cut_bytes;

/// An error as OpenAI's SDKs read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The HTTP status.
    pub status: u16,
    /// What went wrong and what was expected, for a person.
    pub message: Cow<'static, str>,
    /// The class, such as `invalid_request_error`.
    pub kind: &'static str,
    /// The field that is wrong, if it is one.
    pub param: Option<Cow<'static, str>>,
    /// The reason, for a program; null where OpenAI gives none.
    pub code: Option<&'static str>,
}

pub(super) const INVALID_REQUEST: &str = "invalid_request_error";
const SERVER: &str = "server_error";

impl Error {
    /// 404: no such path. Those that `routes` has are named.
    pub fn not_found(method: &[u8], path: &[u8], routes: &[Route]) -> Self {
        let mut message = format!(
            "Unknown request URL: {} {}. Please check the URL for typos; known are",
            cut_bytes(method),
            cut_bytes(path),
        );
        for (nth, route) in routes.iter().enumerate() {
            message.push_str(if nth == 0 { " " } else { ", " });
            message.push_str(route.method.name());
            message.push(' ');
            message.push_str(route.path);
        }
        message.push('.');
        Self {
            status: 404,
            message: message.into(),
            kind: INVALID_REQUEST,
            param: None,
            code: Some("unknown_url"),
        }
    }

    /// 405: the path is there, for other methods.
    pub fn not_allowed(method: &[u8], path: &str, allow: &str) -> Self {
        Self {
            status: 405,
            message: format!(
                "Not allowed to {} on {path}; allowed are {allow}.",
                cut_bytes(method),
            )
            .into(),
            kind: INVALID_REQUEST,
            param: None,
            code: Some("method_not_supported"),
        }
    }

    /// 404: the client looks for a model that is not on the list.
    pub fn no_such_model(name: &[u8]) -> Self {
        let name = cut_bytes(name);
        Self {
            status: 404,
            message: format!("The model '{name}' does not exist").into(),
            kind: INVALID_REQUEST,
            param: Some("model".into()),
            code: Some("model_not_found"),
        }
    }

    /// 400: a list is longer than the API takes.
    pub fn too_long(field: impl Into<Cow<'static, str>>, most: usize, len: usize) -> Self {
        let field = field.into();
        let message = format!(
            "Invalid '{field}': array too long. Expected an array with maximum length \
             {most}, but got an array with length {len} instead."
        );
        Self::invalid(message, Some(field), Some("array_above_max_length"))
    }

    /// 400: the body is not what the API takes.
    pub fn invalid(
        message: impl Into<Cow<'static, str>>,
        param: Option<Cow<'static, str>>,
        code: Option<&'static str>,
    ) -> Self {
        Self {
            status: 400,
            message: message.into(),
            kind: INVALID_REQUEST,
            param,
            code,
        }
    }

    /// 500: a directive's variable holds what the directive can't take.
    pub fn bad_setting(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: 500,
            message: message.into(),
            kind: SERVER,
            param: None,
            code: None,
        }
    }

    /// What nginx itself refused, with the words that OpenAI has for the
    /// status where it uses it.
    pub fn refused(status: u16) -> Self {
        let (message, kind, code) = match status {
            401 => (
                "Incorrect API key provided.",
                INVALID_REQUEST,
                Some("invalid_api_key"),
            ),
            403 => ("Access to this resource is denied.", INVALID_REQUEST, None),
            404 => ("Unknown request URL.", INVALID_REQUEST, Some("unknown_url")),
            405 => (
                "Not allowed to use this method here.",
                INVALID_REQUEST,
                Some("method_not_supported"),
            ),
            408 => (
                "The request took too long to arrive.",
                INVALID_REQUEST,
                None,
            ),
            413 => (
                "The request body is larger than client_max_body_size allows.",
                INVALID_REQUEST,
                None,
            ),
            414 => (
                "The request line is longer than large_client_header_buffers allows.",
                INVALID_REQUEST,
                None,
            ),
            429 => (
                "Rate limit reached for requests. Please try again later.",
                "requests",
                Some("rate_limit_exceeded"),
            ),
            400..=499 => (
                "The request is not one that the server can read.",
                INVALID_REQUEST,
                None,
            ),
            503 => (
                "The engine is currently overloaded, please try again later.",
                SERVER,
                None,
            ),
            _ => (
                "The server had an error while processing your request.",
                SERVER,
                None,
            ),
        };
        Self {
            status,
            message: message.into(),
            kind,
            param: None,
            code,
        }
    }

    /// The body.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = b"{\"error\":{\"message\":\"".to_vec();
        json::escape(&self.message, &mut out);
        out.extend_from_slice(b"\",\"type\":\"");
        out.extend_from_slice(self.kind.as_bytes());
        out.push(b'"');
        let param = self.param.as_deref();
        for (name, value) in [(",\"param\":", param), (",\"code\":", self.code)] {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Endpoint;
    use crate::api::routes::ROUTES;

    #[test]
    fn is_the_object_that_sdks_read() {
        let routes = [Route::get("/health", None, Endpoint::Fixed("{}"))];
        let error = Error::not_found(b"GET", b"/a\"b\xff", &routes);
        assert_eq!(
            String::from_utf8(error.to_json()).unwrap(),
            "{\"error\":{\"message\":\"Unknown request URL: GET /a\\\"b\u{fffd}. \
             Please check the URL for typos; known are GET /health.\",\"type\":\"invalid_request_error\",\
             \"param\":null,\"code\":\"unknown_url\"}}"
        );
    }

    #[test]
    fn it_is_short_whatever_the_client_sends() {
        let long = [0xff; 32 * 1024];
        for error in [
            Error::not_found(&long, &long, ROUTES),
            Error::not_allowed(&long, "/health", "GET"),
            Error::no_such_model(&long),
        ] {
            assert!(error.to_json().len() < 4 * 1024);
        }
    }

    #[test]
    fn every_status_has_a_message() {
        for status in [
            400, 401, 403, 404, 405, 408, 413, 414, 418, 429, 494, 500, 502, 503, 504,
        ] {
            let json: serde_json::Value =
                serde_json::from_slice(&Error::refused(status).to_json()).unwrap();
            let error = json["error"].as_object().unwrap();
            assert!(error["message"].as_str().is_some_and(|m| m.ends_with('.')));
            assert_eq!(
                error["type"] == SERVER,
                status >= 500,
                "an SDK tells a fault of the server by its type"
            );
            assert!(error.contains_key("param") && error.contains_key("code"));
        }
    }
}
