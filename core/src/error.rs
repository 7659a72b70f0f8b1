//! Errors that a request can cause, independent of any provider. Each provider
//! renders them as its own error object.

use std::borrow::Cow;

use crate::util::excerpt;

/// The reason why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// What is wrong and what was expected, for a human reader.
    pub message: Cow<'static, str>,
    /// The invalid field of the request, if the error is about a field.
    pub param: Option<Cow<'static, str>>,
    /// A machine-readable error code. Codes are OpenAI's unless an endpoint of
    /// another provider creates the error. Each provider leaves out the codes
    /// of others.
    pub code: Option<&'static str>,
}

/// The end of OpenAI's message for a method that a path does not support.
const HINT: &str = "(HINT: Perhaps you meant to use a different HTTP method?)";

impl Error {
    /// Creates an error with a status and a message.
    pub fn new(status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            message: message.into(),
            param: None,
            code: None,
        }
    }

    fn with_code(self, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    /// 400: the body is invalid.
    pub fn invalid(
        message: impl Into<Cow<'static, str>>,
        param: Option<Cow<'static, str>>,
        code: Option<&'static str>,
    ) -> Self {
        Self {
            param,
            code,
            ..Self::new(400, message)
        }
    }

    /// 400: an array has `len` items, and the limit is `most`.
    pub fn too_long(field: impl Into<Cow<'static, str>>, most: usize, len: usize) -> Self {
        let field = field.into();
        let message = format!(
            "Invalid '{field}': array too long. Expected an array with maximum length \
             {most}, but got an array with length {len} instead."
        );
        Self::invalid(message, Some(field), Some("array_above_max_length"))
    }

    /// 404: no route matches the path.
    pub fn not_found(method: &[u8], path: &[u8]) -> Self {
        let message = format!(
            "Unknown request URL: {} {}. Please check the URL for typos.",
            excerpt::of_bytes(method),
            excerpt::of_bytes(path),
        );
        Self::new(404, message).with_code("unknown_url")
    }

    /// 404: the model is not in the list of models.
    pub fn no_such_model(name: &[u8]) -> Self {
        let message = format!("The model '{}' does not exist", excerpt::of_bytes(name));
        Self {
            param: Some("model".into()),
            ..Self::new(404, message).with_code("model_not_found")
        }
    }

    /// 405: the path does not support the method. The message and the absence
    /// of a code are OpenAI's.
    pub fn not_allowed(method: &[u8], path: &[u8]) -> Self {
        let message = format!(
            "Not allowed to {} on {}. {HINT}",
            excerpt::of_bytes(method),
            excerpt::of_bytes(path),
        );
        Self::new(405, message)
    }

    /// 415: the body has a content coding that is not decoded. OpenAI's
    /// response to this error is not known. The message and the code are this
    /// module's own.
    pub fn unsupported_encoding(coding: &[u8]) -> Self {
        let coding = excerpt::of_bytes(coding);
        let message = format!(
            "Unsupported Content-Encoding '{coding}': the request body must not be compressed."
        );
        Self::new(415, message).with_code("unsupported_content_encoding")
    }

    /// 500: the directive does not accept the value.
    pub fn bad_setting(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(500, message)
    }

    /// An error for a request that nginx refused with this status.
    pub fn refused(status: u16) -> Self {
        let error = |message| Self::new(status, message);
        match status {
            401 => error("Incorrect API key provided.").with_code("invalid_api_key"),
            403 => error("Access to this resource is denied."),
            404 => error("Unknown request URL.").with_code("unknown_url"),
            405 => error("Not allowed to use this method here."),
            408 => error("The request took too long to arrive."),
            413 => error("The request body is larger than client_max_body_size allows."),
            414 => error("The request line is longer than large_client_header_buffers allows."),
            429 => error("Rate limit reached for requests. Please try again later.")
                .with_code("rate_limit_exceeded"),
            400..=499 => error("The request is not one that the server can read."),
            503 => error("The engine is currently overloaded, please try again later."),
            529 => error("Overloaded"),
            _ => error("The server had an error while processing your request."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_messages_is_bounded() {
        let long = [0xff; 32 * 1024];
        for error in [
            Error::not_found(&long, &long),
            Error::not_allowed(&long, &long),
            Error::no_such_model(&long),
            Error::unsupported_encoding(&long),
        ] {
            assert!(error.message.len() < 1024, "{}", error.message.len());
        }
    }
}
