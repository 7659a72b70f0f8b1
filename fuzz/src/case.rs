//! A fuzz input as a request and the host that answers it.
//!
//! An input is [`SETTINGS`] bytes, the request target up to the end of the line,
//! and the body:
//!
//! | byte | decides |
//! |---|---|
//! | 0 | bit 0 strict validation, 1-2 stream mode, 3-4 tokenizer, 5 a delay, 6 a list of models, 7 nginx has refused the request |
//! | 1 | the method; from 6 on the method of the route |
//! | 2, 3 | a bit for each of [`HEADERS`] |
//! | 4 | the unit of a chunk, and how many |
//! | 5 | the text: one of [`TEXTS`], else the body itself |
//! | 6, 7 | for long requests: which value is long |
//! | 8 | the status of a refused request |

use std::num::NonZeroU32;

use llm_mock_core::completion::{ChunkSize, ChunkingMode, Models, StreamMode, Unit};
use llm_mock_core::host::FixedHost;
use llm_mock_core::http::{Headers, Method};
use llm_mock_core::routes::{self, ROUTES};
use llm_mock_core::tokens::{Encoding, TokenizerMode};
use llm_mock_core::{Request, validate};

use crate::json;

/// How many bytes come before the request target.
pub const SETTINGS: usize = 9;

/// The headers that core reads, with values of each kind.
pub const HEADERS: [(&str, &str); 16] = [
    ("authorization", "Bearer sk-x"),
    ("api-key", "x"),
    ("x-api-key", "x"),
    ("x-goog-api-key", "x"),
    ("anthropic-version", "2023-06-01"),
    ("accept", "text/plain, application/json;q=0.5"),
    ("accept", "text/event-stream"),
    ("access-control-request-headers", "authorization, x-custom"),
    ("anthropic-beta", "interleaved-thinking-2025-05-14"),
    ("user-agent", "ollama-python/0.6.3"),
    ("x-stainless-retry-count", "1"),
    ("openai-organization", "org"),
    ("content-type", "application/json"),
    ("content-encoding", "identity"),
    ("content-encoding", "gzip"),
    ("content-encoding", ""),
];

/// Texts of `llm_mock_reply`.
const TEXTS: [&str; 6] = [
    "powered by openai",
    "",
    "{\"city\": \"Oslo\", \"n\": [1, 2.5, null]}",
    "One\n two \"three\" \\ four\u{2028}five \0 six \u{1f980}\u{1f1f3}\u{1f1f4}.",
    "<think>a</think> 你好，世界。 Ünïcödé wörds and_words2 and 1234567 digits",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s",
];

const METHODS: [Method; 6] = [
    Method::Post,
    Method::Get,
    Method::Head,
    Method::Delete,
    Method::Options,
    Method::Other,
];

/// One input.
pub struct Case {
    settings: [u8; SETTINGS],
    path: Vec<u8>,
    args: Vec<u8>,
    body: Vec<u8>,
    headers: Few,
}

/// Names in lower case, and values.
struct Few(Vec<(&'static str, &'static str)>);

impl Headers for Few {
    fn get(&self, name: &str) -> Option<&[u8]> {
        Headers::get(self.0.as_slice(), name)
    }
}

impl Case {
    /// Reads an input; none if it is too short.
    pub fn new(input: &[u8]) -> Option<Self> {
        let (settings, rest) = input.split_first_chunk::<SETTINGS>()?;
        let end = rest.iter().position(|&byte| byte == b'\n');
        let (target, body) = rest.split_at(end.unwrap_or(rest.len()));
        let question = target.iter().position(|&byte| byte == b'?');
        let (path, args) = target.split_at(question.unwrap_or(target.len()));
        let is_sent = |n: usize| (settings[2 + n / 8] >> (n % 8)) & 1 == 1;
        let headers = (0..HEADERS.len()).filter(|&n| is_sent(n));
        Some(Self {
            settings: *settings,
            path: path.to_vec(),
            args: args.get(1..).unwrap_or_default().to_vec(),
            body: body.get(1..).unwrap_or_default().to_vec(),
            headers: Few(headers.map(|n| HEADERS[n]).collect()),
        })
    }

