use super::{COMPLETIONS, EMBEDDINGS, MODERATIONS, RESPONSES};
use crate::validate::check;
use crate::validate::testing::{accepted, error, refused};

#[test]
fn other_endpoints_check_their_own_fields() {
    refused(
        &RESPONSES,
        r#"{"model":"m","input":"hi"}"#,
        &[
            (
                r#"{"foo":1}"#,
                "Unknown parameter: 'foo'.",
                Some("foo"),
                Some("unknown_parameter"),
            ),
            (
                r#"{"max_output_tokens":1}"#,
                "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= \
                 16, but got 1 instead.",
                Some("max_output_tokens"),
                Some("integer_below_min_value"),
            ),
            (
                r#"{"input":[{"role":"tool","content":"x"}]}"#,
                "Invalid value: 'tool'. Supported values are: 'assistant', 'system', \
                 'developer', and 'user'.",
                Some("input[0].role"),
                Some("invalid_value"),
            ),
            (
                r#"{"tool_choice":7}"#,
                "Invalid type for 'tool_choice': expected one of an object or 'none', 'auto', \
                 or 'required', but got an integer instead.",
                Some("tool_choice"),
                Some("invalid_type"),
            ),
            (
                r#"{"tools":[{"type":"function","function":{"name":"f"}}]}"#,
                "Missing required parameter: 'tools[0].name'.",
                Some("tools[0].name"),
                Some("missing_required_parameter"),
            ),
        ],
    );
    refused(
        &EMBEDDINGS,
        r#"{"model":"m","input":"hi"}"#,
        &[
            (
                r#"{"encoding_format":"hex"}"#,
                "Invalid value: 'hex'. Supported values are: 'float' and 'base64'.",
                Some("encoding_format"),
                Some("invalid_value"),
            ),
            (
                r#"{"dimensions":0}"#,
                "Invalid 'dimensions': integer below minimum value. Expected a value >= 1, but \
                 got 0 instead.",
                Some("dimensions"),
                Some("integer_below_min_value"),
            ),
        ],
    );
    for (spec, body, param) in [
        (&RESPONSES, r#"{"input":"hi"}"#, Some("model")),
        (&RESPONSES, r#"{"model":"m"}"#, Some("input")),
        (&EMBEDDINGS, r#"{"model":"m"}"#, Some("input")),
        (&EMBEDDINGS, r#"{"model":"m","input":[]}"#, Some("input")),
        (&EMBEDDINGS, r#"{"input":"hi"}"#, None),
        (&COMPLETIONS, r#"{"prompt":"hi"}"#, None),
        (
            &COMPLETIONS,
            r#"{"model":"m","prompt":[{}]}"#,
            Some("prompt[0]"),
        ),
        (
            &COMPLETIONS,
            r#"{"model":"m","logprobs":6}"#,
            Some("logprobs"),
        ),
        (&MODERATIONS, "{}", Some("input")),
        (
            &MODERATIONS,
            r#"{"input":[{"type":"x"}]}"#,
            Some("input[0].type"),
        ),
    ] {
        assert_eq!(error(spec, body).param.as_deref(), param, "{body}");
    }
    accepted(
        &RESPONSES,
        r#"{"model":"m"}"#,
        &[
            r#"{"previous_response_id":"resp_1"}"#,
            r#"{"input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]},
               {"type":"function_call_output","call_id":"c","output":"1"}],
               "tools":[{"type":"web_search"},{"type":"function","name":"f"}],
               "tool_choice":{"type":"function","name":"f"}}"#,
            // Fields for which openai-python 3.54.0 has types.
            r#"{"input":"hi","access_programs":{"cyber":"x"},"background_options":{},"image":{}}"#,
            r#"{"input":"hi","reasoning":{"effort":"max"}}"#,
            r#"{"input":"hi","text":{"format":{"type":"json_schema","name":"n","schema":{},
               "description":null}}}"#,
            r#"{"input":"hi","tool_choice":{"type":"function","name":"f"},
               "tools":[{"type":"namespace","name":"n","tools":[{"type":"function","name":"f"}]}]}"#,
            r#"{"input":"hi","tool_choice":{"type":"mcp","server_label":"s","name":"f"},
               "tools":[{"type":"mcp","server_label":"s"}]}"#,
        ],
    );
    for input in [r#""x""#, r#"["x",""]"#, "[1,2]", "[[1],[2]]"] {
        let body = format!("{{\"model\":\"m\",\"input\":{input}}}");
        assert_eq!(
            check(&EMBEDDINGS, body.as_bytes(), false),
            Ok(()),
            "{input}"
        );
    }
}
