//! The models endpoints (API reference, "Models"): the `list` and `model`
//! objects.

use crate::error::Error;
use crate::json::{Digits, Escaped};
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};

/// The models if `llm_mock_models` is not set: one of each kind that clients
/// request by name.
const KNOWN: [&str; 24] = [
    "gpt-5.5",
    "gpt-5.4",
    "gpt-5.4-mini",
    "gpt-5.4-nano",
    "gpt-5.2",
    "gpt-5.1",
    "gpt-5",
    "gpt-5-mini",
    "gpt-5-nano",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4.1-nano",
    "o4-mini",
    "o3",
    "o3-mini",
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-4-turbo",
    "gpt-4",
    "gpt-3.5-turbo",
    "gpt-3.5-turbo-instruct",
    "text-embedding-3-small",
    "text-embedding-3-large",
    "omni-moderation-latest",
];

/// The creation time of every model, in seconds since 1970, from the examples
/// of the API reference.
const CREATED: u64 = 1_686_935_002;

/// `GET /v1/models`
pub struct List;

impl DirectEndpoint for List {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let models = request.host.models()?;
        let mut list = b"{\"object\":\"list\",\"data\":[".to_vec();
        for (nth, name) in models.names_or(&KNOWN).into_iter().enumerate() {
            if nth > 0 {
                list.push(b',');
            }
            put(name, &mut list);
        }
        list.extend_from_slice(b"]}");
        Ok(list.into())
    }
}

/// `GET /v1/models/{model}`
pub struct One;

impl DirectEndpoint for One {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let name = Escaped::new(request.name);
        if !request.host.models()?.has(&name) {
            return Err(Error::no_such_model(request.name));
        }
        let mut out = Vec::new();
        put(name.as_bytes(), &mut out);
        Ok(out.into())
    }
}

/// Writes a `model` object.
fn put(name: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":\"");
    out.extend_from_slice(name);
    out.extend_from_slice(b"\",\"object\":\"model\",\"created\":");
    out.extend_from_slice(Digits::of(CREATED).as_bytes());
    out.extend_from_slice(b",\"owned_by\":\"openai\"}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Models;
    use crate::providers::openai::OpenAi;
    use crate::providers::provider::Provider;
    use crate::testing;
    use serde_json::{Value, json};

    fn find(endpoint: &dyn DirectEndpoint, models: &Models, name: &str) -> Result<String, Error> {
        testing::answer(endpoint, models, name.as_bytes(), b"")
    }

    #[test]
    fn the_list_has_openais_format() {
        let models = Models::only([b"gpt-4o".as_slice(), b"my \"own\""].into_iter());
        insta::assert_snapshot!(find(&List, &models, "").unwrap());
    }

    #[test]
    fn any_model_exists_without_a_configured_list() {
        let models = Models::default();
        let list: Value = serde_json::from_str(&find(&List, &models, "").unwrap()).unwrap();
        let listed: Vec<_> = list["data"].as_array().unwrap().iter().collect();
        assert_eq!(listed.len(), KNOWN.len());
        for model in listed {
            let name = model["id"].as_str().unwrap();
            let one: Value = serde_json::from_str(&find(&One, &models, name).unwrap()).unwrap();
            assert_eq!(&one, model);
        }
        insta::assert_snapshot!(find(&One, &models, "org/any \"model\":tag").unwrap());
    }

    #[test]
    fn unlisted_models_are_not_found() {
        let models = Models::only([b"a".as_slice(), b"org/\xffb\"c"].into_iter());
        assert!(find(&One, &models, "a").is_ok());
        assert!(testing::answer(&One, &models, b"org/\xffb\"c", b"").is_ok());
        let error = find(&One, &models, "gpt-\"4\"").unwrap_err();
        assert_eq!(error.status, 404);
        let body: Value = serde_json::from_slice(&OpenAi.error_body(&error, b"")).unwrap();
        assert_eq!(
            body["error"],
            json!({
                "message": "The model 'gpt-\"4\"' does not exist",
                "type": "invalid_request_error",
                "param": "model",
                "code": "model_not_found",
            })
        );
    }
}
