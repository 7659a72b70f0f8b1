//! Endpoints that generate a completion: how each reads a request and renders
//! the response.

use crate::completion::{Completion, Generation, GenerationRequest, prompt_tokens};
use crate::engine::BoxedBody;
use crate::tokens::Encoding;

/// The parts of a request that a [`Dialect`] reads.
#[derive(Debug, Clone, Copy, Default)]
pub struct Source<'a> {
    /// The body.
    pub body: &'a [u8],
    /// What stands for `{...}` in the path.
    pub name: &'a [u8],
    /// The arguments after the path.
    pub args: &'a [u8],
}

impl<'a> Source<'a> {
    /// A body alone.
    pub fn body(body: &'a [u8]) -> Self {
        Self {
            body,
            ..Self::default()
        }
    }
}

/// The wire format of an endpoint that generates a completion.
pub trait Dialect: Sync {
    /// Stands before the random part of the id of a response.
    fn id_prefix(&self) -> &'static str;

    /// Stands before the random part of the id of a tool call.
    fn call_id_prefix(&self) -> &'static str {
        "call_"
    }

    /// Reads a request. Nothing fails: a body that is not a JSON object is read
    /// as an empty one, fields of the wrong type are ignored.
    fn read(&self, source: &Source) -> GenerationRequest;

    /// The fields of a body that a model reads.
    fn prompt_fields(&self) -> &'static [&'static str];

    /// How many tokens the prompt in the body of a request has in `encoding`.
    fn prompt_tokens(&self, body: &[u8], encoding: Encoding) -> u64 {
        prompt_tokens::exact::of_messages(body, self.prompt_fields(), encoding)
    }

    /// Why a completion ends, in the words of the API.
    fn finish_reason(&self, completion: &Completion, request: &GenerationRequest) -> &'static str;

    /// The body of a stream: as many steps as the completion has chunks, one if
    /// it has none.
    fn stream(&self, generation: &Generation) -> BoxedBody;

    /// The body of a plain response.
    fn plain(&self, generation: &Generation) -> Vec<u8>;
}
