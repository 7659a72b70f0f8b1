//! Lists that a response repeats or counts, and texts from the client.

use super::{fill, list, numbered, with_fields};

/// Returns a body with these stop sequences, in the fields of each API.
fn with_stops(stops: &str) -> String {
    with_fields(&format!(
        r#""stop":[{stops}],"stop_sequences":[{stops}],"options":{{"stop":[{stops}]}},"generationConfig":{{"stopSequences":[{stops}]}}"#
    ))
}

/// Adds bodies with lists that a response repeats or counts.
pub fn lists(len: usize, add: &mut impl FnMut(&'static str, String)) {
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
}

/// Adds response texts, and bodies that limit them.
pub fn texts(len: usize, add: &mut impl FnMut(&'static str, String, String)) {
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
}
