//! What a chat request wants said (API reference, "Chat", fields `tools`,
//! `tool_choice`, `functions`, `function_call` and `response_format`).

use serde_json::value::RawValue;

use crate::schema::Schema;
use crate::value::Value;
use crate::wish::{Choice, Function, Tool, Wish};

/// The fields that decide about it, as they stand in the request.
#[derive(Default)]
pub struct Fields<'a> {
    pub messages: Option<&'a RawValue>,
    pub tools: Option<&'a RawValue>,
    pub tool_choice: Option<&'a RawValue>,
    pub functions: Option<&'a RawValue>,
    pub function_call: Option<&'a RawValue>,
    pub response_format: Option<&'a RawValue>,
}

impl Fields<'_> {
    /// What is to be said, and whether it is a call in the old way.
    pub fn wish(&self) -> (Wish, bool) {
        if let Some(function) = self.tool() {
            return (Wish::Call(function), false);
        }
        if let Some(function) = self.function() {
            return (Wish::Call(function), true);
        }
        (self.format().unwrap_or_default(), false)
    }

    /// Which of `tools` is called.
    fn tool(&self) -> Option<Function> {
        let list = Value::new(self.tools?);
        let (choice, allowed) = match self.tool_choice.map(Value::new) {
            None => (Choice::Auto, None),
            Some(choice) => tool_choice(choice),
        };
        // Behind `tool_choice` the allowed ones stand as in `tools`.
        let is_allowed = |tool: &Tool| {
            allowed.is_none_or(|list| tools(list).any(|it| it.name.json() == tool.name.json()))
        };
        Function::called(tools(list).filter(is_allowed), choice, self.has_result())
    }

    /// Which of `functions` is called.
    fn function(&self) -> Option<Function> {
        let list = Value::new(self.functions?);
        let choice = match self.function_call.map(Value::new) {
            Some(choice) if choice.is("none") => Choice::Never,
            Some(choice) => choice.field("name").map_or(Choice::Auto, Choice::Named),
            None => Choice::Auto,
        };
        Function::called(list.items().filter_map(function), choice, self.has_result())
    }

    /// The form of the text.
    fn format(&self) -> Option<Wish> {
        let format = Value::new(self.response_format?);
        let kind = format.field("type")?;
        if kind.is("json_object") {
            return Some(Wish::Object);
        }
        if !kind.is("json_schema") {
            return None;
        }
        let schema = format.field("json_schema")?.field("schema");
        Some(match schema.filter(|it| it.is_object()) {
            Some(schema) => Wish::Document(Schema::read(schema.json())),
            None => Wish::Object,
        })
    }

    /// Whether the client has just told what a function returned.
    fn has_result(&self) -> bool {
        let messages = self.messages.map(Value::new);
        let last = messages.and_then(|list| list.items().last());
        let role = last.and_then(|message| message.field("role"));
        role.is_some_and(|role| role.is("tool") || role.is("function"))
    }
}

/// The functions among the tools.
fn tools(list: Value) -> impl Iterator<Item = Tool> {
    list.items()
        .filter_map(|tool| tool.field("function").and_then(function))
}

fn function(it: Value) -> Option<Tool> {
    Some(Tool {
        name: it
            .field("name")
            .filter(|name| name.json().starts_with('"'))?,
        parameters: it.field("parameters"),
    })
}

/// The field `tool_choice`, and the tools that it allows, if not all.
fn tool_choice(it: Value) -> (Choice, Option<Value>) {
    let by_word = |word: Option<Value>| match word {
        Some(word) if word.is("none") => Choice::Never,
        Some(word) if word.is("required") => Choice::Always,
        _ => Choice::Auto,
    };
    if let Some(allowed) = it.field("allowed_tools") {
        return (by_word(allowed.field("mode")), allowed.field("tools"));
    }
    let name = it.field("function").and_then(|it| it.field("name"));
    match name.filter(|name| name.json().starts_with('"')) {
        Some(name) => (Choice::Named(name), None),
        None => (by_word(Some(it)), None),
    }
}
