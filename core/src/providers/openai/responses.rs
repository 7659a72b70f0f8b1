//! The Responses API (API reference, "Responses"): the dialect of
//! `/v1/responses`.

mod events;
mod object;
mod output;
mod repeats;
mod request;
pub mod stored;

use self::events::Events;
use self::object::{Response, Status};
use crate::completion::{Completion, Generation, GenerationRequest};
use crate::engine::BoxedBody;
use crate::providers::count_tokens::CountTokens;
use crate::providers::dialect::{Dialect, Source};

/// `/v1/responses/input_tokens` (API reference, "Responses", "Get input token
/// counts").
pub static COUNT_TOKENS: CountTokens<3> = CountTokens {
    fields: request::PROMPT,
    opening: "{\"object\":\"response.input_tokens\",\"input_tokens\":",
};

/// The dialect of `/v1/responses`.
pub struct Responses;

const ID_PREFIX: &str = "resp_";
const CALL_ID_PREFIX: &str = "call_";

impl Dialect for Responses {
    fn id_prefix(&self) -> &'static str {
        ID_PREFIX
    }

    fn call_id_prefix(&self) -> &'static str {
        CALL_ID_PREFIX
    }

    fn read(&self, source: &Source) -> GenerationRequest {
        request::read(source.body)
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &request::PROMPT
    }

    fn finish_reason(&self, completion: &Completion, _request: &GenerationRequest) -> &'static str {
        Status::at_end(completion).name()
    }

    fn stream(&self, generation: &Generation) -> BoxedBody {
        BoxedBody::new(Events::new(generation))
    }

    fn plain(&self, generation: &Generation) -> Vec<u8> {
        let response = Response::of(generation);
        let mut out = Vec::with_capacity(response.len());
        response.put(Status::at_end(&generation.completion), &mut out);
        out
    }
}

#[cfg(test)]
mod tests;
