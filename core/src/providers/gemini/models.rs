//! The models endpoints (API reference, "Models"): the `Model` object.

use crate::error::Error;
use crate::json::Escaped;
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};
use crate::util::excerpt;

/// The models if `llm_mock_models` is not set (python-genai 3.4.0, its
/// docstrings and tests).
const KNOWN: [&str; 8] = [
    "gemini-3.8-flash",
    "gemini-3.5-flash",
    "gemini-3.1-pro-preview",
    "gemini-3-pro-preview",
    "gemini-2.5-pro",
    "gemini-2.5-flash",
    "gemini-2.5-flash-lite",
    "gemini-2.0-flash",
];

/// `GET /v1beta/models`. The list has one page for any value of `pageSize`.
pub struct List;

impl DirectEndpoint for List {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let models = request.host.models()?;
        let mut out = b"{\"models\":[".to_vec();
        for (nth, name) in models.names_or(&KNOWN).into_iter().enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            put(name, &mut out);
        }
        out.extend_from_slice(b"]}");
        Ok(out.into())
    }
}

/// `GET /v1beta/models/{model}`
pub struct One;

impl DirectEndpoint for One {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let name = Escaped::new(request.name);
        if !request.host.models()?.has(&name) {
            return Err(no_such_model(request.name));
        }
        let mut out = Vec::new();
        put(name.as_bytes(), &mut out);
        Ok(out.into())
    }
}

/// Returns the error for an unknown model. The message is Google's, as clients
/// have recorded it.
fn no_such_model(name: &[u8]) -> Error {
    let name = excerpt::of_bytes(name);
    let message = format!(
        "models/{name} is not found for API version v1beta, or is not supported for \
         generateContent. Call ListModels to see the list of available models and their \
         supported methods."
    );
    Error::new(404, message)
}

/// Writes a `Model` object, with the version and the limits of many models.
fn put(name: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"name\":\"models/");
    out.extend_from_slice(name);
    out.extend_from_slice(b"\",\"version\":\"001\",\"displayName\":\"");
    out.extend_from_slice(name);
    out.extend_from_slice(
        b"\",\"inputTokenLimit\":1048576,\"outputTokenLimit\":65536,\
          \"supportedGenerationMethods\":[\"generateContent\",\"countTokens\"]}",
    );
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::completion::Models;
    use crate::testing::answer;

    fn get(endpoint: &dyn DirectEndpoint, models: &Models, name: &str) -> Result<Value, Error> {
        let body = answer(endpoint, models, name.as_bytes(), b"")?;
        Ok(serde_json::from_str(&body).unwrap())
    }

    #[test]
    fn the_list_has_one_page() {
        let models = Models::only([b"gemini-a".as_slice(), b"my \"own\""].into_iter());
        let one = |name: &str| {
            json!({
                "name": format!("models/{name}"), "version": "001", "displayName": name,
                "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            })
        };
        let list = get(&List, &models, "").unwrap();
        assert_eq!(
            list,
            json!({"models": [one("gemini-a"), one("my \"own\"")]})
        );
        assert_eq!(get(&One, &models, "gemini-a").unwrap(), one("gemini-a"));
        let error = get(&One, &models, "x").unwrap_err();
        assert_eq!(error.status, 404);
        assert!(
            error
                .message
                .starts_with("models/x is not found for API version")
        );
    }

    #[test]
    fn any_model_exists_without_a_configured_list() {
        let models = Models::default();
        let list = get(&List, &models, "").unwrap();
        assert_eq!(list["models"].as_array().map(Vec::len), Some(KNOWN.len()));
        assert_eq!(get(&One, &models, "any").unwrap()["name"], "models/any");
    }
}
