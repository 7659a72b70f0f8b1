//! Responses (API reference, "Responses"): the dialect of `/v1/responses`.

mod events;
mod object;
mod repeats;
mod request;
pub mod stored;
mod wish;

use self::events::Events;
use self::object::{Response, Status};
use crate::api::count::CountTokens;
use crate::api::{Dialect, Said};
use crate::ask::Ask;
use crate::reply::Body;

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

    fn ask(&self, body: &[u8]) -> Ask {
        request::read(body)
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &request::PROMPT
    }

    fn stream(&self, said: &Said) -> Body {
        Body::other(Events::new(said))
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        let response = Response::of(said);
        let mut out = Vec::with_capacity(response.len());
        response.put(Status::at_end(&said.saying), &mut out);
        out
    }
}

#[cfg(test)]
mod tests;
