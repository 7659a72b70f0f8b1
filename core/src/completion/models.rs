//! The models of a location.

use std::sync::Arc;

use crate::json::Escaped;

/// The models of `llm_mock_models`, or by default those that each provider
/// lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Models(Option<Arc<[Escaped]>>);

impl Models {
    /// Creates a list of exactly these models.
    pub fn only<'a>(names: impl Iterator<Item = &'a [u8]>) -> Self {
        Self(Some(names.map(Escaped::new).collect()))
    }

    /// Returns the names of the list, if there is one.
    pub fn names(&self) -> Option<&[Escaped]> {
        self.0.as_deref()
    }

    /// Returns the names, escaped for JSON. Without a list they are `defaults`,
    /// which need no escapes.
    pub fn names_or<'a>(&'a self, defaults: &[&'a str]) -> Vec<&'a [u8]> {
        match self.names() {
            Some(names) => names.iter().map(Escaped::as_bytes).collect(),
            None => defaults.iter().map(|name| name.as_bytes()).collect(),
        }
    }

    /// Returns whether a model of this name exists. Without a list, every name
    /// does, because requests may name any model.
    pub fn has(&self, name: &Escaped) -> bool {
        self.names().is_none_or(|names| names.contains(name))
    }
}
