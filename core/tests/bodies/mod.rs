//! Bodies of requests that are hard to read fast, or to answer without much
//! memory. Each has the fields of all APIs, so that any route may get any of
//! them.

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

/// A schema, as parameters of a tool and as the form of the text.
fn with_schema(schema: &str) -> [String; 2] {
    let tools = with_fields(&format!(
        r#""tools":[{{"type":"function","name":"f","parameters":{schema},"input_schema":{schema},"function":{{"name":"f","parameters":{schema}}},"functionDeclarations":[{{"name":"f","parameters":{schema}}}]}}]"#
    ));
    let form = with_fields(&format!(
        r#""response_format":{{"type":"json_schema","json_schema":{{"name":"f","schema":{schema}}}}},"text":{{"format":{{"type":"json_schema","name":"f","schema":{schema}}}}},"output_config":{{"format":{{"type":"json_schema","schema":{schema}}}}},"format":{schema},"generationConfig":{{"responseMimeType":"application/json","responseSchema":{schema}}}"#
    ));
    [tools, form]
}

/// Choices of the tools in this list, in the words of each API.
fn with_choice(tools: &str, allowed: &str, names: &str) -> String {
    with_fields(&format!(
        r#""tools":[{tools}],"tool_choice":{{"type":"allowed_tools","mode":"required","tools":[{allowed}],"allowed_tools":{{"mode":"required","tools":[{allowed}]}}}},"parallel_tool_calls":true,"toolConfig":{{"functionCallingConfig":{{"mode":"ANY","allowedFunctionNames":[{names}]}}}}"#
    ))
}

/// A conversation of calls and their results, all of which must be looked at.
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

