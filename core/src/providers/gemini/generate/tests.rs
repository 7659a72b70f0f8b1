use super::*;
use crate::testing;
use serde_json::{Value, json};

const DIALECT: GenerateContent = GenerateContent { streams: true };

fn with_generation<T>(text: &str, body: &str, args: &str, f: impl FnOnce(&Generation) -> T) -> T {
    let request = DIALECT.read(&Source {
        body: body.as_bytes(),
        name: b"gemini-2.5-flash",
        args: args.as_bytes(),
    });
    let model = request.model.clone().unwrap();
    testing::generation(&DIALECT, &model, text, &request, f)
}

fn stream(text: &str, body: &str, args: &str) -> String {
    let body = with_generation(text, body, args, |generation| DIALECT.stream(generation));
    testing::steps(&body).concat()
}

fn whole(text: &str, body: &str) -> String {
    String::from_utf8(with_generation(text, body, "", |generation| {
        DIALECT.plain(generation)
    }))
    .unwrap()
}

const TWO: &str = r#"{"generationConfig":{"candidateCount":2,"maxOutputTokens":2}}"#;

#[test]
fn the_plain_response_has_googles_format() {
    insta::assert_snapshot!(whole("say \"hi\"", "{}"));
    insta::assert_snapshot!(whole("one two three", TWO));
}

#[test]
fn the_stream_is_events_or_an_array() {
    insta::assert_snapshot!(stream("powered by google", "{}", "alt=sse"));
    insta::assert_snapshot!(stream("powered by google", TWO, ""));
    insta::assert_snapshot!(stream("", "{}", "alt=sse"));
}

#[test]
fn the_stream_concatenates_to_the_plain_response() {
    for (text, body) in [
        ("", "{}"),
        ("one", "{}"),
        ("one two \"three\"", "{}"),
        ("one two three", TWO),
        (
            "one two three",
            r#"{"generationConfig":{"stopSequences":["two"]}}"#,
        ),
    ] {
        let whole: Value = serde_json::from_str(&whole(text, body)).unwrap();
        let objects: Vec<Value> = serde_json::from_str(&stream(text, body, "")).unwrap();
        let last = objects.last().unwrap();
        assert_eq!(last["usageMetadata"], whole["usageMetadata"]);
        let candidates = whole["candidates"].as_array().unwrap();
        for (index, candidate) in candidates.iter().enumerate() {
            let streamed: String = objects
                .iter()
                .map(|object| &object["candidates"][index]["content"]["parts"][0]["text"])
                .map(|text| text.as_str().unwrap())
                .collect();
            assert_eq!(candidate["content"]["parts"][0]["text"], streamed);
            let reasons = objects
                .iter()
                .filter_map(|object| object["candidates"][index].get("finishReason"));
            assert_eq!(reasons.collect::<Vec<_>>(), [&candidate["finishReason"]]);
        }
    }
}

fn with_tools(more: &str) -> String {
    format!(
        r#"{{"tools":[{{"googleSearch":{{}}}},{{"functionDeclarations":[
        {{"name":"get_weather","parameters":{{"type":"OBJECT","properties":{{"days":
            {{"type":"ARRAY","items":{{"type":"INTEGER","nullable":true}},"minItems":"2","maxItems":"2"}},
            "say":{{"type":"STRING","enum":["\"hi\"\n"]}}}},"required":["days","say"]}}}},
        {{"name":"get_time","parametersJsonSchema":{{"type":"object",
            "properties":{{"zone":{{"const":"UTC"}}}},"required":["zone"]}}}}]}}]{more}}}"#
    )
}

#[test]
fn a_tool_call_is_a_content_part() {
    insta::assert_snapshot!(whole("a b", &with_tools("")));
    insta::assert_snapshot!(stream("a b", &with_tools(""), "alt=sse"));
    let plain: Value = serde_json::from_str(&whole("a b", &with_tools(""))).unwrap();
    let streamed: Value = serde_json::from_str(&stream("a b", &with_tools(""), "")).unwrap();
    assert_eq!(streamed, json!([plain]), "a tool call is sent whole");
    let args = &plain["candidates"][0]["content"]["parts"][0]["functionCall"]["args"];
    assert_eq!(args["days"].as_array().unwrap().len(), 2);
    assert!(args["days"][0].is_i64());
    assert_eq!(args["say"], "\"hi\"\n");
}

