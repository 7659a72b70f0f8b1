//! What a request wants said (API reference, "Create a Message", fields
//! `tools`, `tool_choice` and `output_config`).

use crate::value::Value;
use crate::wish::{Choice, MOST_CALLS, Offer, Wish};

/// The fields that decide about it, as they stand in the request.
#[derive(Default)]
pub struct Fields<'a> {
    messages: Option<Value<'a>>,
    tools: Option<Value<'a>>,
    tool_choice: Option<Value<'a>>,
    output_config: Option<Value<'a>>,
    /// What `output_config` has as `format` stood here while it was in beta.
    output_format: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    /// Takes a field, if it is one of these.
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

    /// What is to be said.
    pub fn wish(&self) -> Wish {
        let calls = self.calls();
        calls.or_else(|| self.format()).unwrap_or_default()
    }

    /// The calls that are wished. Several are made only for who says that they
    /// are not disabled: nobody expects it of a mock that this is the default.
    fn calls(&self) -> Option<Wish> {
        let list = self.tools?;
        let field = |name| self.tool_choice.and_then(|it| it.field(name));
        let kind = |name| field("type").is_some_and(|it: Value| it.is(name));
        let named = field("name").filter(|_| kind("tool"));
        let wanted = match Offer::function(named, None) {
            Some(named) => Choice::Named(named),
            None if kind("none") => Choice::Never,
            None if kind("any") => Choice::Always,
            None => Choice::Auto,
        };
        let is_disabled = field("disable_parallel_tool_use").map(Value::json);
        let is_parallel = is_disabled == Some("false");
        let most = if is_parallel { MOST_CALLS } else { 1 };
        let offers = list.items().filter_map(tool);
        Wish::calls(offers, |_| true, wanted.after(self.has_result()), most)
    }

    /// The form of the text.
    fn format(&self) -> Option<Wish> {
        let format = self.output_config.and_then(|it| it.field("format"));
        let format = format.or(self.output_format)?;
        Wish::formatted(format, Some(format))
    }

    /// Whether the client has just told what a tool returned.
    fn has_result(&self) -> bool {
        let last = self.messages.and_then(|list| list.items().last());
        let content = last.and_then(|message| message.field("content"));
        let is_result = |block: Value| block.field("type").is_some_and(|it| it.is("tool_result"));
        content.is_some_and(|content| content.items().any(is_result))
    }
}

/// A tool of the client's own: Anthropic's have another type, and no schema.
fn tool(it: Value) -> Option<Offer> {
    let kind = it.field("type");
    let is_own = kind.is_none_or(|kind| kind.is("custom"));
    Offer::function(
        it.field("name").filter(|_| is_own),
        it.field("input_schema"),
    )
}