/// Shapes of about `len` bytes each.
pub fn shapes(len: usize) -> Vec<Shape> {
    let mut all = Vec::new();
    let mut add = |name: &'static str, body: String| {
        all.push(Shape {
            name,
            body: body.into_bytes(),
            text: b"some text to send".to_vec(),
        });
    };
    let third = len / 3;

    // Whole bodies.
    add("no JSON", fill("x", len));
    add("quotes alone", fill("\"", len));
    add("opening brackets alone", fill("[", len));
    add("opening braces alone", fill("{\"a\":", len));
    add("closing brackets alone", fill("]", len));
    add(
        "an unterminated string",
        format!("{{\"messages\":\"{}", fill("x", len)),
    );
    add(
        "an unterminated string of backslashes",
        format!("{{\"messages\":\"{}", fill("\\", len)),
    );
    add(
        "an unterminated string of escaped quotes",
        format!("{{\"messages\":\"{}", fill("\\\\\\\"", len)),
    );
    add("white space", format!("{{{}}}", fill(" \n\t", len)));
    add(
        "strings in a row",
        format!("{{\"messages\":[{}]}}", fill("\"a\"", len)),
    );
    add(
        "unknown fields",
        format!("{{{}}}", numbered("\"x#\":1", len)),
    );
    for (name, field) in [
        ("equal unknown fields", r#""x":"y""#),
        ("many fields model", r#""model":"gpt-4o""#),
        (
            "many fields messages",
            r#""messages":[{"role":"user","content":"hi"}]"#,
        ),
        ("many fields input", r#""input":["hi"]"#),
        ("many fields prompt", r#""prompt":["hi"]"#),
        (
            "many fields contents",
            r#""contents":[{"parts":[{"text":"hi"}]}]"#,
        ),
        (
            "many fields tools",
            &TOOL
                .replace('{', "{\"type\":1,")
                .replacen('{', "\"tools\":[{", 1)
                .replace("}]}", "}]}]"),
        ),
        ("many fields stop", r#""stop":["a","b"]"#),
        (
            "many fields generationConfig",
            r#""generationConfig":{"stopSequences":["a"]}"#,
        ),
        ("many fields metadata", r#""metadata":{"a":"b"}"#),
        ("many fields prediction", r#""prediction":{"content":"x"}"#),
        (
            "many fields tool_choice",
            r#""tool_choice":{"type":"function","name":"f"}"#,
        ),
    ] {
        add(name, format!("{{{}}}", list(field, len)));
    }

    // Texts.
    for (name, text) in [
        ("a long word", "x"),
        ("many words", "word "),
        ("escaped controls", "\\u0001"),
        ("escaped quotes", "\\\""),
        ("escaped backslashes", "\\\\"),
        ("lone surrogates", "\\ud800"),
        ("line separators", "\u{2028}"),
        ("ideographs", "你"),
        ("punctuation", "!"),
        ("digits", "1"),
        ("line ends", "\\n"),
        ("spaces", " "),
    ] {
        add(name, with_content(&format!("\"{}\"", fill(text, third))));
    }
    let deep = |open: &str, close: &str| {
        let depth = third / (open.len() + close.len());
        format!("{}1{}", open.repeat(depth), close.repeat(depth))
    };
    for (name, content) in [
        ("strings", list("\"hi\"", third)),
        ("tokens", list("1", third)),
        ("lists of tokens", list("[1,2]", third)),
        (
            "content parts",
            list(r#"{"type":"text","text":"hi"}"#, third),
        ),
        (
            "input parts",
            list(r#"{"type":"input_text","text":"hi"}"#, third),
        ),
        ("parts without a type", list("{}", third)),
        ("deep lists", deep("[", "]")),
        ("deep objects", deep("{\"content\":", "}")),
        ("deep parts", deep("{\"type\":\"text\",\"text\":[", "]}")),
    ] {
        add(name, with_content(&format!("[{content}]")));
    }

    // Conversations.
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

    // Tools.
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

    // Schemas.
    let quarter = len / 4;
    for (names, schema) in [
        (
            ["properties of a tool", "properties of a form"],
            format!(
                r#"{{"type":"object","properties":{{{}}}}}"#,
                numbered(r##""p#":{"type":"string"}"##, quarter)
            ),
        ),
        (
            [
                "required properties of a tool",
                "required properties of a form",
            ],
            format!(
                r#"{{"type":"object","properties":{{{}}},"required":[{}]}}"#,
                numbered(r##""p#":{}"##, quarter / 2),
                numbered(r##""p#""##, quarter / 2)
            ),
        ),
        (
            ["required names of a tool", "required names of a form"],
            format!(
                r#"{{"type":"object","required":[{}]}}"#,
                numbered(r##""p#""##, quarter)
            ),
        ),
        (
            ["equal properties of a tool", "equal properties of a form"],
            format!(
                r#"{{"type":"object","properties":{{{}}},"required":["p"]}}"#,
                list(r#""p":{"type":"string"}"#, quarter)
            ),
        ),
        (
            ["an enum of a tool", "an enum of a form"],
            format!(
                r#"{{"type":"object","properties":{{"a":{{"enum":[{}]}}}},"required":["a"]}}"#,
                numbered(r##""v#""##, quarter)
            ),
        ),
        (
            ["references of a tool", "references of a form"],
            format!(
                r##"{{"$ref":"#/$defs/d0","$defs":{{{}}}}}"##,
                numbered(r##""d#":{"$ref":"#/$defs/d1#"}"##, quarter)
            ),
        ),
        (
            [
                "references of properties of a tool",
                "references of properties of a form",
            ],
            format!(
                r##"{{"type":"object","$defs":{{"d":{{"type":"string"}}}},"properties":{{{}}}}}"##,
                numbered(r##""p#":{"$ref":"~/$defs/d"}"##, quarter).replace('~', "#")
            ),
        ),
        (
            ["branches of a tool", "branches of a form"],
            format!(
                r#"{{"anyOf":[{}]}}"#,
                list(r#"{"type":"object","properties":{}}"#, quarter)
            ),
        ),
        (
            ["parts of a tool", "parts of a form"],
            format!(
                r#"{{"allOf":[{}]}}"#,
                numbered(r##"{"type":"object","required":["p#"]}"##, quarter)
            ),
        ),
        (["depth of a tool", "depth of a form"], {
            let open = r#"{"type":"object","required":["a"],"properties":{"a":"#;
            let depth = quarter / (open.len() + 2);
            format!("{}{{}}{}", open.repeat(depth), "}}".repeat(depth))
        }),
        (
            ["a pattern of a tool", "a pattern of a form"],
            format!(
                r#"{{"type":"object","properties":{{"a":{{"type":"string","pattern":"{}"}}}},"required":["a"]}}"#,
                fill("(a|b)", quarter)
            ),
        ),
        (
            ["unique items of a tool", "unique items of a form"],
            format!(
                r#"{{"type":"object","properties":{{"a":{{"type":"array","uniqueItems":true,"minItems":{},"items":{{"type":"integer"}}}}}},"required":["a"]}}"#,
                len / 64
            ),
        ),
    ] {
        let [tool, form] = with_schema(&schema);
        let [of_tool, of_form] = names;
        add(of_tool, tool);
        add(of_form, form);
    }

    // Lists that a response repeats or counts.
    add(
        "choices of many prompts",
        format!(
            r#"{{"model":"gpt-3.5-turbo-instruct","prompt":[{}],"n":128,"echo":true}}"#,
            list("\"ab\"", len)
        ),
    );
    add(
        "a long prompt of two choices",
        format!(
            r#"{{"model":"gpt-3.5-turbo-instruct","prompt":"{}","n":2,"echo":true}}"#,
            fill("\\n", len)
        ),
    );
    add(
        "metadata",
        with_fields(&format!(
            r#""metadata":{{{}}}"#,
            numbered(r##""k#":"v""##, len)
        )),
    );
    add(
        "logit_bias",
        with_fields(&format!(
            r#""logit_bias":{{{}}}"#,
            numbered(r##""#":1"##, len)
        )),
    );
    add(
        "instructions",
        with_fields(&format!(
            r#""instructions":[{}]"#,
            list(r#"{"role":"user","content":"x"}"#, len)
        )),
    );
    add("stop sequences", with_stops(&numbered(r##""s#""##, len)));

    // Texts that come from the client, and where they end.
    let mut add = |name: &'static str, body: String, text: String| {
        all.push(Shape {
            name,
            body: body.into_bytes(),
            text: text.into_bytes(),
        });
    };
    let half = len / 2;
    let stops = |one: &str| with_stops(&format!("\"{one}\""));
    add(
        "a text that nearly holds the stop sequence",
        stops(&format!("{}b", fill("a", half / 2))),
        fill("a", half),
    );
    add(
        "a text of controls and a stop sequence of their digits",
        stops(&format!("1{}", fill("\\u0001", half / 2))),
        fill("\u{1}", half / 6),
    );
    add(
        "a text of controls and a stop sequence that is one",
        stops(&format!("{}\\u0002", fill("\\u0001", half / 2))),
        fill("\u{1}", half / 6),
    );
    add(
        "a text of backslashes and a stop sequence of them",
        stops(&format!("{}n", fill("\\\\", half / 2))),
        fill("\\", half / 2),
    );
    add(
        "a text of line ends and a stop sequence of letters",
        stops("nn"),
        fill("\n", half),
    );
    add(
        "a text of words",
        with_fields("\"n\":4"),
        fill("word ", half),
    );
    add("a text of letters", with_fields("\"n\":4"), fill("x", half));
    add(
        "a text of controls",
        with_fields("\"n\":4"),
        fill("\u{1}", half / 6),
    );
    add(
        "a text with probabilities",
        with_fields(r#""logprobs":true,"top_logprobs":20"#),
        fill("word ", half / 8),
    );
    add(
        "a text as an object",
        with_fields(
            r#""response_format":{"type":"json_object"},"text":{"format":{"type":"json_object"}},"format":"json","generationConfig":{"responseMimeType":"application/json"}"#,
        ),
        fill("{\"a\":[", half),
    );
    add(
        "a text that was predicted",
        with_fields(&format!(
            r#""prediction":{{"type":"content","content":"{}"}}"#,
            fill("word ", half)
        )),
        fill("word ", half),
    );
    add(
        "a text for a custom tool",
        with_fields(
            r#""parallel_tool_calls":true,"tools":[{"type":"custom","name":"a","custom":{"name":"a"}},{"type":"custom","name":"b","custom":{"name":"b"}}]"#,
        ),
        fill("word ", half),
    );
    all
}

/// Where a text is to end, in the words of each API.
fn with_stops(stops: &str) -> String {
    with_fields(&format!(
        r#""stop":[{stops}],"stop_sequences":[{stops}],"options":{{"stop":[{stops}]}},"generationConfig":{{"stopSequences":[{stops}]}}"#
    ))
}
