//! Endpoints that generate a completion: reading a request and rendering the
//! response.

use crate::completion::{Completion, Generation, GenerationRequest, prompt_tokens};
use crate::engine::BoxedBody;
use crate::tokens::Encoding;

/// The parts of a request that a [`Dialect`] reads.
#[derive(Debug, Clone, Copy, Default)]
pub struct Source<'a> {
    /// The request body.
    pub body: &'a [u8],
    /// The name that matches `{...}` in the path.
    pub name: &'a [u8],
    /// The arguments after the path.
    pub args: &'a [u8],
}

impl<'a> Source<'a> {
    /// Creates a source with a body and no path parts.
    pub fn body(body: &'a [u8]) -> Self {
        Self {
            body,
            ..Self::default()
        }
    }
}

/// The wire format of an endpoint that generates a completion.
pub trait Dialect: Sync {
    /// Returns the prefix of a response id.
    fn id_prefix(&self) -> &'static str;

    /// Returns the prefix of a tool call id.
    fn call_id_prefix(&self) -> &'static str {
        "call_"
    }

    /// Reads a request.
    ///
    /// Reading never fails. A body that is not a JSON object is read as an
    /// empty one. Fields of the wrong type are ignored.
    fn read(&self, source: &Source) -> GenerationRequest;

    /// Returns the fields of a body that form the prompt.
    fn prompt_fields(&self) -> &'static [&'static str];

    /// Counts the tokens of the prompt in `body`.
    fn prompt_tokens(&self, body: &[u8], encoding: Encoding) -> u64 {
        prompt_tokens::exact::of_messages(body, self.prompt_fields(), encoding)
    }

    /// Returns the reason why a completion ends, as the API names it.
    fn finish_reason(&self, completion: &Completion, request: &GenerationRequest) -> &'static str;

    /// Renders a streamed response. The body has one step for each chunk of the
    /// completion, and at least one.
    fn stream(&self, generation: &Generation) -> BoxedBody;

    /// Renders the body of a plain response.
    fn plain(&self, generation: &Generation) -> Vec<u8>;
}
