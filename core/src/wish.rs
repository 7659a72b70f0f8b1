//! What a client wants said instead of the text: calls of its tools, or a
//! document of a form that it gives.

use crate::schema::{self, Schema};
use crate::value::Value;

/// The longest name of a tool, in bytes; one that is longer is none. It is
/// repeated for each choice.
pub const LONGEST_NAME: usize = 1024;

/// So many tools are called in parallel at most.
pub const MOST_CALLS: usize = 16;

/// So many of the tools that a request offers, and of those that it allows, are
/// looked at. They are held against each other.
pub const MOST_OFFERED: usize = 1024;

/// What is to be said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Wish {
    /// The text.
    #[default]
    Text,
    /// The text as a JSON object.
    Object,
    /// A document that is valid under a schema.
    Document(Schema),
    /// A call of each of these, at least one.
    Calls(Vec<Tool>),
}

/// A tool that is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub input: Input,
}

/// What a tool takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// An object that is valid under a schema: it is a function.
    Arguments(Schema),
    /// The text: it is a custom tool.
    Text,
}

/// A tool that may be called, as it stands in a request.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    name: Value<'a>,
    is_custom: bool,
    /// What a function's arguments are like, if that is said.
    parameters: Option<Value<'a>>,
}

impl<'a> Offer<'a> {
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
        self.name.json() == other.name.json()
    }

    /// Its name, as it stands in the request.
    pub fn name(&self) -> Value<'a> {
        self.name
    }

    /// What is called. Its schema may take `room` bytes of JSON.
    fn tool(self, room: &mut usize) -> Option<Tool> {
        if self.name.json().len() > LONGEST_NAME {
            return None;
        }
        let parameters = self.parameters.map(Value::json);
        let input = if self.is_custom {
            Input::Text
        } else {
            let known = parameters.filter(|it| it.len() <= *room);
            *room -= known.map_or(0, str::len);
            Input::Arguments(known.map_or_else(Schema::default, Schema::read))
        };
        Some(Tool {
            name: self.name.parse()?,
            input,
        })
    }
}

/// Whether a tool is to be called, and which.
#[derive(Debug, Clone, Copy)]
pub enum Choice<'a> {
    /// None.
    Never,
    /// As the model likes.
    Auto,
    /// At least one.
    Always,
    /// This one.
    Named(Offer<'a>),
}

impl Choice<'_> {
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

impl Wish {
    /// Calls of up to `most` tools. A model would decide which; here it is the
    /// first that may be called, so that a test finds the same each time. A
    /// named one that is not among them is called without arguments. `None` if
    /// there is nothing to call.
    pub fn calls<'a>(
        offers: impl Iterator<Item = Offer<'a>>,
        is_allowed: impl Fn(&Offer<'a>) -> bool,
        choice: Choice<'a>,
        most: usize,
    ) -> Option<Self> {
        let mut room = schema::LONGEST;
        let mut offers = offers.take(MOST_OFFERED).filter(|it| is_allowed(it));
        let called: Vec<Tool> = match choice {
            Choice::Never => return None,
            Choice::Auto | Choice::Always => offers
                .filter_map(|it| it.tool(&mut room))
                .take(most)
                .collect(),
            Choice::Named(named) => {
                let known = offers.find(|it| it.is_same(&named));
                let tool = known.unwrap_or(named).tool(&mut room);
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
    pub fn tools(&self) -> &[Tool] {
        match self {
            Self::Calls(tools) => tools,
            Self::Text | Self::Object | Self::Document(_) => &[],
        }
    }

    /// How much memory it takes at most to find out what is wished in a request
    /// of `len` bytes.
    pub fn memory(_len: usize) -> usize {
        // A list that grows takes up to three times what it holds.
        const TOOLS: usize = 3 * MOST_CALLS * size_of::<Tool>();
        TOOLS
    }
}
