//! The kind of output that a client requests: the text, calls of its tools, or a
//! document that is valid under its schema.

use super::tool_results::ToolResults;
use super::tools::{AllowedTools, CalledTool, MOST_OFFERED, ToolChoice, ToolDefinition};
use crate::json::Value;
use crate::schema::{self, Schema};

/// The kind of output to generate.
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
    /// Selects up to `most` tools to call, in the order of the request. A
    /// choice that requires a call leaves out the tools that have a result
    /// since the last user message. If all have one, it calls the last tool
    /// again, so that an agent whose answer is a call of its last tool
    /// terminates. A tool chosen by name that is not among the others is called
    /// without arguments. Returns `None` if no tool is called.
    pub fn calls<'a>(
        definitions: impl Iterator<Item = ToolDefinition<'a>>,
        allowed: &AllowedTools,
        choice: ToolChoice<'a>,
        most: usize,
        results: impl FnOnce() -> ToolResults<'a>,
    ) -> Option<Self> {
        let mut room = schema::LONGEST;
        let definitions = definitions.take(MOST_OFFERED);
        let mut definitions = definitions.filter(|it| allowed.has(it)).peekable();
        // The request offers no tool, or only tools of the service.
        definitions.peek()?;
        let called: Vec<CalledTool> = match choice {
            ToolChoice::Never => return None,
            ToolChoice::Auto => definitions
                .filter_map(|it| it.called(&mut room))
                .take(most)
                .collect(),
            ToolChoice::Always => {
                let mut results = results();
                let mut last = None;
                let called: Vec<CalledTool> = definitions
                    .filter(|it| it.is_callable())
                    .inspect(|it| last = Some(*it))
                    .filter(|it| !results.take(it.name()))
                    .filter_map(|it| it.called(&mut room))
                    .take(most)
                    .collect();
                match called.is_empty() {
                    true => last
                        .and_then(|it| it.called(&mut room))
                        .into_iter()
                        .collect(),
                    false => called,
                }
            }
            ToolChoice::Named(named) => {
                let known = definitions.find(|it| it.is_same(&named));
                let tool = known.unwrap_or(named).called(&mut room);
                tool.into_iter().collect()
            }
        };
        (!called.is_empty()).then_some(Self::Calls(called))
    }

    /// Returns a document that is valid under a schema if there is one, else any
    /// object.
    pub fn document(schema: Option<Value>) -> Self {
        match schema.filter(|it| it.is_object()) {
            Some(schema) => Self::Document(Schema::read(schema.json())),
            None => Self::Object,
        }
    }

    /// Reads a field that selects the format of the text. The object `holder`
    /// has the schema. Returns `None` for plain text.
    pub fn formatted(format: Value, holder: Option<Value>) -> Option<Self> {
        let kind = format.field("type")?;
        if kind.is("json_object") {
            return Some(Self::Object);
        }
        let holder = holder.filter(|_| kind.is("json_schema"))?;
        Some(Self::document(holder.field("schema")))
    }

    /// Returns the tools to call.
    pub fn tools(&self) -> &[CalledTool] {
        match self {
            Self::Calls(tools) => tools,
            Self::Text | Self::Object | Self::Document(_) => &[],
        }
    }
}
