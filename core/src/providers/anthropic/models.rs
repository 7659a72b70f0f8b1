//! The models endpoints (API reference, "List Models" and "Get a Model"): the
//! `ModelInfo` object.

use crate::error::Error;
use crate::json::Escaped;
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};
use crate::util::excerpt;

/// The models if `llm_mock_models` is not set, newest first
/// (anthropic-sdk-python 2.12.0, `types/model.py`).
const KNOWN: [&str; 12] = [
    "claude-haiku-5-5",
    "claude-sonnet-5-5",
    "claude-opus-5-5",
    "claude-sonnet-5",
    "claude-opus-5",
    "claude-opus-4-8",
    "claude-opus-4-7",
    "claude-opus-4-6",
    "claude-sonnet-4-6",
    "claude-haiku-4-5",
    "claude-opus-4-5",
    "claude-sonnet-4-5",
];

/// `GET /v1/models`. The list has one page for any value of `limit`.
pub struct List;

impl DirectEndpoint for List {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let models = request.host.models()?;
        let names = models.names_or(&KNOWN);
        let mut out = b"{\"data\":[".to_vec();
        for (nth, name) in names.iter().enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            put(name, &mut out);
        }
        out.extend_from_slice(b"],\"has_more\":false");
        for (field, name) in [("first_id", names.first()), ("last_id", names.last())] {
            let name = match name {
                Some(name) => [b"\"", *name, b"\""].concat(),
                None => b"null".to_vec(),
            };
            out.extend_from_slice(&[b",\"", field.as_bytes(), b"\":", &name].concat());
        }
        out.push(b'}');
        Ok(out.into())
    }
}

/// `GET /v1/models/{model}`
pub struct One;

impl DirectEndpoint for One {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let name = Escaped::new(request.name);
        if !request.host.models()?.has(&name) {
            let name = excerpt::of_bytes(request.name);
            return Err(Error::new(404, format!("model: {name}")));
        }
        let mut out = Vec::new();
        put(name.as_bytes(), &mut out);
        Ok(out.into())
    }
}

/// Writes a `ModelInfo` object. The release date is the epoch, which is the
/// reference's value for an unknown date. The limits are those of many models.
fn put(name: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"model\",\"id\":\"");
    out.extend_from_slice(name);
    out.extend_from_slice(b"\",\"display_name\":\"");
    out.extend_from_slice(name);
    out.extend_from_slice(
        b"\",\"created_at\":\"1970-01-01T00:00:00Z\",\"lifecycle\":\"active\",\"line\":null,\
          \"max_input_tokens\":200000,\"max_tokens\":64000,\"deprecated_at\":null,\
          \"retires_at\":null,\"capabilities\":null}",
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
        let models = Models::only([b"claude-a".as_slice(), b"my \"own\""].into_iter());
        let list = get(&List, &models, "").unwrap();
        let one = |name: &str| {
            json!({
                "type": "model", "id": name, "display_name": name,
                "created_at": "1970-01-01T00:00:00Z", "lifecycle": "active", "line": null,
                "max_input_tokens": 200_000, "max_tokens": 64_000, "deprecated_at": null,
                "retires_at": null, "capabilities": null,
            })
        };
        assert_eq!(
            list,
            json!({
                "data": [one("claude-a"), one("my \"own\"")], "has_more": false,
                "first_id": "claude-a", "last_id": "my \"own\"",
            })
        );
        assert_eq!(get(&One, &models, "claude-a").unwrap(), one("claude-a"));
        let error = get(&One, &models, "gpt-4o").unwrap_err();
        assert_eq!((error.status, &*error.message), (404, "model: gpt-4o"));
    }

    #[test]
    fn any_model_exists_without_a_configured_list() {
        let models = Models::default();
        let list = get(&List, &models, "").unwrap();
        assert_eq!(list["data"].as_array().map(Vec::len), Some(KNOWN.len()));
        assert_eq!(list["first_id"], list["data"][0]["id"]);
        assert_eq!(get(&One, &models, "org/any").unwrap()["id"], "org/any");
    }

    #[test]
    fn an_empty_list_has_no_first_and_last_id() {
        let list = get(&List, &Models::only([].into_iter()), "").unwrap();
        assert_eq!(
            list,
            json!({"data": [], "has_more": false, "first_id": null, "last_id": null})
        );
    }
}
