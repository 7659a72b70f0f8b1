//! The tools that a request offers, and which of them are called.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::json::Value;
use crate::schema::Schema;

/// The maximum length of a tool's name, in bytes. Tools with longer names are
/// ignored. The response repeats the name for each choice.
pub const LONGEST_NAME: usize = 1024;

/// The maximum number of parallel tool calls.
pub const MOST_CALLS: usize = 16;

/// The maximum number of tools that are read. Later ones are ignored.
pub(super) const MOST_OFFERED: usize = 1024;

/// The maximum number of names of allowed tools. Later ones are ignored.
const MOST_ALLOWED: usize = 1024;

/// A tool to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledTool {
    /// Its name.
    pub name: String,
    /// Its input.
    pub input: ToolInput,
}

/// The input of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolInput {
    /// The arguments of a function: an object that is valid under a schema.
    Arguments(Schema),
    /// The text, for a custom tool.
    Text,
}

/// A tool that a request offers.
#[derive(Debug, Clone, Copy)]
pub struct ToolDefinition<'a> {
    name: Value<'a>,
    is_custom: bool,
    /// The schema of a function's arguments, if there is one.
    parameters: Option<Value<'a>>,
}

impl<'a> ToolDefinition<'a> {
    /// Creates a function. Returns `None` if it has no name.
    pub fn function(name: Option<Value<'a>>, parameters: Option<Value<'a>>) -> Option<Self> {
        Some(Self {
            name: name.filter(|it| it.is_string())?,
            is_custom: false,
            parameters: parameters.filter(|it| it.is_object()),
        })
    }

    /// Creates a tool that takes text. Returns `None` if it has no name.
    pub fn custom(name: Option<Value<'a>>) -> Option<Self> {
        Some(Self {
            name: name.filter(|it| it.is_string())?,
            is_custom: true,
            parameters: None,
        })
    }

    /// Returns whether both have the same name.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name.text() == other.name.text()
    }

    /// Returns its name, a string, as written in the request.
    pub fn name(&self) -> Value<'a> {
        self.name
    }

    /// Returns whether its name is no longer than [`LONGEST_NAME`].
    pub(super) fn is_callable(&self) -> bool {
        self.name.json().len() <= LONGEST_NAME
    }

    /// Returns the tool to call. Its schema may have up to `room` bytes of JSON;
    /// `room` is reduced by its length.
    pub(super) fn called(self, room: &mut usize) -> Option<CalledTool> {
        if !self.is_callable() {
            return None;
        }
        let parameters = self.parameters.map(Value::json);
        let input = if self.is_custom {
            ToolInput::Text
        } else {
            let known = parameters.filter(|it| it.len() <= *room);
            *room -= known.map_or(0, str::len);
            ToolInput::Arguments(known.map_or_else(Schema::default, Schema::read))
        };
        Some(CalledTool {
            name: self.name.parse()?,
            input,
        })
    }
}

/// The subset of the offered tools that a request allows.
#[derive(Debug, Default)]
pub enum AllowedTools<'a> {
    /// All of them.
    #[default]
    All,
    /// Only those with these names.
    Named(HashSet<Cow<'a, str>>),
}

impl<'a> AllowedTools<'a> {
    /// Allows the tools with these names. Values that are not strings are
    /// ignored.
    pub fn named(names: impl Iterator<Item = Value<'a>>) -> Self {
        let names = names.filter(|it| it.is_string()).take(MOST_ALLOWED);
        Self::Named(names.map(Value::text).collect())
    }

    /// Returns whether a tool is allowed.
    pub(super) fn has(&self, definition: &ToolDefinition) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.contains(&definition.name().text()),
        }
    }
}

/// Whether a tool is called, and which.
#[derive(Debug, Clone, Copy)]
pub enum ToolChoice<'a> {
    /// No tool.
    Never,
    /// The model decides.
    Auto,
    /// At least one tool.
    Always,
    /// This tool.
    Named(ToolDefinition<'a>),
}

impl ToolChoice<'_> {
    /// Returns the choice after the last message. If that is the result of a
    /// tool and the model decides, it answers with text.
    #[must_use]
    pub fn after(self, has_result: bool) -> Self {
        match self {
            Self::Auto if has_result => Self::Never,
            other => other,
        }
    }
}
