//! Whose API a path belongs to: what is refused there is refused as that
//! service does it.

use super::openai::error::Error;
use super::{anthropic, gemini};

/// A service whose API is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Service {
    /// OpenAI, and those who speak as it does.
    #[default]
    OpenAi,
    /// Anthropic.
    Anthropic,
    /// Google's Gemini.
    Gemini,
}

impl Service {
    /// The service of a path that no route tells it of.
    /// Arguments may follow the path.
    pub fn of(path: &[u8]) -> Self {
        let path = path.split(|&byte| byte == b'?').next().unwrap_or_default();
        let has = |part: &[u8]| path.windows(part.len()).any(|at| at == part);
        if path.ends_with(b"/messages") || has(b"/messages/") {
            Self::Anthropic
        } else if (has(b"/v1beta/") && !has(b"/openai/")) || has(b"enerateContent") {
            Self::Gemini
        } else {
            Self::OpenAi
        }
    }

    /// The header that holds a reply's own id.
    pub fn request_id_header(self) -> &'static str {
        match self {
            Self::OpenAi | Self::Gemini => "x-request-id",
            Self::Anthropic => "request-id",
        }
    }

    /// The body of a reply that refuses.
    pub fn error(self, error: &Error, request_id: &[u8]) -> Vec<u8> {
        match self {
            Self::OpenAi => error.to_json(),
            Self::Anthropic => anthropic::error::to_json(error, request_id),
            Self::Gemini => gemini::error::to_json(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_whose_it_is() {
        use Service::*;
        for (path, expected) in [
            ("/v1/chat/completions", OpenAi),
            ("/v1/models", OpenAi),
            ("/nowhere?x=/v1/messages", OpenAi),
            ("/v1beta/openai/chat/completions", OpenAi),
            ("/", OpenAi),
            ("", OpenAi),
            ("/v1/messages", Anthropic),
            ("/anthropic/v1/messages?beta=true", Anthropic),
            ("/v1/messages/batches", Anthropic),
            ("/v1beta/models/gemini-2.0-flash:generateContent", Gemini),
            ("/v1beta/models/x:streamGenerateContent?alt=sse", Gemini),
            ("/v1/models/x:streamGenerateContent", Gemini),
            ("/v1beta/cachedContents", Gemini),
        ] {
            assert_eq!(Service::of(path.as_bytes()), expected, "{path}");
        }
    }
}
