//! The endpoints beside `/v1/responses` (API reference, "Responses"). Nothing
//! is stored: whatever a client asks for is unknown, as a response is to OpenAI
//! that was made with `"store": false`. Deleting what is not there succeeds, so
//! that a client's cleaning up does not fail.

use crate::api::openai::error::{Error, INVALID_REQUEST};
use crate::api::{Answer, Lookup, Query};
use crate::json;
use crate::quote::cut_bytes;

/// What grows takes up to three times what it holds; a byte may become six.
const GROWN: usize = 3 * 6;
const MARGIN: usize = 1024;

/// Asks for, lists the input of, or cancels a response.
pub struct Get;

impl Lookup for Get {
    fn memory(&self, _query: &Query) -> usize {
        // The error repeats the beginning of the id.
        4 * MARGIN
    }

    fn answer(&self, query: &Query) -> Result<Answer, Error> {
        Err(Error {
            status: 404,
            message: format!("Response with id '{}' not found.", cut_bytes(query.name)).into(),
            kind: INVALID_REQUEST,
            param: None,
            code: None,
        })
    }
}

/// Deletes a response.
pub struct Delete;

impl Lookup for Delete {
    fn memory(&self, query: &Query) -> usize {
        query.name.len().saturating_mul(3 * GROWN) + MARGIN
    }

    fn answer(&self, query: &Query) -> Result<Answer, Error> {
        let mut out = b"{\"id\":\"".to_vec();
        json::escape(&String::from_utf8_lossy(query.name), &mut out);
        out.extend_from_slice(b"\",\"object\":\"response\",\"deleted\":true}");
        Ok(out.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::openai::models::Models;
    use crate::api::testing::ask;

    fn answer(lookup: &dyn Lookup, name: &[u8], body: &[u8]) -> Result<String, String> {
        ask(lookup, &Models::default(), name, body).map_err(|error| {
            let json = String::from_utf8(error.to_json()).unwrap();
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
