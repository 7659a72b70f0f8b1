//! "Responses", "Create a model response". Items and tools are checked only for
//! the fields that all their kinds have.

use super::{
    CACHE_RETENTION, EFFORT, FORMAT, LOGPROBS, LONGEST_NAME, METADATA, MODEL, NULLABLE_BOOLEAN,
    NULLABLE_STRING, SERVICE_TIER, STREAM_OPTIONS, TEMPERATURE, TOP_P, VERBOSITY,
};
use crate::json::Value;
use crate::providers::openai::violations::PARAMETERS;
use crate::validate::spec::{
    ANY, ANY_STRING, Field, OBJECT, Object, Presence, Rule, STRING, Spec, ToolChoice, at_least,
    closed, list, open,
};

/// `POST /v1/responses`
pub static RESPONSES: Spec = Spec {
    body: &BODY,
    messages: &PARAMETERS,
    is_proto: false,
    tool_choice: Some(ToolChoice {
        chosen: &["tool_choice", "name"],
        tool: &["name"],
        provides_others,
    }),
    unknown_state: None,
};

/// Returns whether a tool provides further tools. A namespace contains its
/// tools, and an MCP server defines them elsewhere.
fn provides_others(tool: Value) -> bool {
    let kind = tool.field("type");
    kind.is_some_and(|kind| kind.is("namespace") || kind.is("mcp"))
}

const NULLABLE_OBJECT: &[Rule] = &[Rule::Null, Rule::Object(&ANY)];

static BODY: Object = closed(&[
    Field::optional("model", MODEL).when(Presence::Named),
    Field::optional("input", INPUT).when(Presence::Unless(&[
        "previous_response_id",
        "prompt",
        "conversation",
    ])),
    Field::optional("access_programs", NULLABLE_OBJECT),
    Field::optional("background", NULLABLE_BOOLEAN),
    Field::optional("background_options", NULLABLE_OBJECT),
    Field::optional("context_management", &[Rule::Null, list(OBJECT)]),
    Field::optional(
        "conversation",
        &[Rule::Null, ANY_STRING, Rule::Object(&ANY)],
    ),
    Field::optional("image", NULLABLE_OBJECT),
    Field::optional("include", &[Rule::Null, list(STRING)]),
    Field::optional("instructions", &[Rule::Null, ANY_STRING, list(OBJECT)]),
    Field::optional("max_output_tokens", &[Rule::Null, at_least(16)]),
    Field::optional("max_tool_calls", &[Rule::Null, at_least(1)]),
    Field::optional("metadata", METADATA),
    Field::optional("moderation", NULLABLE_OBJECT),
    Field::optional("parallel_tool_calls", NULLABLE_BOOLEAN),
    Field::optional("previous_response_id", NULLABLE_STRING),
    Field::optional("prompt", NULLABLE_OBJECT),
    Field::optional("prompt_cache_key", NULLABLE_STRING),
    Field::optional("prompt_cache_options", NULLABLE_OBJECT),
    Field::optional("prompt_cache_retention", CACHE_RETENTION),
    Field::optional("reasoning", &[Rule::Null, Rule::Object(&REASONING)]),
    Field::optional("safety_identifier", NULLABLE_STRING),
    Field::optional("service_tier", SERVICE_TIER),
    Field::optional("store", NULLABLE_BOOLEAN),
    Field::optional("stream", NULLABLE_BOOLEAN),
    Field::optional("stream_options", STREAM_OPTIONS).when(Presence::Enabled("stream")),
    Field::optional("temperature", TEMPERATURE),
    Field::optional("text", &[Rule::Null, Rule::Object(&TEXT)]),
    Field::optional(
        "tool_choice",
        &[
            Rule::Object(&TYPED),
            Rule::Word(&["none", "auto", "required"]),
        ],
    ),
    Field::optional("tools", TOOLS),
    Field::optional("top_logprobs", LOGPROBS),
    Field::optional("top_p", TOP_P),
    Field::optional(
        "truncation",
        &[Rule::Null, Rule::Word(&["auto", "disabled"])],
    ),
    Field::optional("user", NULLABLE_STRING),
]);

const INPUT: &[Rule] = &[ANY_STRING, list(ITEMS)];

const ITEMS: &[Rule] = &[Rule::Object(&ITEM)];

static ITEM: Object = open(&[
    Field::optional("type", STRING),
    Field::optional(
        "role",
        &[Rule::Word(&["assistant", "system", "developer", "user"])],
    ),
    Field::optional(
        "content",
        &[Rule::Null, ANY_STRING, list(&[Rule::Object(&PART)])],
    ),
]);

static PART: Object = open(&[Field::required(
    "type",
    &[Rule::Word(&[
        "input_text",
        "input_image",
        "output_text",
        "refusal",
        "input_file",
        "computer_screenshot",
        "summary_text",
        "reasoning_text",
    ])],
)]);

const TOOLS: &[Rule] = &[list(TOOL)];

const TOOL: &[Rule] = &[Rule::Tagged {
    tag: "type",
    objects: &[("function", &FUNCTION)],
    others: Some(&ANY),
}];

static FUNCTION: Object = open(&[
    Field::required("name", &[Rule::Name { most: LONGEST_NAME }]),
    Field::optional("description", NULLABLE_STRING),
    Field::optional("parameters", NULLABLE_OBJECT),
    Field::optional("strict", NULLABLE_BOOLEAN),
]);

static TYPED: Object = open(&[Field::required("type", STRING)]);

static REASONING: Object = open(&[Field::optional("effort", EFFORT)]);

static TEXT: Object = closed(&[
    Field::optional(
        "format",
        &[Rule::Tagged {
            tag: "type",
            objects: &[
                ("text", &FORMAT),
                ("json_schema", &JSON_SCHEMA),
                ("json_object", &FORMAT),
            ],
            others: None,
        }],
    ),
    Field::optional("verbosity", VERBOSITY),
]);

static JSON_SCHEMA: Object = closed(&[
    Field::required("type", STRING),
    Field::required("name", &[Rule::Name { most: LONGEST_NAME }]),
    Field::required("schema", OBJECT),
    Field::optional("description", NULLABLE_STRING),
    Field::optional("strict", NULLABLE_BOOLEAN),
]);
