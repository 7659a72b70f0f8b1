//! Validation rules for the bodies of Anthropic's endpoints (API reference,
//! "Create a Message" and "Count tokens in a Message").

use super::provider::THREAD_NOT_FOUND;
use super::violations::Violations;
use crate::error::Error;
use crate::json::Value;
use crate::validate::spec::{
    ANY, ANY_STRING, Field, OBJECT, Object, Presence, Rule, STRING, Spec, ToolChoice, at_least,
    closed, list, open, some,
};

/// The fields of `POST /v1/messages`, after `first`.
macro_rules! message_fields {
    ($($first:expr),*) => {
        closed(&[
            $($first,)*
            CONVERSATION,
            Field::required("max_tokens", &[at_least(0)]),
            BILLING,
            Field::optional("cache_control", NULLABLE_OBJECT),
            COMPACTION,
            Field::optional("container", &[Rule::Null, ANY_STRING, Rule::Object(&ANY)]),
            Field::optional("context_management", NULLABLE_OBJECT),
            Field::optional("diagnostics", NULLABLE_OBJECT),
            Field::optional(
                "fallback_credit_token",
                &[Rule::Null, ANY_STRING, Rule::Object(&ANY)],
            ),
            Field::optional(
                "fallbacks",
                &[Rule::Null, Rule::Word(&["default"]), list(OBJECT)],
            ),
            Field::optional("inference_geo", &[Rule::Null, ANY_STRING]),
            Field::optional("mcp_servers", &[list(OBJECT)]),
            Field::optional("metadata", &[Rule::Null, Rule::Object(&METADATA)]),
            Field::optional("output_config", OBJECT),
            Field::optional("output_format", NULLABLE_OBJECT),
            Field::optional("service_tier", &[Rule::Word(&["auto", "standard_only"])]),
            SPEED,
            Field::optional("stop_sequences", &[Rule::Null, list(STRING)]),
            Field::optional("stream", &[Rule::Boolean]),
            SYSTEM,
            Field::optional("temperature", FRACTION),
            THINKING,
            Field::optional("thread", THREAD),
            CHOICE,
            TOOLS,
            Field::optional("top_k", &[at_least(0)]),
            Field::optional("top_p", FRACTION),
        ])
    };
}

/// The fields of `POST /v1/messages/count_tokens`, after `first`.
macro_rules! count_fields {
    ($($first:expr),*) => {
        closed(&[
            $($first,)*
            MODEL,
            CONVERSATION,
            BILLING,
            Field::optional("cache_control", NULLABLE_OBJECT),
            COMPACTION,
            Field::optional("context_management", NULLABLE_OBJECT),
            Field::optional("mcp_servers", &[list(OBJECT)]),
            Field::optional("output_config", OBJECT),
            Field::optional("output_format", NULLABLE_OBJECT),
            SPEED,
            SYSTEM,
            THINKING,
            CHOICE,
            TOOLS,
        ])
    };
}

/// `POST /v1/messages`
pub static MESSAGES: Spec = spec(&message_fields!(MODEL));

/// `POST /v1/messages/count_tokens`
pub static COUNT_TOKENS: Spec = spec(&count_fields!());

/// `:rawPredict` and `:streamRawPredict` of Vertex AI. The path names the
/// model.
pub static VERTEX_MESSAGES: Spec =
    spec(&message_fields!(VERSION, Field::optional("model", STRING)));

/// `count-tokens:rawPredict` of Vertex AI
pub static VERTEX_COUNT_TOKENS: Spec = spec(&count_fields!(VERSION));

const fn spec(body: &'static Object) -> Spec {
    Spec {
        body,
        messages: &Violations,
        is_proto: false,
        tool_choice: Some(ToolChoice {
            chosen: &["tool_choice", "name"],
            tool: &["name"],
            provides_others,
        }),
        unknown_state: Some(unknown_thread),
    }
}

