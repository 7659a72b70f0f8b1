//! Reads the kind of output that a request asks for: text, a document or a tool
//! call (`docs/api.md`, fields `tools` and `format`).

use crate::completion::{AllowedTools, OutputKind, ToolChoice, ToolDefinition, ToolResults};
use crate::json::Value;

/// Returns a call of the first tool, unless the last message is a tool result.
/// No field asks for more calls or for another tool.
pub fn call(tools: Value, messages: Option<Value>) -> Option<OutputKind> {
    let last = messages.and_then(|list| list.items().last());
    let role = last.and_then(|message| message.field("role"));
    let choice = ToolChoice::Auto.after(role.is_some_and(|role| role.is("tool")));
    let definitions = tools.items().filter_map(tool);
    let no_results = ToolResults::default;
    OutputKind::calls(definitions, &AllowedTools::All, choice, 1, no_results)
}

/// Returns the format of the text: `"json"` or a JSON schema.
pub fn format(value: Value) -> OutputKind {
    if value.is("json") {
        return OutputKind::Object;
    }
    match value.is_object() {
        true => OutputKind::document(Some(value)),
        false => OutputKind::Text,
    }
}

fn tool(it: Value) -> Option<ToolDefinition> {
    let function = it.field("function")?;
    ToolDefinition::function(function.field("name"), function.field("parameters"))
}
