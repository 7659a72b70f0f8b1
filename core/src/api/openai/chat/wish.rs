//! What a chat request wants said (API reference, "Chat", the fields of
//! [`tools`], and `functions`, `function_call` and `response_format`).

use crate::api::openai::tools::{self, Form};
use crate::value::Value;
use crate::wish::{Choice, Offer, Wish};

static FORM: Form = Form {
    tool,
    allowed: |choice| choice.field("allowed_tools"),
};

/// The fields that decide about it, as they stand in the request.
#[derive(Default)]
pub struct Fields<'a> {
    messages: Option<Value<'a>>,
    tools: tools::Fields<'a>,
    functions: Option<Value<'a>>,
    function_call: Option<Value<'a>>,
    response_format: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Takes a field, if it is one of these.
    pub fn field(&mut self, key: &str, value: Value<'a>) {
        match key {
            "messages" => self.messages = Some(value),
            "functions" => self.functions = Some(value),
            "function_call" => self.function_call = Some(value),
            "response_format" => self.response_format = Some(value),
            _ => self.tools.field(key, value),
        }
    }

    /// What is to be said, and whether it is a call in the old way.
    pub fn wish(&self) -> (Wish, bool) {
        if let Some(calls) = self.tools.calls(&FORM, || self.has_result()) {
            return (calls, false);
        }
        if let Some(call) = self.function() {
            return (call, true);
        }
        (self.format().unwrap_or_default(), false)
    }

    /// Which of `functions` is called.
    fn function(&self) -> Option<Wish> {
        let list = self.functions?;
        let choice = match (self.function_call, self.function_call.and_then(function)) {
            (_, Some(named)) => Choice::Named(named),
            (Some(choice), None) if choice.is("none") => Choice::Never,
            (_, None) => Choice::Auto,
        };
        let offers = list.items().filter_map(function);
        Wish::calls(offers, |_| true, choice.after(self.has_result()), 1)
    }

    /// The form of the text.
    fn format(&self) -> Option<Wish> {
        let format = self.response_format?;
        Wish::formatted(format, format.field("json_schema"))
    }

    /// Whether the client has just told what a function returned.
    fn has_result(&self) -> bool {
        let last = self.messages.and_then(|list| list.items().last());
        let role = last.and_then(|message| message.field("role"));
        role.is_some_and(|role| role.is("tool") || role.is("function"))
    }
}

fn tool(it: Value) -> Option<Offer> {
    match it.field("function") {
        Some(it) => function(it),
        None => Offer::custom(it.field("custom")?.field("name")),
    }
}

fn function(it: Value) -> Option<Offer> {
    Offer::function(it.field("name"), it.field("parameters"))
}
