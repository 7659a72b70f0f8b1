//! Rules that involve several fields.

use super::*;

#[test]
fn the_tool_choice_must_match_the_tools() {
    let with_tool = with(CHAT, &format!("{{\"tools\":{TOOL}}}"));
    let named = r#"{"tool_choice":{"type":"function","function":{"name":"g"}}}"#;
    refused(
        &SPEC,
        &with_tool,
        &[
            (
                named,
                "Tool choice 'g' not found in 'tools' parameter.",
                Some("tool_choice"),
                None,
            ),
            (
                r#"{"tool_choice":"any"}"#,
                "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
                Some("tool_choice"),
                Some("invalid_value"),
            ),
            (
                r#"{"tool_choice":{"type":"function","function":{}}}"#,
                "Missing required parameter: 'tool_choice.function.name'.",
                Some("tool_choice.function.name"),
                Some("missing_required_parameter"),
            ),
            (
                r#"{"tools":[{"type":"function","function":{"name":"a b"}}]}"#,
                "Invalid 'tools[0].function.name': string does not match pattern. Expected a \
                 string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
                Some("tools[0].function.name"),
                Some("invalid_value"),
            ),
            (
                r#"{"tools":[{"type":"function","name":"f"}]}"#,
                "Missing required parameter: 'tools[0].function'.",
                Some("tools[0].function"),
                Some("missing_required_parameter"),
            ),
            (
                r#"{"tools":[]}"#,
                "Invalid 'tools': empty array. Expected an array with minimum length 1, but got \
                 an empty array instead.",
                Some("tools"),
                Some("empty_array"),
            ),
        ],
    );
    let long = "f".repeat(65);
    let long = format!(r#"{{"tools":[{{"type":"function","function":{{"name":"{long}"}}}}]}}"#);
    refused(
        &SPEC,
        CHAT,
        &[
            (
                &long,
                "Invalid 'tools[0].function.name': string too long. Expected a string with \
                 maximum length 64, but got a string with length 65 instead.",
                Some("tools[0].function.name"),
                Some("string_above_max_length"),
            ),
            (
                r#"{"tool_choice":"auto"}"#,
                "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are \
                 specified.",
                Some("tool_choice"),
                None,
            ),
            (
                r#"{"stream_options":{"include_usage":true}}"#,
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                Some("stream_options"),
                None,
            ),
            (
                r#"{"top_logprobs":2,"logprobs":false}"#,
                "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
                Some("top_logprobs"),
                None,
            ),
            (
                r#"{"response_format":{"type":"xml"}}"#,
                "Invalid value: 'xml'. Supported values are: 'json_object', 'json_schema', and \
                 'text'.",
                Some("response_format.type"),
                Some("invalid_value"),
            ),
            (
                r#"{"stop":["a","b","c","d","e"]}"#,
                "Invalid 'stop': array too long. Expected an array with maximum length 4, but \
                 got an array with length 5 instead.",
                Some("stop"),
                Some("array_above_max_length"),
            ),
        ],
    );
    accepted(
        &SPEC,
        &with_tool,
        &[
            r#"{"tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":true}"#,
            r#"{"tool_choice":"required","stream":true,"stream_options":{"include_usage":true}}"#,
            r#"{"stream_options":null,"top_logprobs":null,"stop":null,"n":null,"seed":-1}"#,
            r#"{"logprobs":true,"top_logprobs":20,"temperature":2,"top_p":0.0,"stop":"x"}"#,
            r#"{"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}}}"#,
            r#"{"functions":[{"name":"f"}],"function_call":{"name":"f"}}"#,
        ],
    );
}
