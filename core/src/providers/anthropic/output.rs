//! Reads the kind of output that a request asks for (API reference, "Create a
//! Message", fields `tools`, `tool_choice` and `output_config`).

use crate::completion::{
    AllowedTools, MOST_CALLS, OutputKind, ToolChoice, ToolDefinition, ToolResults, since_user,
};
use crate::json::Value;

/// The fields that determine the output, as raw JSON values.
#[derive(Default)]
pub struct Fields<'a> {
    messages: Option<Value<'a>>,
    tools: Option<Value<'a>>,
    tool_choice: Option<Value<'a>>,
    output_config: Option<Value<'a>>,
    /// The beta name of `output_config.format`.
    output_format: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Stores the field if it determines the output.
    pub fn field(&mut self, key: &str, value: Value<'a>) {
        match key {
            "messages" => self.messages = Some(value),
            "tools" => self.tools = Some(value),
            "tool_choice" => self.tool_choice = Some(value),
            "output_config" => self.output_config = Some(value),
            "output_format" => self.output_format = Some(value),
            _ => {}
        }
    }

    /// Returns the kind of output that the request asks for.
    pub fn output(&self) -> OutputKind {
        let calls = self.calls();
        calls.or_else(|| self.format()).unwrap_or_default()
    }

    /// Returns the tool calls of the response, if it has any.
    ///
    /// Parallel calls are made only if the request explicitly sets
    /// `disable_parallel_tool_use` to false. Anthropic makes them by default,
    /// but few clients of a mock expect this.
    fn calls(&self) -> Option<OutputKind> {
        let list = self.tools?;
        let field = |name| self.tool_choice.and_then(|it| it.field(name));
        let kind = |name| field("type").is_some_and(|it: Value| it.is(name));
        let named = field("name").filter(|_| kind("tool"));
        let choice = match ToolDefinition::function(named, None) {
            Some(named) => ToolChoice::Named(named),
            None if kind("none") => ToolChoice::Never,
            None if kind("any") => ToolChoice::Always,
            None => ToolChoice::Auto,
        };
        let is_disabled = field("disable_parallel_tool_use").map(Value::json);
        let is_parallel = is_disabled == Some("false");
        let most = if is_parallel { MOST_CALLS } else { 1 };
        let definitions = list.items().filter_map(tool);
        let choice = choice.after(self.has_result());
        let results = || self.results();
        OutputKind::calls(definitions, &AllowedTools::All, choice, most, results)
    }

    /// Returns the format of the text, if the request sets one.
    fn format(&self) -> Option<OutputKind> {
        let format = self.output_config.and_then(|it| it.field("format"));
        let format = format.or(self.output_format)?;
        OutputKind::formatted(format, Some(format))
    }

    /// Returns whether the last message holds a tool result.
    fn has_result(&self) -> bool {
        let last = self.messages.and_then(|list| list.items().last());
        let content = last.and_then(|message| message.field("content"));
        content.is_some_and(|content| content.items().any(is_result))
    }

    /// Returns the tools that have a result since the last user message.
    fn results(&self) -> ToolResults<'a> {
        let mut results = ToolResults::default();
        for message in since_user(self.messages, is_user) {
            let content = message.field("content").into_iter();
            for block in content.flat_map(Value::items) {
                if is_result(block) {
                    results.result(block.field("tool_use_id"));
                } else {
                    results.call(block.field("id"), block.field("name"));
                }
            }
        }
        results
    }
}

/// Returns whether a content block is a tool result.
fn is_result(block: Value) -> bool {
    block.field("type").is_some_and(|it| it.is("tool_result"))
}

/// Returns whether a message is from the user, and not only tool results.
fn is_user(message: Value) -> bool {
    let role = message.field("role");
    let content = message.field("content").filter(|it| it.is_list());
    let has_results =
        content.is_some_and(|it| it.items().next().is_some() && it.items().all(is_result));
    role.is_some_and(|role| role.is("user")) && !has_results
}

/// Reads a client tool. Anthropic's own tools have another type and no schema.
fn tool(it: Value) -> Option<ToolDefinition> {
    let kind = it.field("type");
    let is_own = kind.is_none_or(|kind| kind.is("custom"));
    ToolDefinition::function(
        it.field("name").filter(|_| is_own),
        it.field("input_schema"),
    )
}
