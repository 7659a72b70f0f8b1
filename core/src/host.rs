//! What core needs from outside: the values of directives, the clock, random
//! numbers.

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
    /// On the clock that the engine is polled with.
    pub monotonic: Micros,
    /// The time of day, in microseconds since 1970.
    pub unix: Micros,
}

/// What surrounds one request. The values of directives may hold variables: each
/// is evaluated when it is asked for, and no more than once.
///
/// # Errors
///
/// The methods fail with a status of 500 if the value is not one that the
/// directive takes; the error names the directive, the value, and what was
/// expected.
pub trait Host {
    /// `llm_mock_delay`: the time between two steps.
    fn delay(&self) -> Result<Micros, Error>;

    /// `llm_mock_first_delay`: the time before the first step.
    fn first_delay(&self) -> Result<Micros, Error>;

    /// `llm_mock_model`: the model of a request that names none.
    fn model(&self) -> Result<Cow<'_, Escaped>, Error>;

    /// `llm_mock_models`
    fn models(&self) -> Result<Cow<'_, Models>, Error>;

    /// `llm_mock_stream`
    fn stream_mode(&self) -> Result<StreamMode, Error>;

    /// `llm_mock_tokenizer`
    fn tokenizer(&self) -> Result<TokenizerMode, Error>;

    /// `llm_mock_validate`
    fn validation(&self) -> Result<validate::Mode, Error>;

    /// `llm_mock_reply`, cut as `llm_mock_chunk` asks, with its tokens counted
    /// in `encoding`.
    fn text(&self, encoding: Option<Encoding>) -> Result<Arc<ChunkedText>, Error>;

    /// The time.
    fn now(&self) -> Now;

    /// A random number. No two responses may see the same ones.
    fn random(&self) -> u64;
}

/// The random numbers of a host, as a generator.
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

/// A host of constant values, for tests, fuzz targets and benchmarks.
pub struct FixedHost {
    /// See [`Host::delay`]: 50 ms.
    pub delay: Micros,
    /// See [`Host::first_delay`]: 0.
    pub first_delay: Micros,
    /// See [`Host::model`]: `gpt-3.5-turbo`.
    pub model: Escaped,
    /// See [`Host::models`].
    pub models: Models,
    /// See [`Host::stream_mode`].
    pub stream_mode: StreamMode,
    /// See [`Host::tokenizer`].
    pub tokenizer: TokenizerMode,
    /// See [`Host::validation`].
    pub validation: validate::Mode,
    /// See [`Host::now`]: 0.
    pub now: Now,
    text: Vec<u8>,
    chunk_size: ChunkSize,
    /// The text, cut for the encodings that were asked for.
    texts: RefCell<Vec<Arc<ChunkedText>>>,
    rng: RefCell<SmallRng>,
}

impl FixedHost {
    /// A host with this text, and the defaults of all directives. The random
    /// numbers are the same each time.
    pub fn new(text: &[u8]) -> Self {
        Self::chunked(text, ChunkSize::default())
    }

    /// The same, with chunks of this size.
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
