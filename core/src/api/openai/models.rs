//! The list of models (API reference, "Models"): the objects `list` and
//! `model`.

use std::sync::Arc;

use super::error::Error;
use crate::api::{Answer, Lookup, Query};
use crate::json::{Digits, Escaped};

/// What there is unless `llm_mock_models` says otherwise: a model of each kind
/// that clients ask for by name.
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

/// When each model was made, as the examples of the API reference have it.
const CREATED: u64 = 1_686_935_002;

/// The models of one location.
#[derive(Debug, Clone)]
pub struct Models {
    names: Arc<[Escaped]>,
    /// Whether there are no others.
    closed: bool,
    /// The object `list`, rendered once.
    list: Arc<[u8]>,
}

impl Default for Models {
    fn default() -> Self {
        let names = KNOWN.iter().map(|name| Escaped::new(name.as_bytes()));
        Self::of(names.collect(), false)
    }
}

impl Models {
    /// These and no others.
    pub fn only<'a>(names: impl Iterator<Item = &'a [u8]>) -> Self {
        Self::of(names.map(Escaped::new).collect(), true)
    }

    fn of(names: Arc<[Escaped]>, closed: bool) -> Self {
        let mut list = b"{\"object\":\"list\",\"data\":[".to_vec();
        for (nth, name) in names.iter().enumerate() {
            if nth > 0 {
                list.push(b',');
            }
            put(name, &mut list);
        }
        list.extend_from_slice(b"]}");
        Self {
            names,
            closed,
            list: list.into(),
        }
    }

    /// Whether a client that asks for this model gets it.
    ///
    /// Whatever model a request names answers it, so a client that looks first
    /// whether there is such a model must find it. Only who has said what there
    /// is wants to see the others missing.
    fn has(&self, name: &Escaped) -> bool {
        !self.closed || self.names.contains(name)
    }
}

/// `GET /v1/models`
pub struct List;

impl Lookup for List {
    fn memory(&self, query: &Query) -> usize {
        query.settings.models.list.len()
    }

    fn answer(&self, query: &Query) -> Result<Answer, Error> {
        Ok(query.settings.models.list.to_vec().into())
    }
}

/// `GET /v1/models/{model}`
pub struct One;

impl Lookup for One {
    fn memory(&self, query: &Query) -> usize {
        // A byte that is not UTF-8 is read as three, one that is escaped is
        // written as six, thrice where it grows, and copied into the reply.
        const AROUND: usize = 512;
        query.name.len().saturating_mul(3 + 4 * 3 * 6) + AROUND
    }

    fn answer(&self, query: &Query) -> Result<Answer, Error> {
        let name = Escaped::new(query.name);
        if !query.settings.models.has(&name) {
            return Err(Error::no_such_model(query.name));
        }
        let mut out = Vec::new();
        put(&name, &mut out);
        Ok(out.into())
    }
}

/// The object `model`.
fn put(name: &Escaped, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\",\"object\":\"model\",\"created\":");
    out.extend_from_slice(Digits::of(CREATED).as_bytes());
    out.extend_from_slice(b",\"owned_by\":\"openai\"}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing;
    use serde_json::{Value, json};

    fn ask(lookup: &dyn Lookup, models: &Models, name: &str) -> Result<String, Error> {
        testing::ask(lookup, models, name.as_bytes(), b"")
    }

    #[test]
    fn the_list_is_openais_object() {
        let models = Models::only([b"gpt-4o".as_slice(), b"my \"own\""].into_iter());
        insta::assert_snapshot!(ask(&List, &models, "").unwrap());
    }

    #[test]
    fn without_a_list_there_is_any_model() {
        let models = Models::default();
        let list: Value = serde_json::from_str(&ask(&List, &models, "").unwrap()).unwrap();
        let listed: Vec<_> = list["data"].as_array().unwrap().iter().collect();
        assert_eq!(listed.len(), KNOWN.len());
        for model in listed {
            let name = model["id"].as_str().unwrap();
            let one: Value = serde_json::from_str(&ask(&One, &models, name).unwrap()).unwrap();
            assert_eq!(&one, model);
        }
        insta::assert_snapshot!(ask(&One, &models, "org/any \"model\":tag").unwrap());
    }

    #[test]
    fn of_a_list_there_are_no_others() {
        let models = Models::only([b"a".as_slice(), b"org/\xffb\"c"].into_iter());
        assert!(ask(&One, &models, "a").is_ok());
        assert!(testing::ask(&One, &models, b"org/\xffb\"c", b"").is_ok());
        let error = ask(&One, &models, "gpt-\"4\"").unwrap_err();
        assert_eq!(error.status, 404);
        let body: Value = serde_json::from_slice(&error.to_json()).unwrap();
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
