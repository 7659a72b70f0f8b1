use super::{COUNT_TOKENS, MESSAGES as SPEC, VERTEX_COUNT_TOKENS, VERTEX_MESSAGES};
use crate::validate::testing::{accepted, refused_with};

#[test]
fn violations_have_anthropics_messages() {
    const MESSAGES: &str =
        r#"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}"#;
    refused_with(
        &SPEC,
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
    refused_with(
        &SPEC,
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
                r#"{"messages":[{"role":"user"}]}"#,
                "messages.0.content: Field required",
            ),
            (
                r#"{"anthropic_version":"vertex-2023-10-16"}"#,
                "anthropic_version: Extra inputs are not permitted",
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
        &SPEC,
        MESSAGES,
        &[
            r#"{"system":[{"type":"text","text":"x"}],"temperature":1,"stream":true,
               "tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"tool","name":"f"}}"#,
            r#"{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}],
               "thinking":{"type":"enabled","budget_tokens":1024},"metadata":{"user_id":"u"}}"#,
        ],
    );
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    accepted(&COUNT_TOKENS, body, &["{}"]);
}

/// The fields for which anthropic-sdk-python 2.12.0 has types.
#[test]
fn fields_of_the_newest_sdk_are_accepted() {
    const MESSAGES: &str =
        r#"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}"#;
    const COUNTED: &str = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    let shared = [
        r#"{"billing_policy":{"type":"billing_policy","bill_to":"self"}}"#,
        r#"{"compaction":{"type":"summarize"}}"#,
        r#"{"thinking":{"type":"between_tools"}}"#,
        r#"{"messages":[{"role":"user","content":"hi"},
           {"role":"system","content":[{"type":"text","text":"x"}],"clear_at":"never"},
           {"role":"system","output_config":{"effort":"low"},
            "content":[{"type":"tool_addition","tool":{}},{"type":"tool_removal","tool":{}}]}]}"#,
        r#"{"messages":[{"role":"assistant","content":[{"type":"advisor_tool_result"},
           {"type":"mcp_tool_listing"},{"type":"fallback"}]}]}"#,
        r#"{"tools":[{"type":"mcp_toolset","mcp_server_name":"s"}],
           "tool_choice":{"type":"tool","name":"of_the_server"}}"#,
    ];
    for (spec, body) in [
        (&SPEC, MESSAGES),
        (&VERTEX_MESSAGES, MESSAGES),
        (&COUNT_TOKENS, COUNTED),
        (&VERTEX_COUNT_TOKENS, COUNTED),
    ] {
        accepted(spec, body, &shared);
    }
    accepted(
        &SPEC,
        MESSAGES,
        &[
            r#"{"diagnostics":{"previous_message_id":null}}"#,
            r#"{"diagnostics":null,"fallback_credit_token":"t","fallbacks":"default"}"#,
            r#"{"fallback_credit_token":{"token":"t","mode":"m"},"fallbacks":[{"model":"m"}]}"#,
            r#"{"thread":{"type":"create"}}"#,
            r#"{"thread":null}"#,
        ],
    );
    let vertex = r#"{"anthropic_version":"vertex-2023-10-16","max_tokens":5,
        "messages":[{"role":"user","content":"hi"}]}"#;
    accepted(&VERTEX_MESSAGES, vertex, &["{}", r#"{"stream":true}"#]);
}
