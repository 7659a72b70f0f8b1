//! Endpoints that generate no completion.

use std::borrow::Cow;

use crate::engine::BoxedBody;
use crate::error::Error;
use crate::host::Host;
use crate::json::Escaped;
use crate::tokens::Encoding;

/// An endpoint whose response depends on the request alone.
pub trait DirectEndpoint: Sync {
    /// The body of the response, as JSON.
    ///
    /// # Errors
    ///
    /// What the provider would answer instead.
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error>;
}

/// A request to a [`DirectEndpoint`].
#[derive(Clone, Copy)]
pub struct DirectRequest<'a> {
    /// What stands for `{...}` in the path.
    pub name: &'a [u8],
    /// The deployment that the path names, with Azure.
    pub deployment: Option<&'a [u8]>,
    /// The body; empty if the method has none.
    pub body: &'a [u8],
    /// What surrounds the request.
    pub host: &'a dyn Host,
}

impl<'a> DirectRequest<'a> {
    /// The model of a request that names this one in its body.
    ///
    /// # Errors
    ///
    /// The directive that names the default has no valid value.
    pub fn model(&self, requested: Option<&str>) -> Result<Cow<'a, Escaped>, Error> {
        match (requested, self.deployment) {
            (Some(name), _) => Ok(Cow::Owned(Escaped::of(name))),
            (None, Some(name)) => Ok(Cow::Owned(Escaped::new(name))),
            (None, None) => self.host.model(),
        }
    }

    /// The encoding in which tokens are counted for a request that names this
    /// model in its body; none if they are estimated.
    ///
    /// # Errors
    ///
    /// A directive has no valid value.
    pub fn encoding(&self, requested: Option<&str>) -> Result<Option<Encoding>, Error> {
        let tokenizer = self.host.tokenizer()?;
        if let Some(name) = requested {
            return Ok(tokenizer.encoding(name.as_bytes()));
        }
        let default = match self.name {
            b"" => self.model(None)?,
            name => return Ok(tokenizer.encoding(name)),
        };
        Ok(tokenizer.encoding(default.as_bytes()))
    }
}

/// The body of a response to a [`DirectRequest`].
#[expect(
    clippy::large_enum_variant,
    reason = "it is there only until the response is composed"
)]
pub enum Answer {
    /// All of it.
    Whole(Vec<u8>),
    /// A long one: each step is rendered when the one before is sent.
    Steps(BoxedBody),
}

impl From<Vec<u8>> for Answer {
    fn from(body: Vec<u8>) -> Self {
        Self::Whole(body)
    }
}
