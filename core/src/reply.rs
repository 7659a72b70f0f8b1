//! Composes a reply before the engine starts it: what is said, and when.

mod body;

use rand::RngCore;

use crate::api::openai::error::Error;
use crate::api::openai::logprobs;
use crate::api::openai::models::Models;
use crate::api::routes::Route;
use crate::api::service::Service;
use crate::api::{Answer, Dialect, Generation, Lookup, Query, Said};
use crate::ask::{Ask, Client, StreamMode};
use crate::composing;
use crate::id::{self, Id};
use crate::json::Escaped;
use crate::pace::Pace;
use crate::stream::{Stream, Whole};
use crate::time::Micros;
use crate::tokens::TokenizerMode;

pub use body::Body;

/// What the directives say of one request, but for the text of its reply.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// `llm_mock_delay`
    pub delay: Micros,
    /// `llm_mock_first_delay`
    pub first_delay: Micros,
    /// `llm_mock_model`
    pub model: &'a Escaped,
    /// `llm_mock_models`
    pub models: &'a Models,
    /// `llm_mock_stream`
    pub stream: StreamMode,
    /// `llm_mock_tokenizer`
    pub tokenizer: TokenizerMode,
}

/// The time at which a reply is made.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// On the clock that the engine is polled with.
    pub monotonic: Micros,
    /// Seconds since 1970.
    pub unix: u64,
}

/// What goes before the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// The media type; none where there is no body.
    pub content_type: Option<&'static str>,
    /// The body's length in bytes; none for a stream.
    pub length: Option<usize>,
    /// The reply's own id.
    pub request_id: Id,
    /// The header that holds it.
    pub request_id_header: &'static str,
    /// What else this reply's headers say.
    pub extra: Extra,
}

/// Headers that only some replies have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// None.
    Nothing,
    /// A body that comes bit by bit: nothing on the way may hold it back.
    Stream,
    /// The methods that would have been accepted.
    Allow(&'static str),
    /// What a browser asks before it sends a request to another origin.
    Preflight,
}

impl Head {
    /// Of a body whose length is not known, or of none.
    fn new(
        status: u16,
        content_type: Option<&'static str>,
        extra: Extra,
        rng: &mut dyn RngCore,
    ) -> Self {
        Self {
            status,
            content_type,
            length: None,
            request_id: id::request(rng),
            request_id_header: Service::default().request_id_header(),
            extra,
        }
    }
}

/// A reply, ready to be sent.
pub struct Reply {
    /// The status line and the headers.
    pub head: Head,
    /// The body, and when its parts are due.
    pub body: Stream<Body>,
}

const JSON: &str = "application/json";

/// How long the probabilities of the tokens of a text may be.
fn logprobs(ask: &Ask, text: usize) -> usize {
    let Some(top) = ask.logprobs else {
        return 0;
    };
    // A token may be a byte.
    let tokens = text.min(logprobs::MOST_TOKENS / ask.choices);
    tokens
        .saturating_mul(logprobs::AROUND_A_TOKEN + top * logprobs::A_LIKELY_TOKEN)
        .saturating_add(text.saturating_mul(logprobs::OF_A_BYTE))
}

impl Reply {
    /// How much memory [`Reply::compose`] takes at most, in bytes.
    pub fn memory(generation: &Generation) -> usize {
        // A model's name is escaped, by up to six bytes for one, and copied; a
        // stop sequence no longer than the text is escaped, and again if it is
        // named; the text is copied into each choice of a plain reply, what is
        // repeated into each choice of its prompt. What grows takes up to three
        // times what it holds.
        const MARGIN: usize = 8 * 1024;
        const PROMPT: usize = size_of::<usize>();
        let Generation {
            ask,
            script,
            settings,
            ..
        } = generation;
        let model = ask.model.as_ref().map_or(0, String::len);
        let repeated = 1 + ask.choices / ask.prompts.max(1);
        let text = composing::longest(ask, script);
        let each = text.saturating_add(composing::around(ask));
        let each = each.saturating_add(logprobs(ask, text));
        let stop = ask.limits.stop.iter().map(String::len).max().unwrap_or(0);
        (model.saturating_mul(3 * (6 + 6)))
            .saturating_add(settings.model.as_bytes().len().saturating_mul(3))
            .saturating_add(ask.echo.len().saturating_mul(3 * repeated))
            .saturating_add(ask.prompts.saturating_mul(3 * PROMPT))
            .saturating_add(stop.min(text).saturating_mul(3 * (6 + 6)))
            .saturating_add(each.saturating_mul(3 * ask.choices))
            .saturating_add(composing::memory(ask, script))
            .saturating_add(MARGIN)
    }

