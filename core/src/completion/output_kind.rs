//! What a client wants said instead of the text: calls of its tools, or a
//! document of a form that it gives.

use super::tools::{CalledTool, MOST_OFFERED, ToolChoice, ToolDefinition};
use crate::json::Value;
use crate::schema::{self, Schema};

/// What is to be said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OutputKind {
    /// The text.
    #[default]
    Text,
    /// The text as a JSON object.
    Object,
    /// A document that is valid under a schema.
    Document(Schema),
    /// A call of each of these, at least one.
    Calls(Vec<CalledTool>),
}

impl OutputKind {
    /// Calls of up to `most` tools. A model would decide which; here it is the
    /// first that may be called, so that a test finds the same each time. A
    /// named one that is not among them is called without arguments. `None` if
    /// there is nothing to call.
    pub fn calls<'a>(
        definitions: impl Iterator<Item = ToolDefinition<'a>>,
        is_allowed: impl Fn(&ToolDefinition<'a>) -> bool,
        choice: ToolChoice<'a>,
        most: usize,
    ) -> Option<Self> {
        let mut room = schema::LONGEST;
        let mut definitions = definitions.take(MOST_OFFERED).filter(|it| is_allowed(it));
        let called: Vec<CalledTool> = match choice {
            ToolChoice::Never => return None,
            ToolChoice::Auto | ToolChoice::Always => definitions
                .filter_map(|it| it.called(&mut room))
                .take(most)
                .collect(),
            ToolChoice::Named(named) => {
                let known = definitions.find(|it| it.is_same(&named));
                let tool = known.unwrap_or(named).called(&mut room);
                tool.into_iter().collect()
            }
        };
        (!called.is_empty()).then_some(Self::Calls(called))
    }

    /// A document: valid under a schema if there is one, else any object.
    pub fn document(schema: Option<Value>) -> Self {
        match schema.filter(|it| it.is_object()) {
            Some(schema) => Self::Document(Schema::read(schema.json())),
            None => Self::Object,
        }
    }

    /// What a field for the form of the text asks for, whose object `holder`
    /// has the schema. `None` if that is text.
    pub fn formatted(format: Value, holder: Option<Value>) -> Option<Self> {
        let kind = format.field("type")?;
        if kind.is("json_object") {
            return Some(Self::Object);
        }
        let holder = holder.filter(|_| kind.is("json_schema"))?;
        Some(Self::document(holder.field("schema")))
    }

    /// The tools that are to be called.
    pub fn tools(&self) -> &[CalledTool] {
        match self {
            Self::Calls(tools) => tools,
            Self::Text | Self::Object | Self::Document(_) => &[],
        }
    }
}
