//! "Completions", "Create completion".

use super::{
    CHOICES, LOGIT_BIAS, MODEL, NULLABLE_BOOLEAN, NULLABLE_STRING, PENALTY, SEED, STOP,
    STREAM_OPTIONS, TEMPERATURE, TOP_P, integer,
};
use crate::providers::openai::violations::ARGUMENTS;
use crate::validate::spec::{
    ANY_STRING, Field, Object, Presence, Rule, STRING, Spec, at_least, closed, some,
};

/// `POST /v1/completions`
pub static COMPLETIONS: Spec = Spec {
    body: &BODY,
    messages: &ARGUMENTS,
    is_proto: false,
    tool_choice: None,
    unknown_state: None,
};

static BODY: Object = closed(&[
    Field::optional("model", MODEL).when(Presence::Model),
    Field::optional(
        "prompt",
        &[Rule::Null, ANY_STRING, some(super::embeddings::INPUTS)],
    ),
    Field::optional("best_of", &[Rule::Null, integer(0, 20)]),
    Field::optional("echo", NULLABLE_BOOLEAN),
    Field::optional("frequency_penalty", PENALTY),
    Field::optional("logit_bias", LOGIT_BIAS),
    Field::optional("logprobs", &[Rule::Null, integer(0, 5)]),
    Field::optional("max_tokens", &[Rule::Null, at_least(0)]),
    Field::optional("n", CHOICES),
    Field::optional("presence_penalty", PENALTY),
    Field::optional("seed", SEED),
    Field::optional("stop", STOP),
    Field::optional("stream", NULLABLE_BOOLEAN),
    Field::optional("stream_options", STREAM_OPTIONS).when(Presence::Enabled("stream")),
    Field::optional("suffix", NULLABLE_STRING),
    Field::optional("temperature", TEMPERATURE),
    Field::optional("top_p", TOP_P),
    Field::optional("user", STRING),
]);
