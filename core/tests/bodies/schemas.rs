//! Schemas of tools and of structured outputs.

use super::{fill, list, numbered, with_fields};

/// Returns bodies with a schema as the parameters of a tool and as the output
/// format.
fn with_schema(schema: &str) -> [String; 2] {
    let tools = with_fields(&format!(
        r#""tools":[{{"type":"function","name":"f","parameters":{schema},"input_schema":{schema},"function":{{"name":"f","parameters":{schema}}},"functionDeclarations":[{{"name":"f","parameters":{schema}}}]}}]"#
    ));
    let form = with_fields(&format!(
        r#""response_format":{{"type":"json_schema","json_schema":{{"name":"f","schema":{schema}}}}},"text":{{"format":{{"type":"json_schema","name":"f","schema":{schema}}}}},"output_config":{{"format":{{"type":"json_schema","schema":{schema}}}}},"format":{schema},"generationConfig":{{"responseMimeType":"application/json","responseSchema":{schema}}}"#
    ));
    [tools, form]
}

/// Adds bodies with schemas.
pub fn schemas(len: usize, add: &mut impl FnMut(&'static str, String)) {
    let quarter = len / 4;
    for (names, schema) in [
        (
            ["properties of a tool", "properties of an output format"],
            format!(
                r#"{{"type":"object","properties":{{{}}}}}"#,
                numbered(r##""p#":{"type":"string"}"##, quarter)
            ),
        ),
        (
            [
                "required properties of a tool",
                "required properties of an output format",
            ],
            format!(
                r#"{{"type":"object","properties":{{{}}},"required":[{}]}}"#,
                numbered(r##""p#":{}"##, quarter / 2),
                numbered(r##""p#""##, quarter / 2)
            ),
        ),
        (
            [
                "required names of a tool",
                "required names of an output format",
            ],
            format!(
                r#"{{"type":"object","required":[{}]}}"#,
                numbered(r##""p#""##, quarter)
            ),
        ),
        (
            [
                "equal properties of a tool",
                "equal properties of an output format",
            ],
            format!(
                r#"{{"type":"object","properties":{{{}}},"required":["p"]}}"#,
                list(r#""p":{"type":"string"}"#, quarter)
            ),
        ),
        (
            ["an enum of a tool", "an enum of an output format"],
            format!(
                r#"{{"type":"object","properties":{{"a":{{"enum":[{}]}}}},"required":["a"]}}"#,
                numbered(r##""v#""##, quarter)
            ),
        ),
        (
            ["references of a tool", "references of an output format"],
            format!(
                r##"{{"$ref":"#/$defs/d0","$defs":{{{}}}}}"##,
                numbered(r##""d#":{"$ref":"#/$defs/d1#"}"##, quarter)
            ),
        ),
        (
            [
                "references of properties of a tool",
                "references of properties of an output format",
            ],
            format!(
                r##"{{"type":"object","$defs":{{"d":{{"type":"string"}}}},"properties":{{{}}}}}"##,
                numbered(r##""p#":{"$ref":"~/$defs/d"}"##, quarter).replace('~', "#")
            ),
        ),
        (
            ["branches of a tool", "branches of an output format"],
            format!(
                r#"{{"anyOf":[{}]}}"#,
                list(r#"{"type":"object","properties":{}}"#, quarter)
            ),
        ),
        (
            ["parts of a tool", "parts of an output format"],
            format!(
                r#"{{"allOf":[{}]}}"#,
                numbered(r##"{"type":"object","required":["p#"]}"##, quarter)
            ),
        ),
        (["depth of a tool", "depth of an output format"], {
            let open = r#"{"type":"object","required":["a"],"properties":{"a":"#;
            let depth = quarter / (open.len() + 2);
            format!("{}{{}}{}", open.repeat(depth), "}}".repeat(depth))
        }),
        (
            ["a pattern of a tool", "a pattern of an output format"],
            format!(
                r#"{{"type":"object","properties":{{"a":{{"type":"string","pattern":"{}"}}}},"required":["a"]}}"#,
                fill("(a|b)", quarter)
            ),
        ),
        (
            ["unique items of a tool", "unique items of an output format"],
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
}
