//! Conversations and tools.

use super::{TOOL, fill, list, numbered, with_fields};

/// Returns a body with these tools and a tool choice, in the fields of each
/// API.
fn with_choice(tools: &str, allowed: &str, names: &str) -> String {
    with_fields(&format!(
        r#""tools":[{tools}],"tool_choice":{{"type":"allowed_tools","mode":"required","tools":[{allowed}],"allowed_tools":{{"mode":"required","tools":[{allowed}]}}}},"parallel_tool_calls":true,"toolConfig":{{"functionCallingConfig":{{"mode":"ANY","allowedFunctionNames":[{names}]}}}}"#
    ))
}

/// Returns a conversation of tool calls and their results, all of which must be
/// read.
fn with_results(len: usize) -> String {
    let each = len / 3;
    let chat = numbered(
        r##"{"role":"assistant","tool_calls":[{"id":"c#","type":"function","function":{"name":"f#","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c#","content":"1"},{"role":"assistant","content":[{"type":"tool_use","id":"t#","name":"f#","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t#","content":"1"}]}"##,
        each,
    );
    let input = numbered(
        r##"{"type":"function_call","call_id":"c#","name":"f#","arguments":"{}"},{"type":"function_call_output","call_id":"c#","output":"1"}"##,
        each,
    );
    let contents = numbered(
        r##"{"role":"model","parts":[{"functionCall":{"name":"f#","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f#","response":{}}}]}"##,
        each,
    );
    let tools = numbered(TOOL, 16 * 1024);
    format!(
        r#"{{"model":"gpt-4o","max_tokens":1000,"messages":[{chat}],"input":[{input}],"contents":[{contents}],"tools":[{tools}],"tool_choice":"required","toolConfig":{{"functionCallingConfig":{{"mode":"ANY"}}}}}}"#
    )
}

/// Adds bodies with conversations.
pub fn conversations(len: usize, add: &mut impl FnMut(&'static str, String)) {
    let third = len / 3;
    let messages = |item: &str| {
        let list = list(item, third);
        format!(
            r#"{{"model":"gpt-4o","max_tokens":5,"messages":[{list}],"input":[{list}],"contents":[{list}]}}"#
        )
    };
    add(
        "messages",
        messages(r#"{"role":"user","content":"hi","parts":[{"text":"hi"}]}"#),
    );
    add("empty messages", messages("{}"));
    add(
        "messages with many fields",
        messages(&format!("{{{}}}", list(r#""role":"user""#, third))),
    );
    add("calls and results", with_results(len));
    add(
        "results without calls",
        with_fields(&format!(
            r#""messages":[{}],"tools":[{}],"tool_choice":"required""#,
            list(r#"{"role":"tool","tool_call_id":"x","content":"1"}"#, len),
            numbered(TOOL, len / 8),
        )),
    );
}

/// Adds bodies with tools and tool choices.
pub fn tools(len: usize, add: &mut impl FnMut(&'static str, String)) {
    let third = len / 3;
    let tools = |tool: &str| {
        with_fields(&format!(
            "\"tools\":[{}],\"parallel_tool_calls\":true",
            numbered(tool, len)
        ))
    };
    add("tools", tools(TOOL));
    add("equal tools", tools(&TOOL.replace('#', "")));
    add("tools without a name", tools("{}"));
    add(
        "functions",
        with_fields(&format!(
            r#""functions":[{}],"function_call":{{"name":"no"}}"#,
            numbered(r##"{"name":"f#"}"##, len)
        )),
    );
    add(
        "declarations",
        with_fields(&format!(
            r#""tools":[{{"functionDeclarations":[{}]}}]"#,
            numbered(r##"{"name":"f#"}"##, len)
        )),
    );
    let names = numbered(r##""g#""##, third);
    let allowed = numbered(
        r##"{"type":"function","name":"g#","function":{"name":"g#"}}"##,
        third,
    );
    add(
        "allowed tools",
        with_choice(&numbered(TOOL, third), &allowed, &names),
    );
    add(
        "allowed tools of equal names",
        with_choice(
            &list(&TOOL.replace('#', ""), third),
            &list(
                r#"{"type":"function","name":"g","function":{"name":"g"}}"#,
                third,
            ),
            &list("\"g\"", third),
        ),
    );
    let long = fill("x", 900);
    add(
        "allowed tools of long names",
        with_choice(
            &list(&TOOL.replace('#', &long), third),
            &list(
                &format!(
                    r#"{{"type":"function","name":"{long}y","function":{{"name":"{long}y"}}}}"#
                ),
                third,
            ),
            &list(&format!("\"{long}y\""), third),
        ),
    );
    add(
        "a tool_choice by name",
        with_fields(&format!(
            r#""tools":[{}],"tool_choice":{{"type":"function","name":"no","function":{{"name":"no"}}}}"#,
            numbered(TOOL, len)
        )),
    );
    add(
        "a tool_choice of many fields",
        with_fields(&format!(
            r#""tools":[{}],"tool_choice":{{{}}}"#,
            numbered(TOOL, len / 2),
            list("\"type\":\"tool\"", len / 2),
        )),
    );
}