#[test]
fn the_tool_config_selects_the_called_function() {
    let result = r#""contents":[{"role":"user","parts":[{"functionResponse":{"name":"x"}}]}]"#;
    let of_first = r#""contents":[{"parts":[{"text":"x"}]},
        {"role":"model","parts":[{"functionCall":{"name":"get_weather","args":{}}}]},
        {"role":"user","parts":[{"function_response":{"name":"get_weather"}}]}]"#;
    let of_both = r#""contents":[{"role":"user","parts":[{"text":"x"}]},
        {"role":"function","parts":[{"functionResponse":{"name":"get_time"}}]},
        {"role":"user","parts":[{"functionResponse":{"name":"get_weather"}}]}]"#;
    let asked_again = r#""contents":[{"role":"user","parts":[
        {"functionResponse":{"name":"get_weather"}},{"text":"x"}]}]"#;
    let mode =
        |mode: &str| format!(r#""toolConfig":{{"functionCallingConfig":{{"mode":{mode}}}}}"#);
    let any = mode(r#""ANY","allowedFunctionNames":["get_time"]"#);
    let snake = r#""tool_config":{"function_calling_config":{"mode":"ANY",
        "allowed_function_names":["get_time"]}}"#;
    for (fields, expected) in [
        (vec![], "get_weather"),
        (vec![mode("\"AUTO\"")], "get_weather"),
        (vec![mode("\"NONE\"")], ""),
        (vec![result.to_owned()], ""),
        (vec![result.to_owned(), mode("\"ANY\"")], "get_weather"),
        (vec![of_first.to_owned(), mode("\"ANY\"")], "get_time"),
        (vec![of_both.to_owned(), mode("\"ANY\"")], "get_time"),
        (vec![asked_again.to_owned(), mode("\"ANY\"")], "get_weather"),
        (vec![any], "get_time"),
        (vec![snake.to_owned()], "get_time"),
        (vec![mode("7")], "get_weather"),
        (
            vec![r#""tools":[7,{"functionDeclarations":7}]"#.to_owned()],
            "",
        ),
    ] {
        let body = with_tools(&fields.iter().map(|it| format!(",{it}")).collect::<String>());
        let response: Value = serde_json::from_str(&whole("a b", &body)).unwrap();
        let part = &response["candidates"][0]["content"]["parts"][0];
        let call = &part["functionCall"];
        assert_eq!(
            call["name"].as_str().unwrap_or_default(),
            expected,
            "{body}"
        );
        if expected == "get_time" {
            assert_eq!(call["args"], json!({"zone": "UTC"}));
        }
        if expected.is_empty() {
            assert_eq!(*part, json!({"text": "a b"}));
        }
    }
}

#[test]
fn a_truncated_tool_call_has_empty_arguments() {
    let body = with_tools(r#","generationConfig":{"maxOutputTokens":2}"#);
    let response: Value = serde_json::from_str(&whole("a b", &body)).unwrap();
    let candidate = &response["candidates"][0];
    assert_eq!(
        candidate["content"]["parts"][0]["functionCall"]["args"],
        json!({})
    );
    assert_eq!(candidate["finishReason"], "MAX_TOKENS");
}

#[test]
fn the_requested_format_is_generated() {
    let schema = json!({"type": "OBJECT", "properties": {"n": {"type": "BOOLEAN", "enum": [true]}},
        "required": ["n"]});
    for (config, expected) in [
        (
            json!({"responseMimeType": "application/json"}),
            r#"{"content":"a b"}"#,
        ),
        (
            json!({"responseMimeType": "application/json", "responseSchema": schema}),
            r#"{"n":true}"#,
        ),
        (
            json!({"response_mime_type": "application/json", "response_json_schema": {"const": {"a": 1}}}),
            r#"{"a":1}"#,
        ),
        (json!({"responseSchema": schema}), "a b"),
        (json!({"responseMimeType": "text/plain"}), "a b"),
    ] {
        let body = json!({"generationConfig": config}).to_string();
        let response: Value = serde_json::from_str(&whole("a b", &body)).unwrap();
        let part = &response["candidates"][0]["content"]["parts"][0];
        assert_eq!(part["text"], expected, "{config}");
    }
}
