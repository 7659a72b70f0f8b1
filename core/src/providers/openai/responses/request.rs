//! Reads the body of a request (API reference, "Responses", "Create a
//! response"): the fields that determine the response, and the fields that the
//! response repeats.

use super::output::Fields;
use super::repeats;
use crate::completion::prompt_tokens::Prompt;
use crate::completion::{GenerationRequest, StreamField, fields};
use crate::json;
use crate::json::{Value, object};

/// A field that the response repeats.
struct Repeated {
    name: &'static str,
    /// The value in the response if the request has no valid value.
    default: &'static str,
    /// Returns whether a value is valid for the field. Other values are
    /// ignored.
    fits: fn(Value) -> bool,
    /// Writes a value.
    put: fn(Value, &mut Vec<u8>),
}

const fn repeated(name: &'static str, default: &'static str, fits: fn(Value) -> bool) -> Repeated {
    Repeated {
        name,
        default,
        fits,
        put: |value, out| json::compact(value.json(), out),
    }
}

static REPEATED: [Repeated; 17] = [
    repeated("instructions", "null", |value| {
        value.is_string() || value.is_list()
    }),
    repeated("max_output_tokens", "null", is_count),
    repeated("max_tool_calls", "null", is_count),
    repeated("metadata", "{}", object::is_object_of_strings),
    repeated("parallel_tool_calls", "true", is_boolean),
    repeated("previous_response_id", "null", is_string),
    repeated("prompt_cache_key", "null", is_string),
    repeated(
        "reasoning",
        "{\"effort\":null,\"summary\":null}",
        object::is_object_of_strings,
    ),
    repeated("safety_identifier", "null", is_string),
    repeated("store", "true", is_boolean),
    repeated("temperature", "1.0", |value| is_number(value, 2.0)),
    Repeated {
        name: "text",
        default: "{\"format\":{\"type\":\"text\"},\"verbosity\":\"medium\"}",
        fits: repeats::is_text,
        put: repeats::put_text,
    },
    repeated("tool_choice", "\"auto\"", repeats::is_tool_choice),
    Repeated {
        name: "tools",
        default: "[]",
        fits: repeats::are_tools,
        put: repeats::put_tools,
    },
    repeated("top_logprobs", "0", |value| {
        is_count(value) && is_number(value, 20.0)
    }),
    repeated("top_p", "1.0", |value| is_number(value, 1.0)),
    repeated("truncation", "\"disabled\"", |value| {
        matches!(value.json(), "\"auto\"" | "\"disabled\"")
    }),
];

/// The fields that form the prompt.
pub const PROMPT: [&str; 3] = ["input", "instructions", "tools"];

/// The constant fields of every response. Nothing runs in the background.
const FIXED: &str = "\"background\":false,\"service_tier\":\"default\"";

fn is_string(value: Value) -> bool {
    value.is_string()
}

fn is_boolean(value: Value) -> bool {
    matches!(value.json(), "true" | "false")
}

fn is_count(value: Value) -> bool {
    value.parse::<u64>().is_some()
}

fn is_number(value: Value, most: f64) -> bool {
    value
        .parse()
        .is_some_and(|number: f64| (0.0..=most).contains(&number))
}

/// Reads a body. A body that is not a single JSON object is read as an empty
/// one.
pub fn read(body: &[u8]) -> GenerationRequest {
    let body = object::text(body);
    let mut request = GenerationRequest::default();
    let mut values = [None; REPEATED.len()];
    let mut prompt = Prompt::new(PROMPT);
    let mut output_fields = Fields::default();
    request.is_object = object::read(&body, |key, value| {
        match key {
            "model" => request.model = fields::model(value),
            "stream" => request.stream = fields::stream(value),
            "max_output_tokens" => request.limits.max_tokens = value.parse(),
            _ => prompt.field(key, value),
        }
        let known = REPEATED.iter().zip(&mut values);
        for (_, slot) in known.filter(|(field, _)| field.name == key) {
            *slot = Some(value);
        }
        output_fields.field(key, value);
    });
    if !request.is_object {
        request = GenerationRequest::default();
        values.fill(None);
    } else {
        request.estimated_prompt_tokens = prompt.tokens();
        request.output = output_fields.output();
    }
    request.echo = echo(&values);
    // Only `true` requests a stream: SDKs leave the field out for a plain
    // response, whatever headers they send.
    if request.stream != StreamField::True {
        request.stream = StreamField::False;
    }
    request
}

