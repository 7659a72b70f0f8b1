//! Reads the kind of output that a request asks for (API reference, "Generating
//! content", fields `tools`, `toolConfig`, and the fields of `generationConfig`
//! for JSON). Google accepts the names of fields in camel case and in snake
//! case.

use crate::completion::{
    AllowedTools, OutputKind, ToolChoice, ToolDefinition, ToolResults, since_user,
};
use crate::json::Value;

/// The fields that determine the output, as raw JSON values.
#[derive(Default)]
pub struct Fields<'a> {
    contents: Option<Value<'a>>,
    tools: Option<Value<'a>>,
    tool_config: Option<Value<'a>>,
    media_type: Option<Value<'a>>,
    schema: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Stores the field if it determines the output.
    pub fn field(&mut self, key: &str, value: Value<'a>) {
        match key {
            "contents" => self.contents = Some(value),
            "tools" => self.tools = Some(value),
            "toolConfig" | "tool_config" => self.tool_config = Some(value),
            _ => {}
        }
    }

    /// Stores a field of `generationConfig` if it determines the output.
    pub fn config_field(&mut self, key: &str, value: Value<'a>) {
        match key {
            "responseMimeType" | "response_mime_type" => self.media_type = Some(value),
            "responseSchema"
            | "response_schema"
            | "responseJsonSchema"
            | "response_json_schema" => self.schema = Some(value),
            _ => {}
        }
    }

    /// Returns the kind of output that the request asks for.
    pub fn output(&self) -> OutputKind {
        let call = self.call();
        call.or_else(|| self.format()).unwrap_or_default()
    }

    /// Returns the tool call of the response, if it has one. No field asks for
    /// more calls.
    fn call(&self) -> Option<OutputKind> {
        let list = self.tools?;
        let config = self
            .tool_config
            .and_then(|it| either(it, "functionCallingConfig", "function_calling_config"));
        let mode = config.and_then(|it| it.field("mode"));
        let is_mode = |name| mode.is_some_and(|mode| mode.is(name));
        let choice = match (is_mode("NONE"), is_mode("ANY")) {
            (true, _) => ToolChoice::Never,
            (false, true) => ToolChoice::Always,
            (false, false) => ToolChoice::Auto,
        };
        let allowed =
            config.and_then(|it| either(it, "allowedFunctionNames", "allowed_function_names"));
        let allowed = allowed.filter(|list| list.items().next().is_some());
        let allowed = allowed.map_or(AllowedTools::All, |list| AllowedTools::named(list.items()));
        let declared = list
            .items()
            .filter_map(|it| either(it, "functionDeclarations", "function_declarations"));
        let definitions = declared.flat_map(Value::items).filter_map(function);
        let choice = choice.after(self.has_result());
        OutputKind::calls(definitions, &allowed, choice, 1, || self.results())
    }

    /// Returns the format of the text, if the request sets one.
    fn format(&self) -> Option<OutputKind> {
        let kind = self.media_type?;
        kind.is("application/json")
            .then(|| OutputKind::document(self.schema))
    }

    /// Returns whether the last content holds a function result.
    fn has_result(&self) -> bool {
        let last = self.contents.and_then(|list| list.items().last());
        let parts = last.and_then(|content| content.field("parts"));
        parts.is_some_and(|parts| parts.items().any(|it| result(it).is_some()))
    }

    /// Returns the functions that have a result since the last user message.
    fn results(&self) -> ToolResults<'a> {
        let mut results = ToolResults::default();
        for content in since_user(self.contents, is_user) {
            let parts = content.field("parts").into_iter();
            for result in parts.flat_map(Value::items).filter_map(result) {
                results.result_of(result.field("name"));
            }
        }
        results
    }
}

/// Returns the function response of a part, if it has one.
fn result(part: Value) -> Option<Value> {
    either(part, "functionResponse", "function_response")
}

/// Returns whether a content is from the user, and not only function results.
fn is_user(content: Value) -> bool {
    let role = content.field("role");
    let parts = content.field("parts");
    let has_results = parts.is_some_and(|it| {
        it.items().next().is_some() && it.items().all(|part| result(part).is_some())
    });
    role.is_none_or(|role| role.is("user")) && !has_results
}

/// Returns the value of a field that has two names.
fn either<'a>(it: Value<'a>, name: &str, other: &str) -> Option<Value<'a>> {
    it.field(name).or_else(|| it.field(other))
}

fn function(it: Value) -> Option<ToolDefinition> {
    let parameters = it.field("parameters");
    let parameters =
        parameters.or_else(|| either(it, "parametersJsonSchema", "parameters_json_schema"));
    ToolDefinition::function(it.field("name"), parameters)
}