    /// The reply of an endpoint that generates text.
    pub fn compose(generation: &Generation, now: Now, rng: &mut dyn RngCore) -> Self {
        let &Generation {
            dialect,
            ask,
            client,
            script,
            settings,
        } = generation;
        let streams = ask.wants_stream(settings.stream, client);
        let asked_model = ask.model.as_deref().map(Escaped::of);
        let said = Said {
            id: id::object(dialect.id_prefix(), rng),
            created: now.unix,
            model: asked_model.as_ref().unwrap_or(settings.model),
            saying: composing::saying(dialect, ask, script, rng),
            choices: ask.choices,
            prompt_tokens: ask.prompt_tokens,
            include_usage: ask.include_usage,
            ask,
        };
        let pace = Pace::new(now.monotonic, settings.first_delay, settings.delay);
        if streams {
            return Self {
                head: Head::new(200, Some(ask.framing.content_type()), Extra::Stream, rng),
                body: Stream::new(dialect.stream(&said), pace),
            };
        }
        // A plain reply comes when the last word of the stream would have.
        let last = said.saying.len().saturating_sub(1);
        Self::whole(200, dialect.whole(&said), pace.only(last), rng)
    }

    /// Gives it the headers that `service` has.
    pub fn set_service(&mut self, service: Service) {
        self.head.request_id_header = service.request_id_header();
    }

    /// The answer of an endpoint that generates no text.
    pub fn look_up(
        service: Service,
        lookup: &dyn Lookup,
        query: &Query,
        now: Micros,
        rng: &mut dyn RngCore,
    ) -> Self {
        let pace = Pace::new(now, query.settings.first_delay, 0);
        match lookup.answer(query) {
            Ok(Answer::Whole(body)) => Self::whole(200, body, pace, rng),
            Ok(Answer::Parts(frames)) => Self {
                head: Head::new(200, Some(JSON), Extra::Nothing, rng),
                body: Stream::new(Body::Other(frames), pace),
            },
            Err(error) => Self::error(service, &error, rng),
        }
    }

    /// The same JSON each time.
    pub fn fixed(json: &'static str, rng: &mut dyn RngCore) -> Self {
        Self::whole(200, json.as_bytes().to_vec(), Pace::default(), rng)
    }

    /// An error, as `service` words it.
    pub fn error(service: Service, error: &Error, rng: &mut dyn RngCore) -> Self {
        let mut reply = Self::whole(error.status, Vec::new(), Pace::default(), rng);
        let body = service.error(error, reply.head.request_id.as_bytes());
        reply.head.length = Some(body.len());
        reply.body = Stream::new(Body::Whole(Whole(body)), Pace::default());
        reply
    }

    /// 405 for a path that takes other methods.
    pub fn not_allowed(
        service: Service,
        method: &[u8],
        route: &Route,
        rng: &mut dyn RngCore,
    ) -> Self {
        let error = Error::not_allowed(method, route.path, route.allow);
        let mut reply = Self::error(service, &error, rng);
        reply.head.extra = Extra::Allow(route.allow);
        reply
    }

    /// The headers of what an endpoint that generates text says unasked, for a
    /// request that wants no body (HEAD).
    pub fn generated_head(
        dialect: &dyn Dialect,
        args: &[u8],
        mode: StreamMode,
        rng: &mut dyn RngCore,
    ) -> Self {
        let mut ask = dialect.ask(&[]);
        dialect.heed_path(&[], args, &mut ask);
        let (media_type, extra) = if ask.wants_stream(mode, Client::default()) {
            (ask.framing.content_type(), Extra::Stream)
        } else {
            (JSON, Extra::Nothing)
        };
        Self::bodiless(Head::new(200, Some(media_type), extra, rng))
    }

    /// The answer to a browser's preflight.
    pub fn preflight(rng: &mut dyn RngCore) -> Self {
        Self::bodiless(Head::new(204, None, Extra::Preflight, rng))
    }

    fn bodiless(head: Head) -> Self {
        Self {
            head,
            body: Stream::new(Body::Whole(Whole(Vec::new())), Pace::default()),
        }
    }

    fn whole(status: u16, body: Vec<u8>, pace: Pace, rng: &mut dyn RngCore) -> Self {
        let mut head = Head::new(status, Some(JSON), Extra::Nothing, rng);
        head.length = Some(body.len());
        Self {
            head,
            body: Stream::new(Body::Whole(Whole(body)), pace),
        }
    }
}
