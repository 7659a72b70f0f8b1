use super::*;
use crate::testing;
use serde_json::{Value, json};

fn with_generation<T>(text: &str, body: &str, f: impl FnOnce(&Generation) -> T) -> T {
    let request = testing::read(&Responses, body);
    testing::generation(&Responses, "gpt-4o", text, &request, f)
}

fn steps(text: &str, body: &str) -> Vec<String> {
    let body = with_generation(text, body, |generation| Responses.stream(generation));
    testing::steps(&body)
}

fn whole(text: &str, body: &str) -> String {
    String::from_utf8(with_generation(text, body, |generation| {
        Responses.plain(generation)
    }))
    .unwrap()
}

/// Returns the names and the data of the events.
fn events(text: &str, body: &str) -> Vec<(String, Value)> {
    let stream = steps(text, body).concat();
    let events = stream.strip_suffix("\n\n").unwrap().split("\n\n");
    events
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            let name = name.strip_prefix("event: ").unwrap().to_owned();
            let data = data.strip_prefix("data: ").unwrap();
            (name, serde_json::from_str(data).unwrap())
        })
        .collect()
}

#[test]
fn the_plain_response_has_openais_format() {
    insta::assert_snapshot!(whole("say \"hi\"", "{}"));
    insta::assert_snapshot!(whole("one two three", r#"{"max_output_tokens":2}"#));
}

#[test]
fn the_stream_has_openais_events() {
    insta::assert_snapshot!(steps("powered by openai", "{}").concat());
    insta::assert_snapshot!(steps("powered by openai", r#"{"max_output_tokens":1}"#).concat());
    insta::assert_snapshot!(steps("", "{}").concat());
}

#[test]
fn the_first_and_last_steps_hold_the_surrounding_events() {
    let steps = steps("powered by openai", "");
    let events: Vec<_> = steps.iter().map(|s| s.matches("event: ").count()).collect();
    assert_eq!(events, [5, 1, 5]);
}

/// Returns the plain response, and checks that the stream agrees with it.
fn checked_response(text: &str, body: &str) -> Value {
    let whole: Value = serde_json::from_str(&whole(text, body)).unwrap();
    let events = events(text, body);
    let items = whole["output"].as_array().unwrap();
    let mut streamed = vec![String::new(); items.len()];
    for (number, (name, data)) in events.iter().enumerate() {
        assert_eq!(data["sequence_number"], number, "{name}");
        assert_eq!(data["type"], *name);
        let Some(index) = data.get("output_index") else {
            continue;
        };
        let index = index.as_u64().unwrap() as usize;
        let item = &items[index];
        let content = &item["content"][0];
        if let Some(id) = data.get("item_id") {
            assert_eq!(*id, item["id"]);
        }
        match name.rsplit_once('.').unwrap() {
            ("response.output_item", "added") => {
                assert_eq!(data["item"]["status"], "in_progress");
                assert_eq!(data["item"]["id"], item["id"]);
                assert_eq!(streamed[index], "");
            }
            ("response.output_item", "done") => assert_eq!(data["item"], *item),
            ("response.content_part", "done") => assert_eq!(data["part"], *content),
            (_, "delta") => streamed[index] += data["delta"].as_str().unwrap(),
            ("response.output_text", _) => assert_eq!(data["text"], content["text"]),
            ("response.function_call_arguments", _) => {
                assert_eq!(data["arguments"], item["arguments"]);
                assert_eq!(data["name"], item["name"]);
            }
            ("response.custom_tool_call_input", _) => assert_eq!(data["input"], item["input"]),
            _ => {}
        }
    }
    for (item, streamed) in items.iter().zip(streamed) {
        let all = match item["type"].as_str().unwrap() {
            "message" => &item["content"][0]["text"],
            "function_call" => &item["arguments"],
            "custom_tool_call" => &item["input"],
            other => panic!("{other}"),
        };
        assert_eq!(*all, streamed);
    }
    let (name, last) = events.last().unwrap();
    assert_eq!(last["response"], whole);
    let status = whole["status"].as_str().unwrap();
    assert_eq!(*name, format!("response.{status}"));
    whole
}

#[test]
fn the_events_match_the_plain_response() {
    let parallel = with_tools(r#","parallel_tool_calls":true"#);
    let cut = with_tools(r#","parallel_tool_calls":true,"max_output_tokens":5"#);
    for (text, body) in [
        ("", "{}"),
        ("one", "{}"),
        ("one \"two\" three", r#"{"instructions":"be\n brief"}"#),
        (
            "one two three",
            r#"{"max_output_tokens":2,"metadata":{"a":"b"}}"#,
        ),
        ("one two three", r#"{"max_output_tokens":0}"#),
        ("one", r#"{"text":{"format":{"type":"json_object"}}}"#),
        ("one", &with_tools("")),
        ("one two", &parallel),
        ("", &parallel),
        ("one two", &cut),
        ("one", &with_tools(r#","max_output_tokens":0"#)),
    ] {
        checked_response(text, body);
    }
}

fn with_tools(more: &str) -> String {
    format!(
        r#"{{"tools":[{{"type":"function","name":"get_weather","parameters":{{"type":"object",
        "properties":{{"city":{{"type":"string"}}}},"required":["city"]}},"strict":true}},
        {{"type":"web_search"}},{{"type":"custom","name":"run"}},
        {{"type":"function","name":"get_time"}}]{more}}}"#
    )
}

#[test]
fn a_tool_call_is_an_output_item() {
    insta::assert_snapshot!(whole("a b", &with_tools("")));
    insta::assert_snapshot!(steps("a b", &with_tools("")).concat());
}

#[test]
fn parallel_tool_calls_are_made_if_requested() {
    let body = with_tools(r#","parallel_tool_calls":true"#);
    let response = checked_response("a b", &body);
    let items = response["output"].as_array().unwrap();
    let kinds: Vec<_> = items
        .iter()
        .map(|it| it["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["function_call", "custom_tool_call", "function_call"]
    );
    let ids: std::collections::HashSet<_> = items
        .iter()
        .flat_map(|it| [it["id"].to_string(), it["call_id"].to_string()])
        .collect();
    assert_eq!(ids.len(), 6);
    assert_eq!(items[1]["input"], "a b");
    insta::assert_snapshot!(steps("a b", &body)[1..].concat());
}

#[test]
fn tool_choice_selects_the_called_tools() {
    let output = r#""input":[{"type":"function_call_output","call_id":"x","output":"1"}]"#;
    let custom = r#""input":[{"type":"custom_tool_call_output","call_id":"x","output":"1"}]"#;
    let message = r#""input":[{"type":"function_call_output"},{"role":"user","content":"hi"}]"#;
    let called = r#""input":[{"role":"user","content":"hi"},
        {"type":"custom_tool_call","call_id":"x","name":"run","input":""},
        {"type":"custom_tool_call_output","call_id":"x","output":"1"}]"#;
    let shell = r#""input":[{"type":"local_shell_call","call_id":"x"},
        {"type":"local_shell_call_output","call_id":"x","output":"1"}]"#;
    let named = r#""tool_choice":{"type":"function","name":"get_time"}"#;
    let run = r#""tool_choice":{"type":"custom","name":"run"}"#;
    let allowed = |mode| {
        format!(
            r#""tool_choice":{{"type":"allowed_tools","mode":"{mode}","tools":
            [{{"type":"function","name":"get_time"}}]}}"#
        )
    };
    for (fields, expected) in [
        (vec![], "get_weather"),
        (vec![r#""input":"hi""#], "get_weather"),
        (vec![message], "get_weather"),
        (vec![output], ""),
        (vec![custom], ""),
        (vec![r#""tool_choice":"none""#], ""),
        (vec![message, r#""tool_choice":"required""#], "get_weather"),
        (vec![output, r#""tool_choice":"required""#], "run"),
        (vec![called, r#""tool_choice":"required""#], "get_weather"),
        (vec![shell, r#""tool_choice":"required""#], "get_weather"),
        (vec![output, named], "get_time"),
        (vec![run], "run"),
        (vec![&allowed("auto")], "get_time"),
        (vec![&allowed("auto"), output], ""),
        (vec![&allowed("required"), output], "get_time"),
        (
            vec![r#""tool_choice":{"type":"web_search"}"#],
            "get_weather",
        ),
        (vec![r#""tool_choice":7"#], "get_weather"),
        (vec![r#""tools":7"#], ""),
        (vec![r#""tools":[]"#, named], ""),
        (
            vec![r#""tools":[{"type":"web_search"},7,{"type":"function"}]"#],
            "",
        ),
    ] {
        let body = with_tools(&fields.iter().map(|it| format!(",{it}")).collect::<String>());
        let item = &checked_response("a b", &body)["output"][0];
        assert_eq!(
            item["name"].as_str().unwrap_or_default(),
            expected,
            "{body}"
        );
        if expected.is_empty() {
            assert_eq!(item["content"][0]["text"], "a b");
        }
    }
}

#[test]
fn the_requested_format_is_generated() {
    let schema = json!({"type": "object", "properties": {"n": {"const": 5}}, "required": ["n"]});
    for (format, expected) in [
        (json!({"type": "text"}), "a b"),
        (json!({"type": "json_object"}), r#"{"content":"a b"}"#),
        (
            json!({"type": "json_schema", "name": "x", "schema": schema}),
            r#"{"n":5}"#,
        ),
        (
            json!({"type": "json_schema", "name": "x"}),
            r#"{"content":"a b"}"#,
        ),
        (json!(null), "a b"),
    ] {
        let body = json!({"text": {"format": format}});
        let response = checked_response("a b", &body.to_string());
        assert_eq!(
            response["output"][0]["content"][0]["text"], expected,
            "{format}"
        );
    }
}

#[test]
fn objects_fit_their_length_bound() {
    let calls = with_tools(r#","parallel_tool_calls":true"#);
    for body in [
        "{}",
        r#"{"max_output_tokens":1,"instructions":"x"}"#,
        &calls,
    ] {
        with_generation("one two", body, |generation| {
            let whole = Responses.plain(generation);
            assert!(whole.len() <= Response::of(generation).len());
        });
    }
}
