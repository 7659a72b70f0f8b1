//! A tool that tests offer, and a check of the arguments it is called with.

use serde_json::{Value, json};

/// A list with one function tool, `get_weather`.
pub fn tools() -> Value {
    json!([{"type": "function", "function": {"name": "get_weather", "parameters": {
        "type": "object", "additionalProperties": false, "required": ["city", "days"],
        "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1, "maximum": 3}},
    }}}])
}

/// Asserts that `text` is a JSON object that is valid under the schema of
/// [`tools`].
pub fn assert_arguments(text: &str) {
    let arguments: Value = serde_json::from_str(text).unwrap();
    let arguments = arguments.as_object().unwrap();
    assert_eq!(arguments.len(), 2, "{text}");
    assert!(arguments["city"].is_string(), "{text}");
    assert!(
        (1..=3).contains(&arguments["days"].as_i64().unwrap()),
        "{text}"
    );
}
