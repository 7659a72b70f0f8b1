use super::*;
use crate::api::anthropic::forms as anthropic;
use crate::api::gemini::forms as gemini;
use crate::api::openai::forms as openai;
use proptest::prelude::*;
use serde_json::json;

static FORMS: [&Form; 8] = [
    &openai::CHAT,
    &openai::COMPLETIONS,
    &openai::EMBEDDINGS,
    &openai::MODERATIONS,
    &openai::RESPONSES,
    &anthropic::MESSAGES,
    &anthropic::COUNT_TOKENS,
    &gemini::GENERATE_CONTENT,
];

/// A body that is accepted, with these fields in it or instead of its own.
fn with(base: &str, fields: &str) -> String {
    let base: serde_json::Map<_, _> = serde_json::from_str(base).unwrap();
    let fields: serde_json::Map<_, _> = serde_json::from_str(fields).unwrap();
    let mut body = base;
    body.extend(fields);
    serde_json::to_string(&body).unwrap()
}

fn error(form: &Form, body: &str) -> Error {
    match check(form, body.as_bytes(), false) {
        Err(error) => {
            assert_eq!((error.status, error.kind), (400, "invalid_request_error"));
            error
        }
        Ok(()) => panic!("accepted: {body}"),
    }
}

/// Field of the body, its value, then message, param and code.
type Case<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>);

#[track_caller]
fn refused(form: &Form, base: &str, cases: &[Case]) {
    for (fields, message, param, code) in cases {
        let error = error(form, &with(base, fields));
        assert_eq!(error.message, *message, "{fields}");
        assert_eq!(error.param.as_deref(), *param, "{fields}");
        assert_eq!(error.code, *code, "{fields}");
    }
}

/// The same for a service whose errors hold a message alone.
#[track_caller]
fn told(form: &Form, base: &str, cases: &[(&str, &str)]) {
    for (fields, message) in cases {
        refused(form, base, &[(*fields, *message, None, None)]);
    }
}

#[track_caller]
fn accepted(form: &Form, base: &str, cases: &[&str]) {
    for fields in cases {
        let body = with(base, fields);
        assert_eq!(check(form, body.as_bytes(), false), Ok(()), "{body}");
    }
}

const CHAT: &str = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
const TOOL: &str =
    r#"[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]"#;

#[test]
fn what_is_no_object_is_refused() {
    for body in ["{", "nonsense", "[]", "\"x\"", "1", "{} {}", "{\"a\":01}"] {
        for form in FORMS {
            error(form, body);
        }
        let error = error(&openai::CHAT, body);
        assert!(
            error
                .message
                .starts_with("We could not parse the JSON body")
        );
        assert_eq!((error.param, error.code), (None, None));
    }
    assert!(check(&openai::CHAT, b"{\"model\":\"\xff\"}", false).is_err());
    told(
        &gemini::GENERATE_CONTENT,
        "{}",
        &[(
            "{}",
            "* GenerateContentRequest.contents: contents is not specified\n",
        )],
    );
    for (body, message) in [
        ("x", "Invalid JSON payload received. Unexpected token."),
        (
            "[]",
            "Invalid JSON payload received. Unknown name \"\": Root element must be a message.",
        ),
    ] {
        assert_eq!(error(&gemini::GENERATE_CONTENT, body).message, message);
    }
    let message = error(&anthropic::MESSAGES, "{").message;
    assert_eq!(message, "The request body is not valid JSON");
}

