//! Bodies that are not valid requests, or have unusual fields or texts.

use super::{TOOL, fill, list, numbered, with_content};

/// Adds whole bodies.
pub fn whole(len: usize, add: &mut impl FnMut(&'static str, String)) {
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
}

/// Adds bodies with unusual message texts.
pub fn texts(len: usize, add: &mut impl FnMut(&'static str, String)) {
    let third = len / 3;
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
}
