//! What a request wants said (API reference, "Responses", the fields of
//! [`tools`], and `text`).

use crate::completion::{OutputKind, ToolDefinition};
use crate::json::Value;
use crate::providers::openai::tools::{self, Spec};

static FORM: Spec = Spec {
    tool,
    allowed: |choice| {
        let kind = choice.field("type")?;
        kind.is("allowed_tools").then_some(choice)
    },
};

/// The fields that decide about it, as they stand in the request.
#[derive(Default)]
pub struct Fields<'a> {
    input: Option<Value<'a>>,
    tools: tools::Fields<'a>,
    text: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Takes a field, if it is one of these.
    pub fn field(&mut self, key: &str, value: Value<'a>) {
        match key {
            "input" => self.input = Some(value),
            "text" => self.text = Some(value),
            _ => self.tools.field(key, value),
        }
    }

    /// What is to be said.
    pub fn output(&self) -> OutputKind {
        let calls = self.tools.calls(&FORM, || self.has_result());
        calls.or_else(|| self.format()).unwrap_or_default()
    }

    /// The form of the text.
    fn format(&self) -> Option<OutputKind> {
        let format = self.text?.field("format")?;
        OutputKind::formatted(format, Some(format))
    }

    /// Whether the client has just told what a tool returned: the items for it
    /// all have such a type, `function_call_output` and others.
    fn has_result(&self) -> bool {
        let last = self.input.and_then(|list| list.items().last());
        let kind = last.and_then(|item| item.field("type"));
        kind.is_some_and(|kind| kind.json().ends_with("_call_output\""))
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
