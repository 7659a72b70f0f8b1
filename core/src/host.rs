//! The environment of a request: the values of directives, the clock, and
//! random numbers.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};

use crate::completion::{ChunkSize, ChunkedText, Chunking, Models, StreamMode};
use crate::error::Error;
use crate::json::Escaped;
use crate::tokens::{Encoding, TokenizerMode};
use crate::util::time::Micros;
use crate::validate;

/// The time at which a response is composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// The monotonic time, in microseconds, on the clock that the engine is
    /// polled with.
    pub monotonic: Micros,
    /// The time of day, in microseconds since 1970.
    pub unix: Micros,
}

/// The environment of one request.
///
/// The values of directives may contain variables. Each value is evaluated when
/// it is needed, at most once.
///
/// # Errors
///
/// The methods fail with a status of 500 if the directive does not accept the
/// value. The error names the directive, the value, and what was expected.
pub trait Host {
    /// `llm_mock_delay`: the time between two steps, in microseconds.
    fn delay(&self) -> Result<Micros, Error>;

    /// `llm_mock_first_delay`: the time before the first step, in microseconds.
    fn first_delay(&self) -> Result<Micros, Error>;

    /// `llm_mock_model`: the model for a request that does not name one.
    fn model(&self) -> Result<Cow<'_, Escaped>, Error>;

    /// `llm_mock_models`: the listed models.
    fn models(&self) -> Result<Cow<'_, Models>, Error>;

    /// `llm_mock_stream`: when a response is streamed.
    fn stream_mode(&self) -> Result<StreamMode, Error>;

    /// `llm_mock_tokenizer`: how tokens are counted.
    fn tokenizer(&self) -> Result<TokenizerMode, Error>;

    /// `llm_mock_validate`: whether bodies are validated.
    fn validation(&self) -> Result<validate::Mode, Error>;

    /// `llm_mock_reply`, split into chunks as `llm_mock_chunk` requires. Its
    /// tokens are counted in `encoding`.
    fn text(&self, encoding: Option<Encoding>) -> Result<Arc<ChunkedText>, Error>;

    /// Returns the current time.
    fn now(&self) -> Now;

    /// Returns a random number. Two responses must not get the same sequence.
    fn random(&self) -> u64;
}

/// A random number generator over [`Host::random`].
pub struct HostRng<'h>(pub &'h dyn Host);

impl RngCore for HostRng<'_> {
    fn next_u32(&mut self) -> u32 {
        self.0.random() as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0.random()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for some in bytes.chunks_mut(size_of::<u64>()) {
            let random = self.0.random().to_le_bytes();
            some.iter_mut()
                .zip(random)
                .for_each(|(byte, it)| *byte = it);
        }
    }
}

/// A host with constant values, for tests, fuzz targets and benchmarks.
pub struct FixedHost {
    /// See [`Host::delay`]. The default is 50 ms.
    pub delay: Micros,
    /// See [`Host::first_delay`]. The default is 0.
    pub first_delay: Micros,
    /// See [`Host::model`]. The default is `gpt-3.5-turbo`.
    pub model: Escaped,
    /// See [`Host::models`].
    pub models: Models,
    /// See [`Host::stream_mode`].
    pub stream_mode: StreamMode,
    /// See [`Host::tokenizer`].
    pub tokenizer: TokenizerMode,
    /// See [`Host::validation`].
    pub validation: validate::Mode,
    /// See [`Host::now`]. The default is 0.
    pub now: Now,
    text: Vec<u8>,
    chunk_size: ChunkSize,
    /// The chunked text, for each encoding that was requested.
    texts: RefCell<Vec<Arc<ChunkedText>>>,
    rng: RefCell<SmallRng>,
}

impl FixedHost {
    /// Creates a host with this text and the defaults of all directives. The
    /// random numbers are the same for each host.
    pub fn new(text: &[u8]) -> Self {
        Self::chunked(text, ChunkSize::default())
    }

    /// Creates a host as [`FixedHost::new`] does, with chunks of this size.
    pub fn chunked(text: &[u8], chunk_size: ChunkSize) -> Self {
        Self {
            delay: 50_000,
            first_delay: 0,
            model: Escaped::new(b"gpt-3.5-turbo"),
            models: Models::default(),
            stream_mode: StreamMode::default(),
            tokenizer: TokenizerMode::default(),
            validation: validate::Mode::default(),
            now: Now::default(),
            text: text.to_vec(),
            chunk_size,
            texts: RefCell::default(),
            rng: RefCell::new(SmallRng::seed_from_u64(1)),
        }
    }
}

impl Host for FixedHost {
    fn delay(&self) -> Result<Micros, Error> {
        Ok(self.delay)
    }

    fn first_delay(&self) -> Result<Micros, Error> {
        Ok(self.first_delay)
    }

    fn model(&self) -> Result<Cow<'_, Escaped>, Error> {
        Ok(Cow::Borrowed(&self.model))
    }

    fn models(&self) -> Result<Cow<'_, Models>, Error> {
        Ok(Cow::Borrowed(&self.models))
    }

    fn stream_mode(&self) -> Result<StreamMode, Error> {
        Ok(self.stream_mode)
    }

    fn tokenizer(&self) -> Result<TokenizerMode, Error> {
        Ok(self.tokenizer)
    }

    fn validation(&self) -> Result<validate::Mode, Error> {
        Ok(self.validation)
    }

    fn text(&self, encoding: Option<Encoding>) -> Result<Arc<ChunkedText>, Error> {
        let mut texts = self.texts.borrow_mut();
        let found = texts.iter().find(|it| it.chunking().encoding == encoding);
        if let Some(text) = found {
            return Ok(Arc::clone(text));
        }
        let chunking = Chunking {
            size: self.chunk_size,
            encoding,
        };
        let text = Arc::new(ChunkedText::new(&self.text, chunking));
        texts.push(Arc::clone(&text));
        Ok(text)
    }

    fn now(&self) -> Now {
        self.now
    }

    fn random(&self) -> u64 {
        self.rng.borrow_mut().next_u64()
    }
}
