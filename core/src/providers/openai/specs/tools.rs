//! The rules for the tools of a chat, the tool choice, and tool calls.

use super::{LONGEST_NAME, NULLABLE_BOOLEAN};
use crate::validate::spec::{Field, OBJECT, Object, Rule, STRING, closed, some};

/// The rules for the field `tools`.
pub const TOOLS: &[Rule] = &[Rule::Array {
    items: &[Rule::Tagged {
        tag: "type",
        objects: &[("function", &FUNCTION_TOOL), ("custom", &CUSTOM_TOOL)],
        others: None,
    }],
    least: 1,
    most: 128,
}];

/// The rules for the field `tool_choice`.
pub const TOOL_CHOICE: &[Rule] = &[
    Rule::Word(&["none", "auto", "required"]),
    Rule::Tagged {
        tag: "type",
        objects: &[
            ("function", &CHOSEN_FUNCTION),
            ("allowed_tools", &ALLOWED_TOOLS),
            ("custom", &CHOSEN_CUSTOM),
        ],
        others: None,
    },
];

/// The rules for the field `function_call`.
pub const FUNCTION_CALL: &[Rule] = &[Rule::Word(&["none", "auto"]), Rule::Object(&NAMED)];

/// The rules for the field `tool_calls` of a message.
pub const CALLS: &[Rule] = &[some(CALL)];

const CALL: &[Rule] = &[Rule::Tagged {
    tag: "type",
    objects: &[("function", &FUNCTION_CALLED), ("custom", &CUSTOM_CALLED)],
    others: None,
}];

const NAME: &[Rule] = &[Rule::Name { most: LONGEST_NAME }];

/// The definition of a function.
pub static FUNCTION: Object = closed(&[
    Field::required("name", NAME),
    Field::optional("description", STRING),
    Field::optional("parameters", OBJECT),
    Field::optional("strict", NULLABLE_BOOLEAN),
]);

static FUNCTION_TOOL: Object = closed(&[
    Field::required("type", STRING),
    Field::required("function", &[Rule::Object(&FUNCTION)]),
]);

static CUSTOM_TOOL: Object = closed(&[
    Field::required("type", STRING),
    Field::required("custom", &[Rule::Object(&CUSTOM)]),
]);

static CUSTOM: Object = closed(&[
    Field::required("name", NAME),
    Field::optional("description", STRING),
    Field::optional("format", OBJECT),
]);

static NAMED: Object = closed(&[Field::required("name", STRING)]);

static CHOSEN_FUNCTION: Object = closed(&[
    Field::required("type", STRING),
    Field::required("function", &[Rule::Object(&NAMED)]),
]);

static CHOSEN_CUSTOM: Object = closed(&[
    Field::required("type", STRING),
    Field::required("custom", &[Rule::Object(&NAMED)]),
]);

static ALLOWED_TOOLS: Object = closed(&[
    Field::required("type", STRING),
    Field::required("allowed_tools", &[Rule::Object(&ALLOWED)]),
]);

static ALLOWED: Object = closed(&[
    Field::required("mode", &[Rule::Word(&["auto", "required"])]),
    Field::required("tools", &[some(OBJECT)]),
]);

static FUNCTION_CALLED: Object = closed(&[
    Field::required("id", STRING),
    Field::required("type", STRING),
    Field::required("function", &[Rule::Object(&CALLED)]),
]);

/// A function call.
pub static CALLED: Object = closed(&[
    Field::required("name", NAME),
    Field::required("arguments", STRING),
]);

static CUSTOM_CALLED: Object = closed(&[
    Field::required("id", STRING),
    Field::required("type", STRING),
    Field::required("custom", &[Rule::Object(&CUSTOM_CALL)]),
]);

static CUSTOM_CALL: Object = closed(&[
    Field::required("name", NAME),
    Field::required("input", STRING),
]);
