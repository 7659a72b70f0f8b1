//! What a client asks for, whatever API it speaks.

use crate::json::Escaped;
use crate::saying::Limits;
use crate::sse;
use crate::wish::Wish;

/// The longest name of a model, in bytes; a longer one counts as not said.
/// Every chunk repeats the name: a request of megabytes must not become a reply
/// of gigabytes.
pub const LONGEST_MODEL: usize = 64 * 1024;

/// The fields of a request that decide about the reply. Of a body that is
/// missing or broken it holds what an empty one does: it gets an answer too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The model that the client named.
    pub model: Option<String>,
    /// The field `stream`.
    pub stream: StreamField,
    /// Whether the body was a whole JSON object.
    pub is_object: bool,
    /// The tokens of the prompt: an estimate, one for each four bytes of JSON
    /// that hold the messages.
    pub prompt_tokens: u64,
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
    pub wish: Wish,
    /// Whether a function is to be called in the old way: `function_call`
    /// instead of `tool_calls`.
    pub is_legacy_call: bool,
    /// What generated data begins from, if the client said it.
    pub seed: Option<u64>,
    /// Whether each token comes with its probability, and with so many that
    /// are likely too.
    pub logprobs: Option<usize>,
    /// The service tier that the reply names.
    pub service_tier: Option<&'static str>,
    /// What the client expects the reply to be.
    pub prediction: Option<Escaped>,
}

/// The most likely tokens that come with one: as many as OpenAI gives.
pub const MOST_LOGPROBS: usize = 20;

/// The most choices of one reply: as many as OpenAI gives.
pub const MOST_CHOICES: usize = 128;

impl Default for Ask {
    fn default() -> Self {
        Self {
            model: None,
            stream: StreamField::Absent,
            is_object: false,
            prompt_tokens: 0,
            limits: Limits::default(),
            choices: 1,
            prompts: 1,
            include_usage: false,
            wish: Wish::Text,
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

/// How the objects of a stream are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// Each is an event ([`sse`]).
    #[default]
    Events,
    /// They are the elements of one JSON array.
    Array,
}

impl Framing {
    /// The media type of such a stream.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Events => sse::CONTENT_TYPE,
            Self::Array => "application/json",
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

/// Who asks, as far as the headers tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Client {
    /// It sends a key (`Authorization`, `api-key` or `x-api-key`) or accepts
    /// `application/json` by name: an SDK, not a person with curl.
    pub is_api_client: bool,
}

/// When a reply is a stream: directive `llm_mock_stream`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StreamMode {
    /// As [`Ask::wants_stream`] finds.
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

impl Ask {
    /// How much memory it takes at most to read `body`, in bytes.
    pub fn memory(body: &[u8]) -> usize {
        // A byte that is not UTF-8 is read as three; a key, a model's name,
        // the stop sequences or what is repeated may be as long as the body.
        // What grows takes up to three times what it holds.
        const MARGIN: usize = 1024;
        body.len()
            .saturating_mul(3 * (3 + 3))
            .saturating_add(Wish::memory(body.len()))
            .saturating_add(MARGIN)
    }

    /// Whether this client is to get a stream.
    ///
    /// The SDKs that want a plain reply leave `stream` out, and so does the
    /// curl line of the Lua script this replaces, which wants a stream. What
    /// tells them apart is that an SDK always sends a key or asks for JSON.
    pub fn wants_stream(&self, mode: StreamMode, client: Client) -> bool {
        match (mode, self.stream) {
            (StreamMode::Always, _) => true,
            (StreamMode::Never, _) => false,
            (StreamMode::Auto, StreamField::True | StreamField::Other) => true,
            (StreamMode::Auto, StreamField::False) => false,
            (StreamMode::Auto, StreamField::Absent) => !(self.is_object && client.is_api_client),
        }
    }
}

/// Whether an `Accept` header names `application/json`.
pub fn accepts_json(accept: &[u8]) -> bool {
    accept.split(|&b| b == b',').any(|range| {
        let media = range.split(|&b| b == b';').next().unwrap_or_default();
        media.trim_ascii().eq_ignore_ascii_case(b"application/json")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_reply_is_for_those_who_want_one() {
        let sdk = Client {
            is_api_client: true,
        };
        let curl = Client::default();
        let ask = |stream, is_object| Ask {
            stream,
            is_object,
            ..Ask::default()
        };
        use StreamField::*;
        for (ask, client, streams) in [
            (ask(Absent, true), sdk, false),
            (ask(Absent, true), curl, true),
            (ask(Absent, false), sdk, true),
            (ask(False, true), curl, false),
            (ask(False, true), sdk, false),
            (ask(True, true), sdk, true),
            (ask(Other, true), sdk, true),
        ] {
            assert_eq!(
                ask.wants_stream(StreamMode::Auto, client),
                streams,
                "{ask:?} {client:?}"
            );
            assert!(ask.wants_stream(StreamMode::Always, client));
            assert!(!ask.wants_stream(StreamMode::Never, client));
        }
    }

    #[test]
    fn accept_is_read_as_a_list() {
        for accept in [
            "application/json",
            "text/plain, APPLICATION/JSON;q=0.5",
            " application/json ,*/*",
        ] {
            assert!(accepts_json(accept.as_bytes()), "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "application/*",
            "application/json-seq",
            "text/event-stream",
        ] {
            assert!(!accepts_json(accept.as_bytes()), "{accept}");
        }
    }
}