#[test]
fn chat_needs_a_model_and_messages() {
    const NO_MODEL: Option<&str> = Some("you must provide a model parameter");
    const NO_MESSAGES: Option<&str> = Some("Missing required parameter: 'messages'.");
    for (body, names_model, message) in [
        ("", false, NO_MODEL),
        ("", true, NO_MESSAGES),
        ("{}", false, NO_MODEL),
        (
            r#"{"messages":[{"role":"user","content":"hi"}]}"#,
            false,
            NO_MODEL,
        ),
        (
            r#"{"messages":[{"role":"user","content":"hi"}]}"#,
            true,
            None,
        ),
        (r#"{"model":"","messages":[]}"#, false, NO_MODEL),
        (r#"{"model":null,"messages":[]}"#, false, NO_MODEL),
        (r#"{"model":"m"}"#, false, NO_MESSAGES),
        (CHAT, false, None),
    ] {
        let found = check(&openai::CHAT, body.as_bytes(), names_model).err();
        let found = found.map(|error| error.message);
        assert_eq!(found.as_deref(), message, "{body} {names_model}");
    }
    refused(
        &openai::CHAT,
        r#"{"model":"m"}"#,
        &[(
            "{}",
            "Missing required parameter: 'messages'.",
            Some("messages"),
            Some("missing_required_parameter"),
        )],
    );
}

#[test]
fn a_value_of_another_type_is_named() {
    let cases = [
        (
            r#"{"temperature":"hot"}"#,
            "temperature",
            "a decimal",
            "a string",
        ),
        (r#"{"n":"2"}"#, "n", "an integer", "a string"),
        (r#"{"n":1.5}"#, "n", "an integer", "a decimal number"),
        (r#"{"seed":1e3}"#, "seed", "an integer", "a decimal number"),
        (r#"{"stream":"yes"}"#, "stream", "a boolean", "a string"),
        (r#"{"model":7}"#, "model", "a string", "an integer"),
        (r#"{"user":{}}"#, "user", "a string", "an object"),
        (r#"{"user":null}"#, "user", "a string", "null"),
        (
            r#"{"tools":"f"}"#,
            "tools",
            "an array of objects",
            "a string",
        ),
        (
            r#"{"messages":{}}"#,
            "messages",
            "an array of objects",
            "an object",
        ),
        (
            r#"{"messages":null}"#,
            "messages",
            "an array of objects",
            "null",
        ),
        (
            r#"{"messages":[true]}"#,
            "messages[0]",
            "an object",
            "a boolean",
        ),
        (
            r#"{"messages":[{"role":"user","content":7}]}"#,
            "messages[0].content",
            "one of a string or array of objects",
            "an integer",
        ),
        (
            r#"{"messages":[{"role":1,"content":"hi"}]}"#,
            "messages[0].role",
            "a string",
            "an integer",
        ),
        (
            r#"{"stop":{}}"#,
            "stop",
            "one of a string or array of strings",
            "an object",
        ),
        (
            r#"{"tool_choice":7}"#,
            "tool_choice",
            "one of one of 'none', 'auto', or 'required' or object",
            "an integer",
        ),
        (
            r#"{"verbosity":[]}"#,
            "verbosity",
            "one of 'low', 'medium', or 'high'",
            "an array",
        ),
        (
            r#"{"metadata":{"k":7}}"#,
            "metadata.k",
            "a string",
            "an integer",
        ),
    ];
    for (fields, param, expected, got) in cases {
        let message =
            format!("Invalid type for '{param}': expected {expected}, but got {got} instead.");
        let case = (fields, message.as_str(), Some(param), Some("invalid_type"));
        refused(&openai::CHAT, CHAT, &[case]);
    }
}

#[test]
fn a_number_has_limits() {
    let cases = [
        (
            r#"{"temperature":3}"#,
            "temperature",
            "decimal",
            "<= 2",
            "3",
        ),
        (
            r#"{"temperature":2.1}"#,
            "temperature",
            "decimal",
            "<= 2",
            "2.1",
        ),
        (
            r#"{"temperature":-0.5}"#,
            "temperature",
            "decimal",
            ">= 0",
            "-0.5",
        ),
        (r#"{"top_p":1.01}"#, "top_p", "decimal", "<= 1", "1.01"),
        (
            r#"{"presence_penalty":-3}"#,
            "presence_penalty",
            "decimal",
            ">= -2",
            "-3",
        ),
        (
            r#"{"frequency_penalty":9}"#,
            "frequency_penalty",
            "decimal",
            "<= 2",
            "9",
        ),
        (r#"{"n":0}"#, "n", "integer", ">= 1", "0"),
        (r#"{"n":129}"#, "n", "integer", "<= 128", "129"),
        (r#"{"max_tokens":0}"#, "max_tokens", "integer", ">= 1", "0"),
        (
            r#"{"max_completion_tokens":-1}"#,
            "max_completion_tokens",
            "integer",
            ">= 1",
            "-1",
        ),
        (
            r#"{"logprobs":true,"top_logprobs":21}"#,
            "top_logprobs",
            "integer",
            "<= 20",
            "21",
        ),
        (
            r#"{"logit_bias":{"50256":101}}"#,
            "logit_bias.50256",
            "decimal",
            "<= 100",
            "101",
        ),
    ];
    for (fields, param, kind, limit, value) in cases {
        let (side, bound) = match limit.starts_with('<') {
            true => ("above maximum", "above_max"),
            false => ("below minimum", "below_min"),
        };
        let message = format!(
            "Invalid '{param}': {kind} {side} value. Expected a value {limit}, but got {value} instead."
        );
        let code = format!("{kind}_{bound}_value");
        let case = (fields, message.as_str(), Some(param), Some(code.as_str()));
        refused(&openai::CHAT, CHAT, &[case]);
    }
    let long = format!(
        "{{\"model\":\"m\",\"messages\":[],\"n\":{}}}",
        "9".repeat(10_000)
    );
    assert!(error(&openai::CHAT, &long).message.len() < 300);
}

#[test]
fn messages_are_those_of_their_roles() {
    let roles = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'";
    let unknown = format!("Invalid value: 'x'. Supported values are: {roles}.");
    let nothing = "Invalid value for 'content': expected a string, got null.";
    let missing = Some("missing_required_parameter");
    refused(
        &openai::CHAT,
        CHAT,
        &[
            (
                r#"{"messages":[]}"#,
                "Invalid 'messages': empty array. Expected an array with minimum length 1, but \
                 got an empty array instead.",
                Some("messages"),
                Some("empty_array"),
            ),
            (
                r#"{"messages":[{"content":"hi","role":"x"}]}"#,
                &unknown,
                Some("messages[0].role"),
                Some("invalid_value"),
            ),
            (
                r#"{"messages":[{"role":"user","content":"hi"},{"content":"hi"}]}"#,
                "Missing required parameter: 'messages[1].role'.",
                Some("messages[1].role"),
                missing,
            ),
            (
                r#"{"messages":[{"role":"user","content":null}]}"#,
                nothing,
                Some("messages.[0].content"),
                None,
            ),
            (
                r#"{"messages":[{"role":"system"}]}"#,
                nothing,
                Some("messages.[0].content"),
                None,
            ),
            (
                r#"{"messages":[{"role":"tool","content":"hi"}]}"#,
                "Missing required parameter: 'messages[0].tool_call_id'.",
                Some("messages[0].tool_call_id"),
                missing,
            ),
            (
                r#"{"messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
                "Missing required parameter: 'messages[0].content[0].text'.",
                Some("messages[0].content[0].text"),
                missing,
            ),
            (
                r#"{"messages":[{"role":"user","content":[{"type":"image"}]}]}"#,
                "Invalid value: 'image'. Supported values are: 'text', 'image_url', \
                 'input_audio', and 'file'.",
                Some("messages[0].content[0].type"),
                Some("invalid_value"),
            ),
            (
                r#"{"messages":[{"role":"user","content":"hi","mood":"good"}]}"#,
                "Unknown parameter: 'messages[0].mood'.",
                Some("messages[0].mood"),
                Some("unknown_parameter"),
            ),
            (
                r#"{"messages":[{"role":"assistant","tool_calls":[]}]}"#,
                "Invalid 'messages[0].tool_calls': empty array. Expected an array with minimum \
                 length 1, but got an empty array instead.",
                Some("messages[0].tool_calls"),
                Some("empty_array"),
            ),
        ],
    );
    accepted(
        &openai::CHAT,
        CHAT,
        &[
            r#"{"messages":[{"content":"hi","role":"developer","name":"me"}]}"#,
            r#"{"messages":[{"role":"user","content":[{"text":"a","type":"text"},
               {"type":"image_url","image_url":{"url":"https://x","detail":"low"}}]}]}"#,
            r#"{"messages":[{"role":"assistant","content":null,"annotations":[],"tool_calls":
               [{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
               {"role":"tool","tool_call_id":"c","content":"1"}]}"#,
            r#"{"messages":[{"r\u006fle":"us\u0065r","content":"\ud83e\udd80"}]}"#,
        ],
    );
}

#[test]
fn tools_and_their_choice_fit_together() {
    let with_tool = with(CHAT, &format!("{{\"tools\":{TOOL}}}"));
    let named = r#"{"tool_choice":{"type":"function","function":{"name":"g"}}}"#;
    refused(
        &openai::CHAT,
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
        &openai::CHAT,
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
        &openai::CHAT,
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

#[test]
fn of_several_faults_one_is_reported() {
    let unknown = "Unrecognized request argument supplied: foo";
    refused(
        &openai::CHAT,
        "{}",
        &[
            (
                r#"{"foo":1,"messages":7}"#,
                "you must provide a model parameter",
                None,
                None,
            ),
            (
                r#"{"foo":1,"model":"m","n":0}"#,
                "Missing required parameter: 'messages'.",
                Some("messages"),
                Some("missing_required_parameter"),
            ),
            (
                r#"{"foo":1,"model":"m","messages":[],"n":"x"}"#,
                unknown,
                None,
                None,
            ),
        ],
    );
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"n":0,"stream":1}"#;
    assert_eq!(error(&openai::CHAT, body).param.as_deref(), Some("n"));
    let name = "x".repeat(5_000);
    let message = error(&openai::CHAT, &with(CHAT, &format!("{{\"{name}\":1}}"))).message;
    assert!(message.ends_with("xxx...") && message.len() < 200);
}

#[test]
fn other_endpoints_of_openai_have_their_own_fields() {
    refused(
        &openai::RESPONSES,
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
                r#"{"tools":[{"type":"function","function":{"name":"f"}}]}"#,
                "Missing required parameter: 'tools[0].name'.",
                Some("tools[0].name"),
                Some("missing_required_parameter"),
            ),
        ],
    );
    refused(
        &openai::EMBEDDINGS,
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
    for (form, body, param) in [
        (&openai::RESPONSES, r#"{"input":"hi"}"#, Some("model")),
        (&openai::RESPONSES, r#"{"model":"m"}"#, Some("input")),
        (&openai::EMBEDDINGS, r#"{"model":"m"}"#, Some("input")),
        (
            &openai::EMBEDDINGS,
            r#"{"model":"m","input":[]}"#,
            Some("input"),
        ),
        (&openai::EMBEDDINGS, r#"{"input":"hi"}"#, None),
        (&openai::COMPLETIONS, r#"{"prompt":"hi"}"#, None),
        (
            &openai::COMPLETIONS,
            r#"{"model":"m","prompt":[{}]}"#,
            Some("prompt[0]"),
        ),
        (
            &openai::COMPLETIONS,
            r#"{"model":"m","logprobs":6}"#,
            Some("logprobs"),
        ),
        (&openai::MODERATIONS, "{}", Some("input")),
        (
            &openai::MODERATIONS,
            r#"{"input":[{"type":"x"}]}"#,
            Some("input[0].type"),
        ),
    ] {
        assert_eq!(error(form, body).param.as_deref(), param, "{body}");
    }
    accepted(
        &openai::RESPONSES,
        r#"{"model":"m"}"#,
        &[
            r#"{"previous_response_id":"resp_1"}"#,
            r#"{"input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]},
               {"type":"function_call_output","call_id":"c","output":"1"}],
               "tools":[{"type":"web_search"},{"type":"function","name":"f"}],
               "tool_choice":{"type":"function","name":"f"}}"#,
        ],
    );
    for input in [r#""x""#, r#"["x",""]"#, "[1,2]", "[[1],[2]]"] {
        let body = format!("{{\"model\":\"m\",\"input\":{input}}}");
        assert_eq!(
            check(&openai::EMBEDDINGS, body.as_bytes(), false),
            Ok(()),
            "{input}"
        );
    }
}

#[test]
fn anthropic_has_words_of_its_own() {
    const MESSAGES: &str =
        r#"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}"#;
    told(
        &anthropic::MESSAGES,
        "{}",
        &[
            ("{}", "model: Field required"),
            (r#"{"model":"m"}"#, "messages: Field required"),
            (
                r#"{"model":"m","messages":[]}"#,
                "max_tokens: Field required",
            ),
        ],
    );
    told(
        &anthropic::MESSAGES,
        MESSAGES,
        &[
            (
                r#"{"messages":[]}"#,
                "messages: at least one message is required",
            ),
            (
                r#"{"messages":"hi"}"#,
                "messages: Input should be a valid array",
            ),
            (
                r#"{"messages":[{"content":"hi"}]}"#,
                "messages.0.role: Field required",
            ),
            (
                r#"{"messages":[{"role":"tool","content":"hi"}]}"#,
                "messages: Unexpected role \"tool\". Allowed roles are \"user\" or \"assistant\"",
            ),
            (
                r#"{"messages":[{"role":"system","content":"hi"}]}"#,
                "messages: Unexpected role \"system\". The Messages API accepts a top-level \
                 `system` parameter, not \"system\" as an input message role.",
            ),
            (
                r#"{"messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
                "messages.0.content.0.text: Field required",
            ),
            (
                r#"{"max_tokens":-1}"#,
                "max_tokens: must be greater than or equal to 0",
            ),
            (
                r#"{"max_tokens":"5"}"#,
                "max_tokens: Input should be a valid integer",
            ),
            (r#"{"temperature":1.5}"#, "temperature: range: 0..1"),
            (
                r#"{"stream":"yes"}"#,
                "stream: Input should be a valid boolean",
            ),
            (r#"{"foo":1}"#, "foo: Extra inputs are not permitted"),
            (
                r#"{"service_tier":"x"}"#,
                "service_tier: Input should be 'auto' or 'standard_only'",
            ),
            (
                r#"{"tools":[{"name":"f"}],"tool_choice":{"type":"x"}}"#,
                "tool_choice: Input tag 'x' found using 'type' does not match any of the \
                 expected tags: 'any', 'auto', 'none', 'tool'",
            ),
            (
                r#"{"tools":[{"name":"f"}],"tool_choice":{"type":"tool","name":"g"}}"#,
                "Tool 'g' not found in provided tools",
            ),
            (r#"{"foo":1,"top_p":7}"#, "top_p: range: 0..1"),
        ],
    );
    accepted(
        &anthropic::MESSAGES,
        MESSAGES,
        &[
            r#"{"system":[{"type":"text","text":"x"}],"temperature":1,"stream":true,
               "tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"tool","name":"f"}}"#,
            r#"{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}],
               "thinking":{"type":"enabled","budget_tokens":1024},"metadata":{"user_id":"u"}}"#,
        ],
    );
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    accepted(&anthropic::COUNT_TOKENS, body, &["{}"]);
}

#[test]
fn gemini_reads_a_protocol_buffer() {
    const CONTENTS: &str = r#"{"contents":[{"parts":[{"text":"hi"}]}]}"#;
    told(
        &gemini::GENERATE_CONTENT,
        CONTENTS,
        &[
            (
                r#"{"contents":[]}"#,
                "* GenerateContentRequest.contents: contents is not specified\n",
            ),
            (
                r#"{"contents":null}"#,
                "* GenerateContentRequest.contents: contents is not specified\n",
            ),
            (
                r#"{"contents":[{"parts":[]}]}"#,
                "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.\n",
            ),
            (
                r#"{"contents":[{"role":"system","parts":[{"text":"hi"}]}]}"#,
                "Please use a valid role: user, model.",
            ),
            (
                r#"{"foo":1}"#,
                "Invalid JSON payload received. Unknown name \"foo\": Cannot find field.",
            ),
            (
                r#"{"contents":[{"parts":{"role":"user"}}]}"#,
                "Invalid JSON payload received. Unknown name \"role\" at 'contents[0].parts': \
                 Cannot find field.",
            ),
            (
                r#"{"generationConfig":{"temperature":"hot"}}"#,
                "Invalid value at 'generation_config.temperature' (TYPE_FLOAT), \"hot\"",
            ),
            (
                r#"{"generationConfig":{"seed":3812238859}}"#,
                "* GenerateContentRequest.generation_config.seed: seed must be in the range \
                 [-2147483648, 2147483647].\n",
            ),
            (
                r#"{"generation_config":{"temperature":3}}"#,
                "* GenerateContentRequest.generation_config.temperature: temperature must be in \
                 the range [0.0, 2.0].\n",
            ),
            (
                r#"{"generationConfig":{"maxOutputTokens":0}}"#,
                "* GenerateContentRequest.generation_config.max_output_tokens: \
                 max_output_tokens must be positive.\n",
            ),
            (
                r#"{"generationConfig":{"stopSequences":["a","b","c","d","e","f"]}}"#,
                "* GenerateContentRequest.generation_config.stop_sequences: the number of \
                 stop_sequences must not exceed 5.\n",
            ),
        ],
    );
    accepted(
        &gemini::GENERATE_CONTENT,
        CONTENTS,
        &[
            r#"{"contents":{"role":"user","parts":{"text":"hi"}}}"#,
            r#"{"generationConfig":{"maxOutputTokens":"5","topK":40,"seed":5.0,"temperature":"1",
               "thinkingConfig":{},"candidateCount":null},"systemInstruction":{"parts":[]}}"#
                .replace(",\"systemInstruction\":{\"parts\":[]}", "")
                .as_str(),
            r#"{"system_instruction":{"parts":{"text":"x"}},"tools":{"functionDeclarations":[]},
               "safetySettings":[{}],"tools":[{}]}"#,
        ],
    );
}

#[test]
fn depth_is_no_danger() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"content\":[", "]}")] {
        let nested = open.repeat(100_000) + "1" + &close.repeat(100_000);
        for body in [
            nested.clone(),
            format!("{{\"messages\":{nested}}}"),
            format!("{{\"messages\":[{{\"role\":\"user\",\"content\":{nested}}}]}}"),
            format!("{{\"contents\":[{{\"parts\":{nested}}}]}}"),
            format!("{{\"tools\":[{{\"type\":\"function\",\"function\":{nested}}}]}}"),
            open.repeat(100_000),
        ] {
            for form in FORMS {
                assert!(check(form, body.as_bytes(), true).is_err());
            }
        }
    }
}

proptest! {
    #[test]
    fn never_panics(body: Vec<u8>) {
        for form in FORMS {
            let _ = check(form, &body, false);
        }
    }

    #[test]
    fn never_panics_on_almost_a_request(
        text in "(\"(messages|role|user|content|type|tools|n|a\\\\u00e9)\"|[{}\\[\\],:]|[0-9.e-]){0,40}",
    ) {
        for form in FORMS {
            let _ = check(form, text.as_bytes(), false);
            let _ = check(form, format!("{{\"messages\":[{{{text}}}]}}").as_bytes(), true);
        }
    }

    #[test]
    fn what_is_within_the_limits_is_accepted(
        model in ".{1,20}",
        texts in prop::collection::vec(any::<String>(), 1..4),
        temperature in 0.0..=2.0f64,
        choices in 1..=128u32,
        stream: bool,
    ) {
        let user = |text| json!({"role": "user", "content": text});
        let messages: Vec<_> = texts.iter().map(user).collect();
        let chat = json!({
            "model": model, "messages": messages, "temperature": temperature, "n": choices,
            "stream": stream,
        });
        prop_assert_eq!(check(&openai::CHAT, chat.to_string().as_bytes(), false), Ok(()));
        let anthropic = json!({"model": model, "messages": messages, "max_tokens": choices});
        let anthropic = anthropic.to_string();
        prop_assert_eq!(check(&super::super::anthropic::forms::MESSAGES, anthropic.as_bytes(), false), Ok(()));
        let embeddings = json!({"model": model, "input": texts}).to_string();
        prop_assert_eq!(check(&openai::EMBEDDINGS, embeddings.as_bytes(), false), Ok(()));
    }

    #[test]
    fn an_error_is_short_whatever_is_sent(key: String, text in ".{0,2000}") {
        let body = json!({"model": "m", key: &text, "messages": [{"role": text}]});
        if let Err(error) = check(&openai::CHAT, body.to_string().as_bytes(), false) {
            prop_assert!(error.message.len() < 4_000);
        }
    }
}
