//! What Anthropic's endpoints take in a body (API reference, "Create a
//! Message" and "Count tokens in a Message").

use super::violations::Violations;
use crate::validate::spec::{
    ANY, ANY_STRING, Field, OBJECT, Object, Presence, Rule, STRING, Spec, ToolChoice, at_least,
    closed, list, open, some,
};

/// `POST /v1/messages`
pub static MESSAGES: Spec = spec(&closed(&[
    MODEL,
    CONVERSATION,
    Field::required("max_tokens", &[at_least(0)]),
    Field::optional("cache_control", NULLABLE_OBJECT),
    Field::optional("container", &[Rule::Null, ANY_STRING, Rule::Object(&ANY)]),
    Field::optional("context_management", NULLABLE_OBJECT),
    Field::optional("inference_geo", &[Rule::Null, ANY_STRING]),
    Field::optional("mcp_servers", &[list(OBJECT)]),
    Field::optional("metadata", &[Rule::Null, Rule::Object(&METADATA)]),
    Field::optional("output_config", OBJECT),
    Field::optional("output_format", NULLABLE_OBJECT),
    Field::optional("service_tier", &[Rule::Word(&["auto", "standard_only"])]),
    Field::optional("speed", &[Rule::Null, Rule::Word(&["standard", "fast"])]),
    Field::optional("stop_sequences", &[Rule::Null, list(STRING)]),
    Field::optional("stream", &[Rule::Boolean]),
    SYSTEM,
    Field::optional("temperature", SHARE),
    THINKING,
    CHOICE,
    TOOLS,
    Field::optional("top_k", &[at_least(0)]),
    Field::optional("top_p", SHARE),
]));

/// `POST /v1/messages/count_tokens`
pub static COUNT_TOKENS: Spec = spec(&closed(&[
    MODEL,
    CONVERSATION,
    Field::optional("cache_control", NULLABLE_OBJECT),
    Field::optional("context_management", NULLABLE_OBJECT),
    Field::optional("mcp_servers", &[list(OBJECT)]),
    Field::optional("output_config", OBJECT),
    Field::optional("output_format", NULLABLE_OBJECT),
    Field::optional("speed", &[Rule::Null, Rule::Word(&["standard", "fast"])]),
    SYSTEM,
    THINKING,
    CHOICE,
    TOOLS,
]));

const fn spec(body: &'static Object) -> Spec {
    Spec {
        body,
        messages: &Violations,
        is_proto: false,
        tool_choice: Some(ToolChoice {
            chosen: &["tool_choice", "name"],
            tool: &["name"],
        }),
    }
}

const MODEL: Field = Field::required(
    "model",
    &[Rule::String {
        least: 1,
        most: usize::MAX,
    }],
);
const CONVERSATION: Field = Field::required("messages", &[some(TURN)]);
const SYSTEM: Field = Field::optional("system", &[ANY_STRING, list(SYSTEM_BLOCK)]);
const THINKING: Field = Field::optional("thinking", THOUGHT);
const CHOICE: Field = Field::optional("tool_choice", CHOSEN).when(Presence::Given("tools"));
const TOOLS: Field = Field::optional("tools", &[list(ANY_TOOL)]);

const TURN: &[Rule] = &[Rule::Object(&MESSAGE)];
const SYSTEM_BLOCK: &[Rule] = &[Rule::Object(&TYPED)];
const ANY_TOOL: &[Rule] = &[Rule::Object(&TOOL)];

const THOUGHT: &[Rule] = &[Rule::Tagged {
    tag: "type",
    objects: &[
        ("adaptive", &ANY),
        ("disabled", &ANY),
        ("enabled", &ENABLED),
    ],
    others: None,
}];

const CHOSEN: &[Rule] = &[Rule::Tagged {
    tag: "type",
    objects: &[
        ("any", &ANY),
        ("auto", &ANY),
        ("none", &ANY),
        ("tool", &NAMED),
    ],
    others: None,
}];

const NULLABLE_OBJECT: &[Rule] = &[Rule::Null, Rule::Object(&ANY)];

/// From none to all.
const SHARE: &[Rule] = &[Rule::Number {
    least: 0.0,
    most: 1.0,
}];

static MESSAGE: Object = closed(&[
    Field::required("role", &[Rule::Word(&["user", "assistant"])]),
    Field::required("content", &[ANY_STRING, list(&[BLOCK])]),
]);

/// A content block; of most kinds only the name is looked at.
const BLOCK: Rule = Rule::Tagged {
    tag: "type",
    objects: &[
        ("bash_code_execution_tool_result", &ANY),
        ("code_execution_tool_result", &ANY),
        ("compaction", &ANY),
        ("container_upload", &ANY),
        ("document", &SOURCED),
        ("image", &SOURCED),
        ("mcp_tool_result", &ANY),
        ("mcp_tool_use", &ANY),
        ("redacted_thinking", &ANY),
        ("search_result", &ANY),
        ("server_tool_use", &ANY),
        ("text", &TEXT),
        ("text_editor_code_execution_tool_result", &ANY),
        ("thinking", &ANY),
        ("tool_reference", &ANY),
        ("tool_result", &TOOL_RESULT),
        ("tool_search_tool_result", &ANY),
        ("tool_use", &TOOL_USE),
        ("web_fetch_tool_result", &ANY),
        ("web_search_tool_result", &ANY),
    ],
    others: None,
};

static TEXT: Object = open(&[Field::required("text", STRING)]);

static SOURCED: Object = open(&[Field::required("source", OBJECT)]);

static TOOL_USE: Object = open(&[
    Field::required("id", STRING),
    Field::required("name", STRING),
    Field::required("input", OBJECT),
]);

static TOOL_RESULT: Object = open(&[Field::required("tool_use_id", STRING)]);

static TYPED: Object = open(&[Field::required("type", STRING)]);

static NAMED: Object = open(&[Field::required("name", STRING)]);

/// One of the client's own or of Anthropic's.
static TOOL: Object = open(&[
    Field::optional("name", &[Rule::Name { most: 128 }]),
    Field::optional("description", STRING),
    Field::optional("input_schema", OBJECT),
]);

static ENABLED: Object = open(&[Field::required("budget_tokens", &[at_least(1024)])]);

static METADATA: Object = closed(&[Field::optional("user_id", &[Rule::Null, ANY_STRING])]);

#[cfg(test)]
mod tests;
