//! What a request wants said (API reference, "Generating content", fields
//! `tools`, `toolConfig`, and of `generationConfig` those about JSON). Google
//! takes the names of its fields in two forms.

use crate::completion::{MOST_OFFERED, OutputKind, ToolChoice, ToolDefinition};
use crate::json::Value;

/// The fields that decide about it, as they stand in the request.
#[derive(Default)]
pub struct Fields<'a> {
    contents: Option<Value<'a>>,
    tools: Option<Value<'a>>,
    tool_config: Option<Value<'a>>,
    media_type: Option<Value<'a>>,
    schema: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Takes a field, if it is one of these.
    pub fn field(&mut self, key: &str, value: Value<'a>) {
        match key {
            "contents" => self.contents = Some(value),
            "tools" => self.tools = Some(value),
            "toolConfig" | "tool_config" => self.tool_config = Some(value),
            _ => {}
        }
    }

    /// Takes a field of `generationConfig`, if it is one of these.
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

    /// What is to be said.
    pub fn output(&self) -> OutputKind {
        let call = self.call();
        call.or_else(|| self.format()).unwrap_or_default()
    }

    /// The call that is wished: always one, for no field asks for more.
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
        let is_allowed = |definition: &ToolDefinition| {
            allowed.is_none_or(|list| {
                let mut names = list.items().take(MOST_OFFERED);
                names.any(|name| name.json() == definition.name().json())
            })
        };
        let declared = list
            .items()
            .filter_map(|it| either(it, "functionDeclarations", "function_declarations"));
        let definitions = declared.flat_map(Value::items).filter_map(function);
        OutputKind::calls(definitions, is_allowed, choice.after(self.has_result()), 1)
    }

    /// The form of the text.
    fn format(&self) -> Option<OutputKind> {
        let kind = self.media_type?;
        kind.is("application/json")
            .then(|| OutputKind::document(self.schema))
    }

    /// Whether the client has just told what a function returned.
    fn has_result(&self) -> bool {
        let last = self.contents.and_then(|list| list.items().last());
        let parts = last.and_then(|content| content.field("parts"));
        let is_result = |part| either(part, "functionResponse", "function_response").is_some();
        parts.is_some_and(|parts| parts.items().any(is_result))
    }
}

/// A field that has two names.
fn either<'a>(it: Value<'a>, name: &str, other: &str) -> Option<Value<'a>> {
    it.field(name).or_else(|| it.field(other))
}

fn function(it: Value) -> Option<ToolDefinition> {
    let parameters = it.field("parameters");
    let parameters =
        parameters.or_else(|| either(it, "parametersJsonSchema", "parameters_json_schema"));
    ToolDefinition::function(it.field("name"), parameters)
}
