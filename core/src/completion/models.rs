//! The models that a location has.

use std::sync::Arc;

use crate::json::Escaped;

/// The models of `llm_mock_models`, or those that each provider lists by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Models(Option<Arc<[Escaped]>>);

impl Models {
    /// These models and no others.
    pub fn only<'a>(names: impl Iterator<Item = &'a [u8]>) -> Self {
        Self(Some(names.map(Escaped::new).collect()))
    }

    /// The names, if there is a list of them.
    pub fn names(&self) -> Option<&[Escaped]> {
        self.0.as_deref()
    }

    /// The names, as they stand in JSON. Without a list they are `defaults`,
    /// which need no escapes.
    pub fn names_or<'a>(&'a self, defaults: &[&'a str]) -> Vec<&'a [u8]> {
        match self.names() {
            Some(names) => names.iter().map(Escaped::as_bytes).collect(),
            None => defaults.iter().map(|name| name.as_bytes()).collect(),
        }
    }

    /// Whether a client that looks for this model finds it. Any model that a
    /// request names answers it, so without a list each name is found.
    pub fn has(&self, name: &Escaped) -> bool {
        self.names().is_none_or(|names| names.contains(name))
    }
}
