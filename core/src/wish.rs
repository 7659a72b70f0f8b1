//! What a client wants said instead of the text: a call of one of its
//! functions, or a document of a form that it gives.

use crate::schema::Schema;
use crate::value::Value;

/// The longest name of a function, in bytes; one that is longer is none. It is
/// repeated for each choice.
pub const LONGEST_NAME: usize = 1024;

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
    /// A call.
    Call(Function),
}

/// A function that is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// What its arguments are like.
    pub parameters: Schema,
}

/// A function that may be called, as it stands in a request.
#[derive(Debug, Clone, Copy)]
pub struct Tool<'a> {
    /// Its name.
    pub name: Value<'a>,
    /// What its arguments are like, if that is said.
    pub parameters: Option<Value<'a>>,
}

/// Whether a function is to be called, and which.
#[derive(Debug, Clone, Copy)]
pub enum Choice<'a> {
    /// None.
    Never,
    /// One, unless the client has just told what one returned.
    Auto,
    /// One.
    Always,
    /// This one.
    Named(Value<'a>),
}

impl Function {
    /// Which of `tools` is called. A model would decide; here it is the first
    /// that may be, so that a test finds the same each time, and one alone
    /// even where several may be called in parallel. A named one that is not
    /// among them is called without arguments.
    pub fn called<'a>(
        tools: impl Iterator<Item = Tool<'a>>,
        choice: Choice,
        has_result: bool,
    ) -> Option<Self> {
        let mut tools = tools.filter(|tool| tool.name.json().len() <= LONGEST_NAME);
        let tool = match choice {
            Choice::Never => None,
            Choice::Auto if has_result => None,
            Choice::Auto | Choice::Always => tools.next(),
            Choice::Named(name) => {
                let known = tools.find(|tool| tool.name.json() == name.json());
                let unknown = Tool {
                    name,
                    parameters: None,
                };
                known.or((name.json().len() <= LONGEST_NAME).then_some(unknown))
            }
        }?;
        let parameters = tool.parameters.filter(|it| it.is_object());
        Some(Self {
            name: tool.name.string()?,
            parameters: parameters.map_or_else(Schema::default, |it| Schema::read(it.json())),
        })
    }
}
