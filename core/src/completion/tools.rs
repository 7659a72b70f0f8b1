//! The tools that a request offers, and which of them are called.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::json::Value;
use crate::schema::Schema;

/// The longest name of a tool, in bytes; one that is longer is none. It is
/// repeated for each choice.
pub const LONGEST_NAME: usize = 1024;

/// So many tools are called in parallel at most.
pub const MOST_CALLS: usize = 16;

/// How many tools of a request are read. Later ones are ignored.
pub(super) const MOST_OFFERED: usize = 1024;

/// How many names of allowed tools are kept while a request is read. Later ones
/// are ignored.
const MOST_ALLOWED: usize = 1024;

/// A tool that is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledTool {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub input: ToolInput,
}

/// What a tool takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolInput {
    /// An object that is valid under a schema: it is a function.
    Arguments(Schema),
    /// The text: it is a custom tool.
    Text,
}

/// A tool that may be called, as it stands in a request.
#[derive(Debug, Clone, Copy)]
pub struct ToolDefinition<'a> {
    name: Value<'a>,
    is_custom: bool,
    /// What a function's arguments are like, if that is said.
    parameters: Option<Value<'a>>,
}

impl<'a> ToolDefinition<'a> {
    /// A function. `None` if it has no name.
    pub fn function(name: Option<Value<'a>>, parameters: Option<Value<'a>>) -> Option<Self> {
        Some(Self {
            name: name.filter(|it| it.is_string())?,
            is_custom: false,
            parameters: parameters.filter(|it| it.is_object()),
        })
    }

    /// A tool that takes a text. `None` if it has no name.
    pub fn custom(name: Option<Value<'a>>) -> Option<Self> {
        Some(Self {
            name: name.filter(|it| it.is_string())?,
            is_custom: true,
            parameters: None,
        })
    }

    /// Whether both have the same name.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name.text() == other.name.text()
    }

    /// Its name, a string, as it stands in the request.
    pub fn name(&self) -> Value<'a> {
        self.name
    }

    /// Whether its name is no longer than [`LONGEST_NAME`].
    pub(super) fn is_callable(&self) -> bool {
        self.name.json().len() <= LONGEST_NAME
    }

    /// What is called. Its schema may take `room` bytes of JSON.
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

/// The tools that a request allows, of those that it offers.
#[derive(Debug, Default)]
pub enum AllowedTools<'a> {
    /// All of them.
    #[default]
    All,
    /// Those of these names.
    Named(HashSet<Cow<'a, str>>),
}

impl<'a> AllowedTools<'a> {
    /// Tools of these names. Values that are no string are ignored.
    pub fn named(names: impl Iterator<Item = Value<'a>>) -> Self {
        let names = names.filter(|it| it.is_string()).take(MOST_ALLOWED);
        Self::Named(names.map(Value::text).collect())
    }

    /// Whether a tool is among them.
    pub(super) fn has(&self, definition: &ToolDefinition) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.contains(&definition.name().text()),
        }
    }
}

/// Whether a tool is to be called, and which.
#[derive(Debug, Clone, Copy)]
pub enum ToolChoice<'a> {
    /// None.
    Never,
    /// As the model likes.
    Auto,
    /// At least one.
    Always,
    /// This one.
    Named(ToolDefinition<'a>),
}

impl ToolChoice<'_> {
    /// The choice of a client that has perhaps just told what a tool returned:
    /// a model that may do as it likes then answers.
    #[must_use]
    pub fn after(self, has_result: bool) -> Self {
        match self {
            Self::Auto if has_result => Self::Never,
            other => other,
        }
    }
}