/// Returns whether a tool provides further tools that the list does not name,
/// as toolsets and some of Anthropic's own tools do.
fn provides_others(tool: Value) -> bool {
    let kind = tool.field("type");
    kind.is_some_and(|kind| kind.is_string() && !kind.is("custom"))
}

/// Returns an error if a request continues a thread. No threads are stored.
fn unknown_thread(body: Value) -> Option<Error> {
    let thread = body.field("thread")?;
    let continues = thread.field("type")?.is("continue");
    continues.then(|| Error {
        code: Some(THREAD_NOT_FOUND),
        ..Error::new(
            404,
            "No usable thread state was found for previous_message_id.",
        )
    })
}

const VERSION: Field = Field::optional("anthropic_version", STRING);
const BILLING: Field = Field::optional("billing_policy", NULLABLE_OBJECT);
const COMPACTION: Field = Field::optional("compaction", NULLABLE_OBJECT);
const SPEED: Field = Field::optional("speed", &[Rule::Null, Rule::Word(&["standard", "fast"])]);
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

const TURN: &[Rule] = &[Rule::Tagged {
    tag: "role",
    objects: &[
        ("assistant", &MESSAGE),
        ("system", &SYSTEM_MESSAGE),
        ("user", &MESSAGE),
    ],
    others: None,
}];
const SYSTEM_BLOCK: &[Rule] = &[Rule::Object(&TYPED)];
const ANY_TOOL: &[Rule] = &[Rule::Object(&TOOL)];

const THOUGHT: &[Rule] = &[Rule::Tagged {
    tag: "type",
    objects: &[
        ("adaptive", &ANY),
        ("between_tools", &ANY),
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

/// A number from 0 to 1.
const FRACTION: &[Rule] = &[Rule::Number {
    least: 0.0,
    most: 1.0,
}];

const THREAD: &[Rule] = &[
    Rule::Null,
    Rule::Tagged {
        tag: "type",
        objects: &[("continue", &ANY), ("create", &ANY)],
        others: None,
    },
];

static MESSAGE: Object = closed(&[
    Field::required("role", STRING),
    Field::required("content", CONTENT),
]);

/// A system message within the conversation. In beta it may change the tools
/// instead.
static SYSTEM_MESSAGE: Object = closed(&[
    Field::required("role", STRING),
    Field::optional("content", CONTENT),
    Field::optional(
        "clear_at",
        &[Rule::Null, Rule::Word(&["next_user_message", "never"])],
    ),
    Field::optional("output_config", NULLABLE_OBJECT),
]);

const CONTENT: &[Rule] = &[ANY_STRING, list(&[BLOCK])];

/// A content block. Of most types, only the name is checked.
const BLOCK: Rule = Rule::Tagged {
    tag: "type",
    objects: &[
        ("advisor_tool_result", &ANY),
        ("bash_code_execution_tool_result", &ANY),
        ("code_execution_tool_result", &ANY),
        ("compaction", &ANY),
        ("container_upload", &ANY),
        ("document", &SOURCED),
        ("fallback", &ANY),
        ("image", &SOURCED),
        ("mcp_tool_listing", &ANY),
        ("mcp_tool_result", &ANY),
        ("mcp_tool_use", &ANY),
        ("redacted_thinking", &ANY),
        ("search_result", &ANY),
        ("server_tool_use", &ANY),
        ("text", &TEXT),
        ("text_editor_code_execution_tool_result", &ANY),
        ("thinking", &ANY),
        ("tool_addition", &ANY),
        ("tool_reference", &ANY),
        ("tool_removal", &ANY),
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

/// A tool of the client or of Anthropic.
static TOOL: Object = open(&[
    Field::optional("name", &[Rule::Name { most: 128 }]),
    Field::optional("description", STRING),
    Field::optional("input_schema", OBJECT),
]);

static ENABLED: Object = open(&[Field::required("budget_tokens", &[at_least(1024)])]);

static METADATA: Object = closed(&[Field::optional("user_id", &[Rule::Null, ANY_STRING])]);

#[cfg(test)]
mod tests;
