//! The rules for the messages of a chat, by role.

use super::{NULLABLE_STRING, tools};
use crate::validate::spec::{
    ANY, ANY_STRING, Field, OBJECT, Object, Rule, STRING, closed, list, open, some,
};

/// The rules for the field `messages`.
pub const MESSAGES: &[Rule] = &[some(MESSAGE)];

const MESSAGE: &[Rule] = &[Rule::Tagged {
    tag: "role",
    objects: &[
        ("system", &TEXT),
        ("assistant", &ASSISTANT),
        ("user", &USER),
        ("function", &FUNCTION),
        ("tool", &TOOL),
        ("developer", &TEXT),
    ],
    others: None,
}];

static TEXT: Object = closed(&[
    Field::required("role", STRING),
    Field::required("content", TEXT_CONTENT),
    Field::optional("name", STRING),
]);

static USER: Object = closed(&[
    Field::required("role", STRING),
    Field::required(
        "content",
        &[
            ANY_STRING,
            list(&[Rule::Tagged {
                tag: "type",
                objects: &[
                    ("text", &TEXT_PART),
                    ("image_url", &IMAGE_PART),
                    ("input_audio", &AUDIO_PART),
                    ("file", &FILE_PART),
                ],
                others: None,
            }]),
        ],
    ),
    Field::optional("name", STRING),
]);

/// An assistant message. Clients send back the message of a response, with
/// fields that are not meant for requests.
static ASSISTANT: Object = open(&[
    Field::required("role", STRING),
    Field::optional(
        "content",
        &[
            Rule::Null,
            ANY_STRING,
            list(&[Rule::Tagged {
                tag: "type",
                objects: &[("text", &TEXT_PART), ("refusal", &REFUSAL_PART)],
                others: None,
            }]),
        ],
    ),
    Field::optional("audio", &[Rule::Null, Rule::Object(&ANY)]),
    Field::optional("function_call", &[Rule::Null, Rule::Object(&tools::CALLED)]),
    Field::optional("name", STRING),
    Field::optional("refusal", NULLABLE_STRING),
    Field::optional("tool_calls", tools::CALLS),
]);

static TOOL: Object = closed(&[
    Field::required("role", STRING),
    Field::required("content", TEXT_CONTENT),
    Field::required("tool_call_id", STRING),
    // The reference does not list this field, but the service accepts it:
    // OpenAI's first guides to tools used it.
    Field::optional("name", STRING),
]);

static FUNCTION: Object = closed(&[
    Field::required("role", STRING),
    Field::required("content", NULLABLE_STRING),
    Field::required("name", STRING),
]);

const TEXT_CONTENT: &[Rule] = &[ANY_STRING, list(TEXT_PARTS)];

const TEXT_PARTS: &[Rule] = &[Rule::Tagged {
    tag: "type",
    objects: &[("text", &TEXT_PART)],
    others: None,
}];

static TEXT_PART: Object = closed(&[
    Field::required("type", STRING),
    Field::required("text", STRING),
    CACHE_BREAKPOINT,
]);

static REFUSAL_PART: Object = closed(&[
    Field::required("type", STRING),
    Field::required("refusal", STRING),
]);

static IMAGE_PART: Object = closed(&[
    Field::required("type", STRING),
    Field::required("image_url", &[Rule::Object(&IMAGE)]),
    CACHE_BREAKPOINT,
]);

static IMAGE: Object = closed(&[
    Field::required("url", STRING),
    Field::optional(
        "detail",
        &[Rule::Null, Rule::Word(&["auto", "low", "high", "original"])],
    ),
]);

static AUDIO_PART: Object = closed(&[
    Field::required("type", STRING),
    Field::required("input_audio", &[Rule::Object(&AUDIO)]),
    CACHE_BREAKPOINT,
]);

static AUDIO: Object = closed(&[
    Field::required("data", STRING),
    Field::required("format", &[Rule::Word(&["wav", "mp3"])]),
]);

static FILE_PART: Object = closed(&[
    Field::required("type", STRING),
    Field::required("file", OBJECT),
    CACHE_BREAKPOINT,
]);

const CACHE_BREAKPOINT: Field = Field::optional("prompt_cache_breakpoint", OBJECT);
