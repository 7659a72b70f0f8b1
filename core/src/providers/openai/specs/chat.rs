//! "Chat", "Create chat completion".

use super::messages::MESSAGES;
use super::tools::{FUNCTION, FUNCTION_CALL, TOOL_CHOICE, TOOLS};
use super::{
    CACHE_RETENTION, CHOICES, EFFORT, FORMAT, LOGIT_BIAS, LOGPROBS, LONGEST_NAME, METADATA, MODEL,
    NULLABLE_BOOLEAN, NULLABLE_STRING, PENALTY, SEED, SERVICE_TIER, STOP, STREAM_OPTIONS,
    TEMPERATURE, TOP_P, VERBOSITY,
};
use crate::providers::openai::violations::ARGUMENTS;
use crate::validate::spec::{
    ANY, BOOLEAN, Field, OBJECT, Object, Presence, Rule, STRING, Spec, ToolChoice, at_least,
    closed, list,
};

/// `POST /v1/chat/completions`
pub static CHAT: Spec = Spec {
    body: &BODY,
    messages: &ARGUMENTS,
    is_proto: false,
    tool_choice: Some(ToolChoice {
        chosen: &["tool_choice", "function", "name"],
        tool: &["function", "name"],
        provides_others: |_| false,
    }),
    unknown_state: None,
};

const LIMIT: &[Rule] = &[Rule::Null, at_least(1)];
const NULLABLE_OBJECT: &[Rule] = &[Rule::Null, Rule::Object(&ANY)];

static BODY: Object = closed(&[
    Field::optional("model", MODEL).when(Presence::Model),
    Field::required("messages", MESSAGES),
    Field::optional("audio", NULLABLE_OBJECT),
    Field::optional("frequency_penalty", PENALTY),
    Field::optional("function_call", FUNCTION_CALL).when(Presence::Given("functions")),
    Field::optional(
        "functions",
        &[Rule::Array {
            items: &[Rule::Object(&FUNCTION)],
            least: 1,
            most: 128,
        }],
    ),
    Field::optional("logit_bias", LOGIT_BIAS),
    Field::optional("logprobs", NULLABLE_BOOLEAN),
    Field::optional("max_completion_tokens", LIMIT),
    Field::optional("max_tokens", LIMIT),
    Field::optional("metadata", METADATA),
    Field::optional(
        "modalities",
        &[Rule::Null, list(&[Rule::Word(&["text", "audio"])])],
    ),
    Field::optional("moderation", NULLABLE_OBJECT),
    Field::optional("n", CHOICES),
    Field::optional("parallel_tool_calls", BOOLEAN).when(Presence::Given("tools")),
    Field::optional("prediction", NULLABLE_OBJECT),
    Field::optional("presence_penalty", PENALTY),
    Field::optional("prompt_cache_key", NULLABLE_STRING),
    Field::optional("prompt_cache_options", NULLABLE_OBJECT),
    Field::optional("prompt_cache_retention", CACHE_RETENTION),
    Field::optional("reasoning_effort", EFFORT),
    Field::optional("response_format", RESPONSE_FORMAT),
    Field::optional("safety_identifier", NULLABLE_STRING),
    Field::optional("seed", SEED),
    Field::optional("service_tier", SERVICE_TIER),
    Field::optional("stop", STOP),
    Field::optional("store", NULLABLE_BOOLEAN),
    Field::optional("stream", NULLABLE_BOOLEAN),
    Field::optional("stream_options", STREAM_OPTIONS).when(Presence::Enabled("stream")),
    Field::optional("temperature", TEMPERATURE),
    Field::optional("tool_choice", TOOL_CHOICE).when(Presence::Given("tools")),
    Field::optional("tools", TOOLS),
    Field::optional("top_logprobs", LOGPROBS).when(Presence::Enabled("logprobs")),
    Field::optional("top_p", TOP_P),
    Field::optional("user", STRING),
    Field::optional("verbosity", VERBOSITY),
    Field::optional("web_search_options", OBJECT),
]);

const RESPONSE_FORMAT: &[Rule] = &[Rule::Tagged {
    tag: "type",
    objects: &[
        ("json_object", &FORMAT),
        ("json_schema", &JSON_SCHEMA),
        ("text", &FORMAT),
    ],
    others: None,
}];

static JSON_SCHEMA: Object = closed(&[
    Field::required("type", STRING),
    Field::required("json_schema", &[Rule::Object(&NAMED_SCHEMA)]),
]);

static NAMED_SCHEMA: Object = closed(&[
    Field::required("name", &[Rule::Name { most: LONGEST_NAME }]),
    Field::optional("description", STRING),
    Field::optional("schema", OBJECT),
    Field::optional("strict", NULLABLE_BOOLEAN),
]);

#[cfg(test)]
mod tests;
