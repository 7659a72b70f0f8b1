//! The request of a client, independent of providers.

use crate::completion::{Limits, OutputKind};
use crate::engine::sse;
use crate::json::Escaped;

/// The longest name of a model, in bytes. Longer names are ignored. Each chunk
/// repeats the name: a request of megabytes must not become a response of
/// gigabytes.
pub const LONGEST_MODEL: usize = 64 * 1024;

/// The maximum length of the model's name in JSON, summed over all choices, in
/// bytes. Longer names are ignored: one step of a stream has the chunks of all
/// choices in memory at the same time.
const MOST_REPEATED_MODEL: usize = 256 * 1024;

/// The fields of a request that determine the response. A missing or malformed
/// body is read as an empty one: it is answered too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerationRequest {
    /// The model that the client names.
    pub model: Option<String>,
    /// The field `stream`.
    pub stream: StreamField,
    /// Whether the body is a complete JSON object.
    pub is_object: bool,
    /// The estimated number of tokens in the prompt: one for each four bytes of
    /// JSON in the messages.
    pub estimated_prompt_tokens: u64,
    /// The limits that end the completion early.
    pub limits: Limits,
    /// The number of completions of each prompt; at least one.
    pub choices: usize,
    /// The number of prompts, each with the same number of choices; at least
    /// one.
    pub prompts: usize,
    /// Whether a stream ends with a chunk that holds the usage.
    pub include_usage: bool,
    /// Fields of the request that the response repeats, as JSON on one line.
    pub echo: Vec<u8>,
    /// How a stream is framed.
    pub framing: Framing,
    /// The kind of output to generate.
    pub output: OutputKind,
    /// Whether a function call has the legacy format: `function_call` instead of
    /// `tool_calls`.
    pub is_legacy_call: bool,
    /// The seed of generated data, if the client sets one.
    pub seed: Option<u64>,
    /// The number of likely tokens to list beside each token and its
    /// probability; `None` without probabilities.
    pub logprobs: Option<usize>,
    /// The service tier that the request names, if the service has it.
    pub service_tier: Option<&'static str>,
    /// The text that the client predicts (OpenAI's `prediction`).
    pub prediction: Option<Escaped>,
}

/// The maximum number of likely tokens beside each token: as many as OpenAI
/// gives.
pub const MOST_LOGPROBS: usize = 20;

/// The maximum number of choices of one prompt: as many as OpenAI gives. A plain
/// response and each step of a stream hold the text of all choices.
pub const MOST_CHOICES: usize = 128;

impl Default for GenerationRequest {
    fn default() -> Self {
        Self {
            model: None,
            stream: StreamField::Absent,
            is_object: false,
            estimated_prompt_tokens: 0,
            limits: Limits::default(),
            choices: 1,
            prompts: 1,
            include_usage: false,
            output: OutputKind::Text,
            is_legacy_call: false,
            seed: None,
            logprobs: None,
            service_tier: None,
            prediction: None,
            echo: Vec::new(),
            framing: Framing::Events,
        }
    }
}

impl GenerationRequest {
    /// Removes the name of the model if it is too long for the number of
    /// choices.
    pub fn limit_model(&mut self) {
        let is_short = |name: &String| {
            let len = Escaped::of(name).as_bytes().len();
            len.saturating_mul(self.choices) <= MOST_REPEATED_MODEL
        };
        if self.choices > 1 && !self.model.as_ref().is_none_or(is_short) {
            self.model = None;
        }
    }
}

/// How the objects of a stream are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// Each is an event ([`sse`]).
    #[default]
    Events,
    /// They are the elements of one JSON array.
    Array,
    /// Each is on a line of its own (NDJSON).
    Lines,
}

impl Framing {
    /// Returns the media type of the stream.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Events => sse::CONTENT_TYPE,
            Self::Array => "application/json",
            Self::Lines => "application/x-ndjson",
        }
    }
}

/// The field `stream` of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StreamField {
    /// Absent or null: the server decides.
    #[default]
    Absent,
    /// `true`.
    True,
    /// `false`.
    False,
    /// Any other value.
    Other,
}

/// When a response is a stream: directive `llm_mock_stream`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StreamMode {
    /// As [`GenerationRequest::wants_stream`] decides.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl StreamMode {
    /// Returns the mode of this name in the configuration.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"auto" => Some(Self::Auto),
            b"always" => Some(Self::Always),
            b"never" => Some(Self::Never),
            _ => None,
        }
    }
}

impl GenerationRequest {
    /// Returns whether the response is a stream. Calls `is_api_client` only if
    /// its result matters.
    ///
    /// SDKs that expect a plain response leave `stream` out. So does the curl
    /// command of the Lua script that the module replaces, which expects a
    /// stream. The difference is that an SDK always sends a key or accepts
    /// JSON.
    pub fn wants_stream(&self, mode: StreamMode, is_api_client: impl FnOnce() -> bool) -> bool {
        match (mode, self.stream) {
            (StreamMode::Always, _) => true,
            (StreamMode::Never, _) => false,
            (StreamMode::Auto, StreamField::True | StreamField::Other) => true,
            (StreamMode::Auto, StreamField::False) => false,
            (StreamMode::Auto, StreamField::Absent) => !(self.is_object && is_api_client()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_field_an_sdk_gets_a_plain_response_and_curl_a_stream() {
        let (sdk, curl) = (true, false);
        let request = |stream, is_object| GenerationRequest {
            stream,
            is_object,
            ..GenerationRequest::default()
        };
        use StreamField::*;
        for (request, client, streams) in [
            (request(Absent, true), sdk, false),
            (request(Absent, true), curl, true),
            (request(Absent, false), sdk, true),
            (request(False, true), curl, false),
            (request(False, true), sdk, false),
            (request(True, true), sdk, true),
            (request(Other, true), sdk, true),
        ] {
            assert_eq!(
                request.wants_stream(StreamMode::Auto, || client),
                streams,
                "{request:?} {client:?}"
            );
            assert!(request.wants_stream(StreamMode::Always, || client));
            assert!(!request.wants_stream(StreamMode::Never, || client));
        }
    }
}