/// Renders the fields that the response repeats.
fn echo(values: &[Option<Value>; REPEATED.len()]) -> Vec<u8> {
    let fields = || {
        REPEATED.iter().zip(values).map(|(field, value)| {
            let value = value.filter(|&value| (field.fits)(value) && value.is_valid());
            (field, value)
        })
    };
    let len: usize = fields()
        .map(|(field, value)| {
            let value = value.map_or(field.default, Value::json);
            field.name.len() + value.len() + "\"\":,".len()
        })
        .sum();
    let mut out = Vec::with_capacity(len + FIXED.len());
    for (field, value) in fields() {
        out.push(b'"');
        out.extend_from_slice(field.name.as_bytes());
        out.extend_from_slice(b"\":");
        match value {
            Some(value) => (field.put)(value, &mut out),
            None => out.extend_from_slice(field.default.as_bytes()),
        }
        out.push(b',');
    }
    out.extend_from_slice(FIXED.as_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn echoed(body: &str) -> Value {
        let request = read(body.as_bytes());
        let object = [b"{".as_slice(), &request.echo, b"}"].concat();
        assert!(!object.contains(&b'\n'));
        serde_json::from_slice(&object).unwrap()
    }

    #[test]
    fn valid_fields_are_repeated() {
        for (field, value) in [
            ("instructions", json!("be\nbrief \u{2028}")),
            (
                "instructions",
                json!([{"role": "developer", "content": "x y"}]),
            ),
            ("max_output_tokens", json!(16)),
            ("max_tool_calls", json!(3)),
            ("metadata", json!({"a": "b", "c": "d e"})),
            ("metadata", json!({})),
            ("parallel_tool_calls", json!(false)),
            ("previous_response_id", json!("resp_0")),
            ("prompt_cache_key", json!("key")),
            ("reasoning", json!({"effort": "low"})),
            ("safety_identifier", json!("user")),
            ("store", json!(false)),
            ("temperature", json!(0.5)),
            ("top_logprobs", json!(5)),
            ("tool_choice", json!("required")),
            ("tool_choice", json!({"type": "custom", "name": "x"})),
            (
                "tools",
                json!([{"type": "custom", "name": "x y"}, {"type": "web_search"}]),
            ),
            ("top_p", json!(0)),
            ("truncation", json!("auto")),
        ] {
            let body = format!("{:#}", json!({ field: value }));
            assert_eq!(echoed(&body)[field], value, "{body}");
        }
    }

    #[test]
    fn invalid_fields_are_replaced_by_the_defaults() {
        let defaults = echoed("{}");
        for (field, value) in [
            ("instructions", "1"),
            ("instructions", "null"),
            ("max_output_tokens", "\"16\""),
            ("max_output_tokens", "-1"),
            ("metadata", "{\"a\":1}"),
            ("metadata", "[]"),
            ("parallel_tool_calls", "\"yes\""),
            ("previous_response_id", "7"),
            ("reasoning", "{\"effort\":3}"),
            ("store", "null"),
            ("temperature", "3"),
            ("temperature", "\"hot\""),
            ("text", "\"x\""),
            ("text", "{\"format\":{}}"),
            ("tool_choice", "\"perhaps\""),
            ("tool_choice", "{}"),
            ("tools", "{}"),
            ("tools", "[{\"type\":\"custom\"},7]"),
            ("top_logprobs", "21"),
            ("top_logprobs", "0.5"),
            ("top_p", "1.5"),
            ("truncation", "\"perhaps\""),
        ] {
            let body = format!("{{\"{field}\": {value} }}");
            assert_eq!(echoed(&body), defaults, "{body}");
        }
        assert_eq!(echoed("nonsense"), defaults);
        assert_eq!(echoed(r#"{"store":false"#), defaults);
    }

    #[test]
    fn missing_fields_of_repeated_objects_are_added() {
        let tools = echoed(
            r#"{"tools":[{"type":"function","name":"f"},
            {"type":"function","name":"g","strict":false,"parameters":{ }}]}"#,
        );
        let expected = json!([
            {"type": "function", "name": "f", "parameters": null, "strict": true},
            {"type": "function", "name": "g", "parameters": {}, "strict": false},
        ]);
        assert_eq!(tools["tools"], expected);
        for (text, expected) in [
            (
                "{}",
                json!({"format": {"type": "text"}, "verbosity": "medium"}),
            ),
            (
                r#"{"verbosity":"low"}"#,
                json!({"format": {"type": "text"}, "verbosity": "low"}),
            ),
            (
                r#"{"format":{"type":"json_object"}}"#,
                json!({"format": {"type": "json_object"}, "verbosity": "medium"}),
            ),
        ] {
            let echoed = echoed(&format!("{{\"text\":{text}}}"));
            assert_eq!(echoed["text"], expected, "{text}");
        }
    }

    #[test]
    fn only_stream_true_is_streamed() {
        for (body, expected) in [
            ("", StreamField::False),
            ("{}", StreamField::False),
            (r#"{"stream":null}"#, StreamField::False),
            (r#"{"stream":false}"#, StreamField::False),
            (r#"{"stream":"yes"}"#, StreamField::False),
            (r#"{"stream":true}"#, StreamField::True),
        ] {
            assert_eq!(read(body.as_bytes()).stream, expected, "{body}");
        }
    }

    #[test]
    fn input_instructions_and_tools_are_counted() {
        for (body, tokens) in [
            ("{}", 0),
            (r#"{"input":"123456"}"#, 2),
            (r#"{"input":[{"role":"user","content":"hi"}]}"#, 8),
            (r#"{"input":"12","instructions":"12"}"#, 2),
            (r#"{"tools":[],"input":"12"}"#, 2),
        ] {
            assert_eq!(
                read(body.as_bytes()).estimated_prompt_tokens,
                tokens,
                "{body}"
            );
        }
    }

    proptest! {
        #[test]
        fn serialized_values_are_repeated(instructions: String, id: String, key: String) {
            let body = json!({
                "instructions": instructions,
                "previous_response_id": id,
                "metadata": { key: "x" },
            });
            let echoed = echoed(&format!("{body:#}"));
            for field in ["instructions", "previous_response_id", "metadata"] {
                prop_assert_eq!(&echoed[field], &body[field]);
            }
        }
    }
}
