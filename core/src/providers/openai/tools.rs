//! Reads the tool calls that a request asks for (API reference, "Chat" and
//! "Responses", fields `tools`, `tool_choice` and `parallel_tool_calls`). The
//! two APIs differ only in the object that holds a tool's name.

use crate::completion::{
    AllowedTools, MOST_CALLS, OutputKind, ToolCall, ToolChoice, ToolDefinition, ToolResults,
};
use crate::json::Value;

/// The differences between the two APIs.
pub struct Spec {
    /// Reads a tool definition, or a reference to a tool.
    pub tool: for<'a> fn(Value<'a>) -> Option<ToolDefinition<'a>>,
    /// Returns the object with the `mode` and the `tools` of a choice among
    /// some tools, or `None` if a choice is of another kind.
    pub allowed: for<'a> fn(Value<'a>) -> Option<Value<'a>>,
}

/// The fields that determine the tool calls, as raw JSON values.
#[derive(Default)]
pub struct Fields<'a> {
    pub tools: Option<Value<'a>>,
    pub tool_choice: Option<Value<'a>>,
    pub parallel_tool_calls: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Stores the field if it determines the tool calls.
    pub fn field(&mut self, key: &str, value: Value<'a>) {
        match key {
            "tools" => self.tools = Some(value),
            "tool_choice" => self.tool_choice = Some(value),
            "parallel_tool_calls" => self.parallel_tool_calls = Some(value),
            _ => {}
        }
    }

    /// Returns the tool calls of the response. After a tool result there are
    /// none, unless the request requires one.
    ///
    /// Parallel calls are made only if the request asks for them. OpenAI's
    /// default is `true`, but few clients of a mock expect this.
    pub fn calls(
        &self,
        spec: &Spec,
        has_result: impl FnOnce() -> bool,
        results: impl FnOnce() -> ToolResults<'a>,
    ) -> Option<OutputKind> {
        let list = self.tools?;
        let choice = self.tool_choice;
        let subset = choice.and_then(spec.allowed);
        let named = choice.filter(|_| subset.is_none()).and_then(spec.tool);
        let word = match subset {
            Some(subset) => subset.field("mode"),
            None => choice,
        };
        let choice = match (named, word) {
            (Some(named), _) => ToolChoice::Named(named),
            (None, Some(word)) if word.is("none") => ToolChoice::Never,
            (None, Some(word)) if word.is("required") => ToolChoice::Always,
            (None, _) => ToolChoice::Auto,
        };
        let names = subset.and_then(|it| it.field("tools")).map(|list| {
            let tools = list.items().filter_map(spec.tool);
            tools.map(|it| it.name())
        });
        let allowed = names.map_or(AllowedTools::All, AllowedTools::named);
        let is_parallel = self.parallel_tool_calls.map(Value::json) == Some("true");
        let most = if is_parallel { MOST_CALLS } else { 1 };
        let definitions = list.items().filter_map(spec.tool);
        let choice = choice.after(has_result());
        OutputKind::calls(definitions, &allowed, choice, most, results)
    }
}

/// Returns the name of the field for the input of a tool call.
pub fn input_field(call: &ToolCall) -> &'static [u8] {
    match call.is_custom {
        true => b"input",
        false => b"arguments",
    }
}
