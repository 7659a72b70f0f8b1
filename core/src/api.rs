//! The APIs that are spoken: what each endpoint must be able to do.

pub mod anthropic;
mod body;
pub mod count;
pub mod gemini;
pub mod openai;
mod out;
mod prompt;
pub mod routes;
pub mod service;
pub mod validate;

use std::sync::Arc;

use crate::api::openai::error::Error;
use crate::ask::{Ask, Client};
use crate::id::Id;
use crate::json::Escaped;
use crate::reply::{Body, Settings};
use crate::saying::Saying;
use crate::script::Script;
use crate::stream::Frames;
use crate::tokens::Encoding;

/// What one reply says and carries, in terms of no API.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// The reply's own identifier.
    pub id: Id,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// The model that claims to have made it.
    pub model: &'a Escaped,
    /// The text.
    pub saying: Saying,
    /// How often it is said.
    pub choices: usize,
    /// The tokens of the request.
    pub prompt_tokens: u64,
    /// Whether a stream ends with the usage.
    pub include_usage: bool,
    /// What it answers, for what only one API repeats.
    pub ask: &'a Ask,
}

/// How an endpoint that generates text is spoken to.
pub trait Dialect: Sync {
    /// Goes before the random part of a reply's id.
    fn id_prefix(&self) -> &'static str;

    /// Goes before the random part of the id of a call.
    fn call_id_prefix(&self) -> &'static str {
        "call_"
    }

    /// Reads the body of a request. There is no error: what can't be read
    /// counts as not said.
    fn ask(&self, body: &[u8]) -> Ask;

    /// The fields of a request that a model would read.
    fn prompt_fields(&self) -> &'static [&'static str];

    /// How many tokens the prompt in the body of a request has in `encoding`.
    fn prompt_tokens(&self, body: &[u8], encoding: Encoding) -> u64 {
        prompt::exact::of_messages(body, self.prompt_fields(), encoding)
    }

    /// How much memory [`Dialect::prompt_tokens`] takes at most, in bytes.
    fn memory_of_prompt(&self, body: &[u8]) -> usize {
        prompt::exact::memory(body)
    }

    /// Adds what the path says where the route has `{...}`, and what the
    /// arguments after it say.
    fn heed_path(&self, _name: &[u8], _args: &[u8], _ask: &mut Ask) {}

    /// The frames of a streamed reply: as many steps as what is said has
    /// pieces, one if it has none.
    fn stream(&self, said: &Said) -> Body;

    /// The body of a plain reply.
    fn whole(&self, said: &Said) -> Vec<u8>;
}

/// A request to an endpoint that generates text.
#[derive(Clone, Copy)]
pub struct Generation<'a> {
    /// The endpoint.
    pub dialect: &'a dyn Dialect,
    /// What is asked.
    pub ask: &'a Ask,
    /// Who asks.
    pub client: Client,
    /// The text that is said, cut for the model that is asked.
    pub script: &'a Arc<Script>,
    /// What the directives say.
    pub settings: &'a Settings<'a>,
}

/// A request to an endpoint that generates no text.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// What stands in the path where the route has `{...}`.
    pub name: &'a [u8],
    /// The body; empty if the method has none.
    pub body: &'a [u8],
    /// When it came, in seconds since 1970.
    pub unix: u64,
    /// For an id of the reply's own.
    pub id: Id,
    /// What the directives say.
    pub settings: &'a Settings<'a>,
}

impl Query<'_> {
    /// The encoding in which tokens are counted for a request that names this
    /// model in its body.
    pub fn encoding(&self, model: Option<&str>) -> Option<Encoding> {
        let settings = self.settings;
        let model = model.map(str::as_bytes).unwrap_or(match self.name {
            b"" => settings.model.as_bytes(),
            name => name,
        });
        settings.tokenizer.encoding(model)
    }
}

/// An endpoint that generates no text.
pub trait Lookup: Sync {
    /// How much memory [`Lookup::answer`] takes at most, in bytes.
    fn memory(&self, query: &Query) -> usize;

    /// The body of the reply, as JSON.
    ///
    /// # Errors
    ///
    /// What the service itself would answer instead.
    fn answer(&self, query: &Query) -> Result<Answer, Error>;
}

/// The body of a reply that no text is generated for.
pub enum Answer {
    /// All of it.
    Whole(Vec<u8>),
    /// What may be long: each part is made when the one before is sent.
    Parts(Box<dyn Frames>),
}

impl From<Vec<u8>> for Answer {
    fn from(body: Vec<u8>) -> Self {
        Self::Whole(body)
    }
}

/// What a route leads to.
pub enum Endpoint {
    /// Text is generated, paced, and streamed if the client wants it so.
    Generate(&'static dyn Dialect),
    /// An answer that depends on the request alone, in one piece.
    Lookup(&'static dyn Lookup),
    /// The same JSON each time.
    Fixed(&'static str),
}

/// A request's method, as far as routes tell methods apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// DELETE
    Delete,
    /// GET
    Get,
    /// HEAD: what another method's reply would be, without its body.
    Head,
    /// OPTIONS: a browser asks what it may send.
    Options,
    /// POST
    Post,
    /// Any other.
    Other,
}

impl Method {
    /// The method's name; empty for one that has no name here.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Other => "",
        }
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
