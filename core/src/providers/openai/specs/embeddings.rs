//! "Embeddings", "Create embeddings".

use super::MODEL;
use crate::providers::openai::violations::ARGUMENTS;
use crate::validate::spec::{
    ANY_STRING, Field, Object, Presence, Rule, STRING, Spec, at_least, closed, some,
};

/// `POST /v1/embeddings`. The number of inputs is checked in both modes: see
/// [`Embeddings`](crate::providers::openai::embeddings::Embeddings).
pub static EMBEDDINGS: Spec = Spec {
    body: &BODY,
    messages: &ARGUMENTS,
    is_proto: false,
    tool_choice: None,
    unknown_state: None,
};

static BODY: Object = closed(&[
    Field::optional("model", MODEL).when(Presence::Model),
    Field::required("input", &[ANY_STRING, some(INPUTS)]),
    Field::optional("dimensions", &[at_least(1)]),
    Field::optional("encoding_format", &[Rule::Word(&["float", "base64"])]),
    Field::optional("user", STRING),
]);

/// The inputs: a text or several, or the tokens of one or several.
pub const INPUTS: &[Rule] = &[ANY_STRING, at_least(0), some(&[at_least(0)])];
