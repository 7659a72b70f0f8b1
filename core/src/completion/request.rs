//! What a client asks for, in terms of no provider.

use crate::completion::Limits;
use crate::completion::OutputKind;
use crate::engine::sse;
use crate::json::Escaped;

/// The longest name of a model, in bytes. Longer names are ignored. Each chunk
/// repeats the name: a request of megabytes must not become a response of
/// gigabytes.
pub const LONGEST_MODEL: usize = 64 * 1024;

/// How many bytes of JSON the name of the model takes in all choices together.
/// Longer names are ignored: the chunks of all choices are one step of a stream,
/// in memory at the same time.
const MOST_REPEATED_MODEL: usize = 256 * 1024;

/// The fields of a request that decide about the reply. Of a body that is
/// missing or broken it holds what an empty one does: it gets an answer too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerationRequest {
    /// The model that the client named.
    pub model: Option<String>,
    /// The field `stream`.
    pub stream: StreamField,
    /// Whether the body was a whole JSON object.
    pub is_object: bool,
    /// The tokens of the prompt: an estimate, one for each four bytes of JSON
    /// that hold the messages.
    pub estimated_prompt_tokens: u64,
    /// Where the reply is to end early.
    pub limits: Limits,
    /// How many replies to the same prompt; at least one.
    pub choices: usize,
    /// How many prompts the choices answer, each as many as the others; at
    /// least one.
    pub prompts: usize,
    /// Whether a stream is to end with a chunk that holds the usage.
    pub include_usage: bool,
    /// Fields of the request that the reply repeats, as JSON on one line.
    pub echo: Vec<u8>,
    /// How a stream is framed.
    pub framing: Framing,
    /// What is to be said.
    pub output: OutputKind,
    /// Whether a function is to be called in the old way: `function_call`
    /// instead of `tool_calls`.
    pub is_legacy_call: bool,
    /// What generated data begins from, if the client said it.
    pub seed: Option<u64>,
    /// Whether each token comes with its probability, and with so many that
    /// are likely too.
    pub logprobs: Option<usize>,
    /// The service tier that the request asks for, if the service has it.
    pub service_tier: Option<&'static str>,
    /// What the client expects the reply to be.
    pub prediction: Option<Escaped>,
}

/// The most likely tokens that come with one: as many as OpenAI gives.
pub const MOST_LOGPROBS: usize = 20;

/// The most choices of one prompt: as many as OpenAI gives. A plain response,
/// and a step of a stream, hold the text of all of them.
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
    /// Ignores a name of a model that is too long for the number of choices.
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

/// How the objects of a stream are told apart.
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
    /// The media type of such a stream.
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
    /// Not there, or null: the client left it to the server.
    #[default]
    Absent,
    /// `true`.
    True,
    /// `false`.
    False,
    /// Something that is no boolean.
    Other,
}

/// When a reply is a stream: directive `llm_mock_stream`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StreamMode {
    /// As [`GenerationRequest::wants_stream`] finds.
    #[default]
    Auto,
    /// Every reply.
    Always,
    /// No reply.
    Never,
}

impl StreamMode {
    /// The mode's name in the configuration.
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
    /// Whether the client gets a stream. `is_api_client` is asked only if it decides.
    ///
    /// The SDKs that want a plain reply leave `stream` out, and so does the
    /// curl line of the Lua script this replaces, which wants a stream. What
    /// tells them apart is that an SDK always sends a key or asks for JSON.
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
    fn a_plain_reply_is_for_those_who_want_one() {
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