    /// Makes one value of the body about `len` bytes long, or repeats a part of a
    /// body that is not JSON.
    pub fn lengthen(&mut self, len: usize) {
        let [.., first, second, _] = self.settings;
        if let Ok(mut root) = serde_json::from_slice(&self.body) {
            let index = u16::from_le_bytes([first, second]).into();
            self.body = json::lengthen(&mut root, index, len).into_bytes();
            return;
        }
        let start = usize::from(first).min(self.body.len());
        let end = (start + usize::from(second) + 1).min(self.body.len());
        let repeated = &self.body[start..end];
        if !repeated.is_empty() {
            let times = len / repeated.len();
            self.body = [
                &self.body[..start],
                &repeated.repeat(times),
                &self.body[end..],
            ]
            .concat();
        }
    }

    /// How many bytes decide about the response.
    pub fn len(&self) -> usize {
        self.path.len() + self.args.len() + self.body.len() + self.text().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether bodies are checked.
    pub fn is_strict(&self) -> bool {
        self.settings[0] & 1 == 1
    }

    /// The header, if it is sent.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.get(name)
    }

    /// The request.
    pub fn request(&self) -> Request<'_> {
        let method = METHODS.get(usize::from(self.settings[1]));
        let route = || {
            let find = |&method: &Method| {
                let found = routes::find(method, &self.path, &self.headers);
                matches!(found, routes::Matched::Route(_))
            };
            METHODS.into_iter().find(find).unwrap_or(Method::Post)
        };
        let method = method.copied().unwrap_or_else(route);
        let mut request = Request::with_headers(method, &self.path, &self.headers)
            .with_args(&self.args)
            .with_body(&self.body);
        if self.settings[0] >> 7 == 1 {
            let status = 400 + u16::from(self.settings[8]) % 200;
            request.matched = routes::refused(status, &self.path, &self.headers);
        }
        request
    }

    /// The host, the same one for the same input.
    pub fn host(&self) -> FixedHost {
        let [flags, _, _, _, chunk, ..] = self.settings;
        let mode = ChunkingMode::new(chunk_size(chunk), tokenizer(flags >> 3));
        assert!(mode.tokenizer.load());
        let mut host = FixedHost::chunked(self.text(), mode.size);
        host.tokenizer = mode.tokenizer;
        host.delay = if flags >> 5 & 1 == 1 { 1_500 } else { 0 };
        host.stream_mode = match flags >> 1 & 3 {
            1 => StreamMode::Always,
            2 => StreamMode::Never,
            _ => StreamMode::Auto,
        };
        if flags >> 6 & 1 == 1 {
            let names: [&[u8]; 3] = [b"gpt-4o", b"a\"b\\\xff", b"models/x"];
            host.models = Models::only(names.into_iter());
        }
        if self.is_strict() {
            host.validation = validate::Mode::Strict;
        }
        host
    }

    fn text(&self) -> &[u8] {
        match TEXTS.get(usize::from(self.settings[5])) {
            Some(text) => text.as_bytes(),
            None => &self.body,
        }
    }
}

/// What a chunk is.
pub fn chunk_size(choice: u8) -> ChunkSize {
    let units = [Unit::Word, Unit::Token, Unit::Char];
    ChunkSize {
        unit: units[usize::from(choice % 3)],
        count: NonZeroU32::MIN.saturating_add(u32::from(choice / 3)),
    }
}

/// How tokens are counted.
pub fn tokenizer(choice: u8) -> TokenizerMode {
    match choice & 3 {
        0 => TokenizerMode::Off,
        1 => TokenizerMode::Auto,
        2 => TokenizerMode::Always(Encoding::Cl100kBase),
        _ => TokenizerMode::Always(Encoding::O200kBase),
    }
}

/// A path that leads to route `index`, with `name` for what stands in braces.
pub fn path(index: usize, name: &str) -> String {
    let path = ROUTES[index % ROUTES.len()].path;
    match path.split_once('{') {
        Some((before, rest)) => {
            let after = rest.split_once('}').map_or("", |(_, after)| after);
            [before, name, after].concat()
        }
        None => path.to_owned(),
    }
}
