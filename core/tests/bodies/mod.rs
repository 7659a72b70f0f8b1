//! Bodies of requests that are hard to read fast, or to answer without much
//! memory. Each has the fields of all APIs, so that any route may get any of
//! them.

mod json;
mod schemas;
mod texts;
mod tools;

/// A request, but for its route.
pub struct Shape {
    /// What it is like.
    pub name: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// The text of the response: a variable of nginx may hold what the client
    /// sends.
    pub text: Vec<u8>,
}

/// As many of `item` as are `len` bytes long, with commas between them.
fn list(item: &str, len: usize) -> String {
    vec![item; (len / (item.len() + 1)).max(1)].join(",")
}

/// The same, where a `#` in `item` stands for a number of its own.
fn numbered(item: &str, len: usize) -> String {
    let count = (len / (item.len() + 4)).max(1);
    let items: Vec<_> = (0..count)
        .map(|nth| item.replace('#', &nth.to_string()))
        .collect();
    items.join(",")
}

/// As many of `text` as are `len` bytes long.
fn fill(text: &str, len: usize) -> String {
    text.repeat((len / text.len()).max(1))
}

/// A tool in the form of each API.
const TOOL: &str = r##"{"type":"function","name":"f#","parameters":{"type":"object"},"input_schema":{"type":"object"},"function":{"name":"f#","parameters":{}},"functionDeclarations":[{"name":"f#","parameters":{}}]}"##;

/// Messages of each API, whose texts are in `content`.
fn with_content(content: &str) -> String {
    format!(
        r#"{{"model":"gpt-4o","max_tokens":1000000,"messages":[{{"role":"user","content":{content}}}],"input":{content},"prompt":{content},"contents":[{{"role":"user","parts":[{{"text":{content}}}]}}],"prediction":{{"type":"content","content":{content}}}}}"#
    )
}

/// A question, and these fields.
fn with_fields(fields: &str) -> String {
    format!(
        r#"{{"model":"gpt-4o","max_tokens":1000000,"messages":[{{"role":"user","content":"hi"}}],"input":"hi","prompt":"hi","contents":[{{"role":"user","parts":[{{"text":"hi"}}]}}],{fields}}}"#
    )
}

/// Shapes of about `len` bytes each.
pub fn shapes(len: usize) -> Vec<Shape> {
    let mut all = Vec::new();
    let mut add = |name: &'static str, body: String, text: String| {
        all.push(Shape {
            name,
            body: body.into_bytes(),
            text: text.into_bytes(),
        });
    };
    texts::texts(len, &mut add);
    let mut add = |name, body| add(name, body, "some text to send".to_owned());
    json::whole(len, &mut add);
    json::texts(len, &mut add);
    tools::conversations(len, &mut add);
    tools::tools(len, &mut add);
    schemas::schemas(len, &mut add);
    texts::lists(len, &mut add);
    all
}
