//! Reads the kind of output that a chat request asks for (API reference,
//! "Chat", the fields of `tools`, and `functions`, `function_call` and
//! `response_format`).

use crate::completion::{
    AllowedTools, OutputKind, ToolChoice, ToolDefinition, ToolResults, since_user,
};
use crate::json::Value;
use crate::providers::openai::tools::{self, Spec};

static SPEC: Spec = Spec {
    tool,
    allowed: |choice| choice.field("allowed_tools"),
};

/// The fields that determine the output, as raw JSON values.
#[derive(Default)]
pub struct Fields<'a> {
    messages: Option<Value<'a>>,
    tools: tools::Fields<'a>,
    functions: Option<Value<'a>>,
    function_call: Option<Value<'a>>,
    response_format: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Stores the field if it determines the output.
    pub fn field(&mut self, key: &str, value: Value<'a>) {
        match key {
            "messages" => self.messages = Some(value),
            "functions" => self.functions = Some(value),
            "function_call" => self.function_call = Some(value),
            "response_format" => self.response_format = Some(value),
            _ => self.tools.field(key, value),
        }
    }

    /// Returns the kind of output that the request asks for, and whether it is
    /// a legacy function call.
    pub fn output(&self) -> (OutputKind, bool) {
        let calls = self
            .tools
            .calls(&SPEC, || self.has_result(), || self.results());
        if let Some(calls) = calls {
            return (calls, false);
        }
        if let Some(call) = self.function() {
            return (call, true);
        }
        (self.format().unwrap_or_default(), false)
    }

    /// Returns the call of one of `functions`, if there is one.
    fn function(&self) -> Option<OutputKind> {
        let list = self.functions?;
        let choice = match (self.function_call, self.function_call.and_then(function)) {
            (_, Some(named)) => ToolChoice::Named(named),
            (Some(choice), None) if choice.is("none") => ToolChoice::Never,
            (_, None) => ToolChoice::Auto,
        };
        let definitions = list.items().filter_map(function);
        let choice = choice.after(self.has_result());
        let results = || self.results();
        OutputKind::calls(definitions, &AllowedTools::All, choice, 1, results)
    }

    /// Returns the format of the text, if the request sets one.
    fn format(&self) -> Option<OutputKind> {
        let format = self.response_format?;
        OutputKind::formatted(format, format.field("json_schema"))
    }

    /// Returns whether the last message holds a function result.
    fn has_result(&self) -> bool {
        let last = self.messages.and_then(|list| list.items().last());
        let role = last.and_then(|message| message.field("role"));
        role.is_some_and(|role| role.is("tool") || role.is("function"))
    }

    /// Returns the tools that have a result since the last user message.
    fn results(&self) -> ToolResults<'a> {
        let mut results = ToolResults::default();
        let has_role = |it: Value, name| it.field("role").is_some_and(|role| role.is(name));
        for message in since_user(self.messages, |it| has_role(it, "user")) {
            if has_role(message, "tool") {
                results.result(message.field("tool_call_id"));
            } else if has_role(message, "function") {
                results.result_of(message.field("name"));
            }
            let calls = message.field("tool_calls").into_iter();
            for call in calls.flat_map(Value::items) {
                results.call(call.field("id"), tool(call).map(|it| it.name()));
            }
        }
        results
    }
}

fn tool(it: Value) -> Option<ToolDefinition> {
    match it.field("function") {
        Some(it) => function(it),
        None => ToolDefinition::custom(it.field("custom")?.field("name")),
    }
}

fn function(it: Value) -> Option<ToolDefinition> {
    ToolDefinition::function(it.field("name"), it.field("parameters"))
}
