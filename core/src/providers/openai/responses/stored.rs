//! The endpoints for stored responses (API reference, "Responses").
//!
//! Nothing is stored, so every response is unknown, as a response with
//! `"store": false` is to OpenAI. Deleting an unknown response succeeds, so
//! that the cleanup of a client does not fail.

use crate::error::Error;
use crate::json;
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};
use crate::util::excerpt::of_bytes;

/// Returns, lists the input of, or cancels a response.
pub struct Get;

impl DirectEndpoint for Get {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        Err(Error::new(
            404,
            format!("Response with id '{}' not found.", of_bytes(request.name)),
        ))
    }
}

/// Deletes a response.
pub struct Delete;

impl DirectEndpoint for Delete {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let mut out = b"{\"id\":\"".to_vec();
        json::escape(&String::from_utf8_lossy(request.name), &mut out);
        out.extend_from_slice(b"\",\"object\":\"response\",\"deleted\":true}");
        Ok(out.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Models;
    use crate::providers::openai::OpenAi;
    use crate::providers::provider::Provider;
    use crate::testing;

    fn answer(endpoint: &dyn DirectEndpoint, name: &[u8], body: &[u8]) -> Result<String, String> {
        testing::answer(endpoint, &Models::default(), name, body).map_err(|error| {
            let json = String::from_utf8(OpenAi.error_body(&error, b"")).unwrap();
            format!("{} {json}", error.status)
        })
    }

    #[test]
    fn nothing_is_stored() {
        assert_eq!(
            answer(&Get, b"resp_\"1", b"").unwrap_err(),
            "404 {\"error\":{\"message\":\"Response with id 'resp_\\\"1' not found.\",\
             \"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}"
        );
        assert_eq!(
            answer(&Delete, b"resp_\"1\xff", b"").unwrap(),
            "{\"id\":\"resp_\\\"1\u{fffd}\",\"object\":\"response\",\"deleted\":true}"
        );
    }
}
