//! Request bodies that are hard to parse fast, or to respond to with little
//! memory. Each body has the fields of all APIs, so that it can be sent to any
//! route.

mod json;
mod schemas;
mod texts;
mod tools;

/// A request without its route.
pub struct Shape {
    /// A description of the request.
    pub name: &'static str,
    /// The request body.
    pub body: Vec<u8>,
    /// The text of the response, which may be an nginx variable with data from
    /// the client.
    pub text: Vec<u8>,
}

/// Repeats `item`, separated by commas, up to about `len` bytes.
fn list(item: &str, len: usize) -> String {
    vec![item; (len / (item.len() + 1)).max(1)].join(",")
}

/// Repeats `item` as [`list`] does, and replaces each `#` with the number of
/// the item.
fn numbered(item: &str, len: usize) -> String {
    let count = (len / (item.len() + 4)).max(1);
    let items: Vec<_> = (0..count)
        .map(|nth| item.replace('#', &nth.to_string()))
        .collect();
    items.join(",")
}

/// Repeats `text` up to about `len` bytes.
fn fill(text: &str, len: usize) -> String {
    text.repeat((len / text.len()).max(1))
}

/// A tool in the format of each API.
const TOOL: &str = r##"{"type":"function","name":"f#","parameters":{"type":"object"},"input_schema":{"type":"object"},"function":{"name":"f#","parameters":{}},"functionDeclarations":[{"name":"f#","parameters":{}}]}"##;

/// Returns messages in the format of each API, with `content` as their text.
fn with_content(content: &str) -> String {
    format!(
        r#"{{"model":"gpt-4o","max_tokens":1000000,"messages":[{{"role":"user","content":{content}}}],"input":{content},"prompt":{content},"contents":[{{"role":"user","parts":[{{"text":{content}}}]}}],"prediction":{{"type":"content","content":{content}}}}}"#
    )
}

/// Returns a request with a question and these fields.
fn with_fields(fields: &str) -> String {
    format!(
        r#"{{"model":"gpt-4o","max_tokens":1000000,"messages":[{{"role":"user","content":"hi"}}],"input":"hi","prompt":"hi","contents":[{{"role":"user","parts":[{{"text":"hi"}}]}}],{fields}}}"#
    )
}

/// Returns all shapes, of about `len` bytes each.
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
