//! Reads the kind of output that a request asks for (API reference,
//! "Responses", the fields of [`tools`], and `text`).

use crate::completion::{OutputKind, ToolDefinition, ToolResults, since_user};
use crate::json::Value;
use crate::providers::openai::tools::{self, Spec};

static SPEC: Spec = Spec {
    tool,
    allowed: |choice| {
        let kind = choice.field("type")?;
        kind.is("allowed_tools").then_some(choice)
    },
};

/// The fields that determine the output, as raw JSON values.
#[derive(Default)]
pub struct Fields<'a> {
    input: Option<Value<'a>>,
    tools: tools::Fields<'a>,
    text: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Stores the field if it determines the output.
    pub fn field(&mut self, key: &str, value: Value<'a>) {
        match key {
            "input" => self.input = Some(value),
            "text" => self.text = Some(value),
            _ => self.tools.field(key, value),
        }
    }

    /// Returns the kind of output that the request asks for.
    pub fn output(&self) -> OutputKind {
        let calls = self
            .tools
            .calls(&SPEC, || self.has_result(), || self.results());
        calls.or_else(|| self.format()).unwrap_or_default()
    }

    /// Returns the format of the text, if the request sets one.
    fn format(&self) -> Option<OutputKind> {
        let format = self.text?.field("format")?;
        OutputKind::formatted(format, Some(format))
    }

    /// Returns whether the last item is a tool result. The types of tool
    /// results end with `_call_output`.
    fn has_result(&self) -> bool {
        let last = self.input.and_then(|list| list.items().last());
        let kind = last.and_then(|item| item.field("type"));
        kind.is_some_and(|kind| kind.json().ends_with("_call_output\""))
    }

    /// Returns the tools that have a result since the last user message.
    fn results(&self) -> ToolResults<'a> {
        let mut results = ToolResults::default();
        let is_user = |it: Value| it.field("role").is_some_and(|role| role.is("user"));
        for item in since_user(self.input, is_user) {
            let kind = item.field("type");
            let is = |name| kind.is_some_and(|kind| kind.is(name));
            if is("function_call_output") || is("custom_tool_call_output") {
                results.result(item.field("call_id"));
            } else {
                results.call(item.field("call_id"), item.field("name"));
            }
        }
        results
    }
}

fn tool(it: Value) -> Option<ToolDefinition> {
    let kind = it.field("type")?;
    if kind.is("custom") {
        return ToolDefinition::custom(it.field("name"));
    }
    let is_function = kind.is("function");
    ToolDefinition::function(
        it.field("name").filter(|_| is_function),
        it.field("parameters"),
    )
}
