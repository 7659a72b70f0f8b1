//! Endpoints that generate no completion.

use std::borrow::Cow;

use crate::completion::Timing;
use crate::engine::BoxedBody;
use crate::error::Error;
use crate::host::Host;
use crate::json::Escaped;
use crate::tokens::Encoding;

/// An endpoint that generates no completion.
pub trait DirectEndpoint: Sync {
    /// Returns the body of the response, as JSON.
    ///
    /// # Errors
    ///
    /// Returns the error that the provider would return.
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error>;
}

/// A request to a [`DirectEndpoint`].
#[derive(Clone, Copy)]
pub struct DirectRequest<'a> {
    /// The name that matches `{...}` in the path.
    pub name: &'a [u8],
    /// The deployment that an Azure path names.
    pub deployment: Option<&'a [u8]>,
    /// The request body, which is empty if the method has none.
    pub body: &'a [u8],
    /// The time at which the response is composed, and the planned time of its
    /// first step. No delay separates the steps.
    pub timing: Timing,
    /// The environment of the request.
    pub host: &'a dyn Host,
}

impl<'a> DirectRequest<'a> {
    /// Returns the model of the response. `requested` is the model that the
    /// body names.
    ///
    /// # Errors
    ///
    /// Fails if the directive with the default model has an invalid value.
    pub fn model(&self, requested: Option<&str>) -> Result<Cow<'a, Escaped>, Error> {
        match (requested, self.deployment) {
            (Some(name), _) => Ok(Cow::Owned(Escaped::of(name))),
            (None, Some(name)) => Ok(Cow::Owned(Escaped::new(name))),
            (None, None) => self.host.model(),
        }
    }

    /// Returns the encoding to count tokens in, or `None` if they are
    /// estimated. `requested` is the model that the body names.
    ///
    /// # Errors
    ///
    /// Fails if a directive has an invalid value.
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
    reason = "it is moved once, from the endpoint to the response"
)]
pub enum Answer {
    /// The whole body.
    Whole(Vec<u8>),
    /// A long body. Each step is rendered when the previous one is sent.
    Steps(BoxedBody),
}

impl From<Vec<u8>> for Answer {
    fn from(body: Vec<u8>) -> Self {
        Self::Whole(body)
    }
}
