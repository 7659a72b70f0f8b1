//! The fields about tools and the text format that a response repeats (API
//! reference, "Responses", "The response object"). The response adds the values
//! that a request may leave out.

use crate::json;
use crate::json::Value;

/// Returns whether a value is valid for the field `text`.
pub fn is_text(value: Value) -> bool {
    let is_format = |format: Value| format.field("type").is_some_and(Value::is_string);
    value.is_object() && value.field("format").is_none_or(is_format)
}

/// Writes the field `text`.
pub fn put_text(value: Value, out: &mut Vec<u8>) {
    let missing = [
        ("format", "{\"type\":\"text\"}"),
        ("verbosity", "\"medium\""),
    ];
    put_filled(value, &missing, out);
}

/// Returns whether a value is valid for the field `tool_choice`.
pub fn is_tool_choice(value: Value) -> bool {
    let is_kind = value.field("type").is_some_and(Value::is_string);
    is_kind || ["none", "auto", "required"].iter().any(|it| value.is(it))
}

/// Returns whether a value is valid for the field `tools`.
pub fn are_tools(list: Value) -> bool {
    let is_tool = |tool: Value| tool.field("type").is_some_and(Value::is_string);
    list.is_list() && list.items().all(is_tool)
}

/// Writes the field `tools`.
pub fn put_tools(list: Value, out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, tool) in list.items().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let is_function = tool.field("type").is_some_and(|it| it.is("function"));
        let missing: &[_] = match is_function {
            true => &[("parameters", "null"), ("strict", "true")],
            false => &[],
        };
        put_filled(tool, missing, out);
    }
    out.push(b']');
}

/// Writes an object, and adds these values for fields that it lacks.
fn put_filled(object: Value, fields: &[(&str, &str)], out: &mut Vec<u8>) {
    out.push(b'{');
    let mut is_empty = object.items().next().is_none();
    if let Some(inside) = object.json().get(1..object.json().len() - 1) {
        json::compact(inside, out);
    }
    for (name, value) in fields {
        if object.field(name).is_none() {
            if !is_empty {
                out.push(b',');
            }
            is_empty = false;
            for part in ["\"", name, "\":", value] {
                out.extend_from_slice(part.as_bytes());
            }
        }
    }
    out.push(b'}');
}
