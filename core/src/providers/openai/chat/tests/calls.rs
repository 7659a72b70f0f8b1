//! Tool calls and structured outputs.

use super::*;

const WEATHER: &str = r#"[{"type":"function","function":{"name":"get_weather","description":"x",
    "parameters":{"type":"object","properties":{"city":{"type":"string"},"unit":{"enum":["C","F"]}},
    "required":["city","unit"],"additionalProperties":false},"strict":true}},
    {"type":"function","function":{"name":"get_time"}}]"#;

fn with_tools(more: &str) -> String {
    format!("{{\"tools\":{WEATHER}{more}}}")
}

#[test]
fn a_tool_call_has_openais_format() {
    let body = with_tools("");
    insta::assert_snapshot!(whole("a b", &body));
    insta::assert_snapshot!(steps("a b", &body).concat());
}

#[test]
fn a_legacy_function_call_has_openais_format() {
    let functions =
        r#"{"functions":[{"name":"f\"","parameters":{"properties":{"n":{"const":"\n"}}}}]}"#;
    insta::assert_snapshot!(whole("a b", functions));
    insta::assert_snapshot!(steps("a b", functions).concat());
}

#[test]
fn a_document_is_streamed_in_chunks() {
    let body = r#"{"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":
        {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"]}}}}"#;
    insta::assert_snapshot!(steps("a b", body).concat());
}

#[test]
fn tool_choice_selects_the_called_tool() {
    let user = r#""messages":[{"role":"tool","content":"1"},{"role":"user","content":"hi"}]"#;
    let tool = r#""messages":[{"role":"user","content":"hi"},{"content":"1","role":"tool"}]"#;
    let function = r#""messages":[{"role":"function","name":"f","content":"{}"}]"#;
    let named = r#""tool_choice":{"type":"function","function":{"name":"get_time"}}"#;
    let unknown = r#""tool_choice":{"type":"function","function":{"name":"else"}}"#;
    let allowed = |mode| {
        format!(
            r#""tool_choice":{{"type":"allowed_tools","allowed_tools":{{"mode":"{mode}","tools":
            [{{"type":"function","function":{{"name":"get_time"}}}}]}}}}"#
        )
    };
    for (fields, expected) in [
        (vec![user], "get_weather"),
        (vec![tool], ""),
        (vec![function], ""),
        (vec![user, r#""tool_choice":"auto""#], "get_weather"),
        (vec![user, r#""tool_choice":"none""#], ""),
        (vec![user, r#""tool_choice":"required""#], "get_weather"),
        (vec![tool, r#""tool_choice":"required""#], "get_time"),
        (vec![named, user], "get_time"),
        (vec![named, tool], "get_time"),
        (vec![unknown], "else"),
        (vec![&allowed("auto"), user], "get_time"),
        (vec![&allowed("auto"), tool], ""),
        (vec![&allowed("required"), tool], "get_time"),
        (vec![r#""tool_choice":7"#], "get_weather"),
        (vec![r#""tool_choice":null"#], "get_weather"),
        (vec![r#""tools":null"#], ""),
        (vec![r#""tools":[]"#, named], ""),
        (vec![r#""tools":[{"function":{}}]"#, named], ""),
        (
            vec![r#""tools":[{"function":{"name":7}},{"function":{"name":"ok"}}]"#],
            "ok",
        ),
    ] {
        let body = with_tools(&format!(",{}", fields.join(",")));
        let response: Value = serde_json::from_str(&whole("a b", &body)).unwrap();
        let choice = &response["choices"][0];
        let called = &choice["message"]["tool_calls"][0]["function"];
        assert_eq!(
            called["name"].as_str().unwrap_or_default(),
            expected,
            "{body}"
        );
        if expected.is_empty() {
            assert_eq!(choice["message"]["content"], "a b");
            assert_eq!(choice["finish_reason"], "stop");
        } else {
            assert_eq!(choice["message"]["content"], Value::Null);
            assert_eq!(choice["finish_reason"], "tool_calls");
            let arguments = called["arguments"].as_str().unwrap();
            let arguments: Value = serde_json::from_str(arguments).unwrap();
            assert_eq!(arguments["city"].is_string(), expected == "get_weather");
        }
    }
}

/// Returns the tools that are called for these messages if a call is required.
fn required(messages: &Value, more: Value) -> Vec<String> {
    let tools = ["a", "b", "c"].map(|name| json!({"function": {"name": name}}));
    let mut body = json!({"tools": tools, "tool_choice": "required", "messages": messages});
    let fields = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    let response: Value = serde_json::from_str(&whole("a b", &body.to_string())).unwrap();
    let calls = response["choices"][0]["message"]["tool_calls"].as_array();
    let calls = calls.into_iter().flatten();
    calls
        .map(|it| it["function"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_required_call_is_for_the_first_tool_without_a_result() {
    let user = json!({"role": "user", "content": "hi"});
    let call = |id: &str, name: &str| json!({"role": "assistant", "tool_calls": [{"id": id, "function": {"name": name}}]});
    let result = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "1"});
    let system = json!({"role": "system", "content": "be brief"});
    for (messages, expected) in [
        (json!([user]), "a"),
        (json!([user, call("1", "a")]), "a"),
        (json!([user, call("1", "a"), result("1")]), "b"),
        (json!([user, call("1", "a"), result("1"), system]), "b"),
        (json!([user, call("1", "b"), result("1")]), "a"),
        (json!([user, call("1", "else"), result("1")]), "a"),
        (json!([user, call("1", "a"), result("1"), user]), "a"),
        (json!([user, result("1")]), "b"),
        (
            json!([
                user,
                call("1", "a"),
                call("2", "b"),
                result("2"),
                result("1")
            ]),
            "c",
        ),
        (
            json!([
                user,
                call("1", "c"),
                result("1"),
                call("2", "a"),
                result("2"),
                result("3")
            ]),
            "c",
        ),
    ] {
        assert_eq!(required(&messages, json!({})), [expected], "{messages}");
    }
    let messages = json!([user, call("1", "a"), result("1")]);
    let parallel = json!({"parallel_tool_calls": true});
    assert_eq!(required(&json!([user]), parallel.clone()), ["a", "b", "c"]);
    assert_eq!(required(&messages, parallel), ["b", "c"]);
    let allowed = json!({"tool_choice": {"type": "allowed_tools", "allowed_tools": {
        "mode": "required", "tools": [{"function": {"name": "a"}}]}}});
    assert_eq!(required(&messages, allowed), ["a"]);
}

#[test]
fn function_call_selects_the_called_function() {
    for (fields, expected) in [
        ("", "f"),
        (r#","function_call":"auto""#, "f"),
        (r#","function_call":"none""#, ""),
        (r#","function_call":{"name":"g"}"#, "g"),
        (r#","messages":[{"role":"function"}]"#, ""),
    ] {
        let body = format!(r#"{{"functions":[{{"name":"f"}},{{"name":"g"}}]{fields}}}"#);
        let response: Value = serde_json::from_str(&whole("a b", &body)).unwrap();
        let message = &response["choices"][0]["message"];
        let called = message["function_call"]["name"].as_str();
        assert_eq!(called.unwrap_or_default(), expected, "{body}");
    }
}

#[test]
fn the_requested_format_is_generated() {
    let format = |format: &str| {
        let body = format!("{{\"response_format\":{format}}}");
        let response: Value = serde_json::from_str(&whole("a b", &body)).unwrap();
        let content = response["choices"][0]["message"]["content"].clone();
        content.as_str().unwrap().to_owned()
    };
    for (asked, expected) in [
        (r#"{"type":"json_object"}"#, r#"{"content":"a b"}"#),
        (r#"{"type":"json_schema"}"#, "a b"),
        (
            r#"{"type":"json_schema","json_schema":{"name":"x"}}"#,
            r#"{"content":"a b"}"#,
        ),
        (
            r#"{"type":"json_schema","json_schema":{"schema":{"const":{"a":1}}}}"#,
            r#"{"a":1}"#,
        ),
        (r#"{"type":"text"}"#, "a b"),
        ("null", "a b"),
        ("7", "a b"),
    ] {
        assert_eq!(format(asked), expected, "{asked}");
    }
}

#[test]
fn limits_truncate_documents_and_tool_calls() {
    for (body, reason) in [
        (with_tools(r#","max_tokens":1"#), "length"),
        (with_tools(r#","max_tokens":0"#), "length"),
        (with_tools(r#","stop":"city""#), "tool_calls"),
        (
            r#"{"response_format":{"type":"json_object"},"max_tokens":1}"#.to_owned(),
            "length",
        ),
        (
            r#"{"response_format":{"type":"json_object"},"stop":"a"}"#.to_owned(),
            "stop",
        ),
    ] {
        let response: Value = serde_json::from_str(&whole("a b", &body)).unwrap();
        assert_eq!(response["choices"][0]["finish_reason"], reason, "{body}");
    }
}

#[test]
fn the_seed_determines_the_generated_data() {
    let data = |seed: &str| {
        let body = with_tools(&format!(",\"seed\":{seed}"));
        let response: Value = serde_json::from_str(&whole("", &body)).unwrap();
        let call = response["choices"][0]["message"]["tool_calls"][0].clone();
        (
            call["function"]["arguments"].clone(),
            response["system_fingerprint"].clone(),
        )
    };
    assert_eq!(data("5"), data("5"));
    assert_ne!(data("5").0, data("6").0);
    assert_ne!(data("-5").0, data("6").0);
    assert_eq!(data("5").1, "fp_0000000001");
    assert_eq!(data("null"), data("\"5\""));
    assert_eq!(data("null").1, json!(null));
}

/// Assembles the messages of all choices from a stream, in the format of a
/// plain response.
fn joined(text: &str, body: &str) -> Vec<Value> {
    let mut messages: Vec<Value> = Vec::new();
    let stream = steps(text, body).concat();
    for data in stream
        .split("\n\n")
        .filter_map(|it| it.strip_prefix("data: {"))
    {
        let chunk: Value = serde_json::from_str(&format!("{{{data}")).unwrap();
        let choice = &chunk["choices"][0];
        let index = choice["index"].as_u64().unwrap() as usize;
        if index == messages.len() {
            messages.push(choice["delta"].clone());
            messages[index]["tool_calls"] = json!([]);
        }
        for call in choice["delta"]["tool_calls"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let calls = messages[index]["tool_calls"].as_array_mut().unwrap();
            let nth = call["index"].as_u64().unwrap() as usize;
            if let Some(first) = calls.get_mut(nth) {
                assert!(call.get("id").is_none() && call.get("type").is_none());
                for (kind, field) in [("function", "arguments"), ("custom", "input")] {
                    let Some(more) = call.get(kind) else { continue };
                    assert!(more.get("name").is_none());
                    let text = first[kind][field].as_str().unwrap().to_owned();
                    first[kind][field] = (text + more[field].as_str().unwrap()).into();
                }
            } else {
                assert_eq!(nth, calls.len(), "in order");
                calls.push(call.clone());
                calls[nth].as_object_mut().unwrap().remove("index");
            }
        }
    }
    messages
}

const THREE: &str = r#"{"n":2,"parallel_tool_calls":true,"tools":[
    {"type":"function","function":{"name":"f","parameters":{"type":"object",
        "properties":{"a":{"type":"string"}},"required":["a"]}}},
    {"type":"custom","custom":{"name":"run"}},
    {"type":"function","function":{"name":"g"}}]}"#;

#[test]
fn parallel_tool_calls_are_made_if_requested() {
    insta::assert_snapshot!(whole("a b", THREE));
    let plain: Value = serde_json::from_str(&whole("a b", THREE)).unwrap();
    let mut ids = std::collections::HashSet::new();
    let messages = joined("a b", THREE);
    assert_eq!(messages.len(), 2);
    for (index, message) in messages.iter().enumerate() {
        let expected = &plain["choices"][index]["message"];
        assert_eq!(message["tool_calls"], expected["tool_calls"]);
        assert_eq!(message["refusal"], Value::Null);
        let calls = expected["tool_calls"].as_array().unwrap();
        assert_eq!(calls.len(), 3);
        assert_eq!(calls[1]["custom"], json!({"name": "run", "input": "a b"}));
        ids.extend(calls.iter().map(|call| call["id"].to_string()));
    }
    assert_eq!(ids.len(), 6, "each call of each choice has its own");
}

#[test]
fn parallel_tool_calls_are_streamed_in_openais_format() {
    let body = THREE.replace("\"n\":2,", "");
    insta::assert_snapshot!(steps("a b", &body).concat());
}

#[test]
fn the_number_of_parallel_calls_is_limited() {
    let tools: Vec<_> = (0..20)
        .map(|n| json!({"type": "function", "function": {"name": format!("f{n}")}}))
        .collect();
    let called = |more: Value| {
        let mut body = json!({"tools": tools});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let response: Value = serde_json::from_str(&whole("a b", &body.to_string())).unwrap();
        let message = &response["choices"][0]["message"];
        message["tool_calls"].as_array().map_or(0, Vec::len)
    };
    let allowed = json!({"type": "allowed_tools", "allowed_tools":
        {"mode": "auto", "tools": [tools[3], tools[7]]}});
    let result = json!([{"role": "tool", "content": "1"}]);
    for (more, expected) in [
        (json!({}), 1),
        (json!({"parallel_tool_calls": false}), 1),
        (json!({"parallel_tool_calls": null}), 1),
        (json!({"parallel_tool_calls": true}), 16),
        (
            json!({"parallel_tool_calls": true, "tool_choice": "required"}),
            16,
        ),
        (
            json!({"parallel_tool_calls": true, "tool_choice": tools[2]}),
            1,
        ),
        (
            json!({"parallel_tool_calls": true, "tool_choice": allowed}),
            2,
        ),
        (
            json!({"parallel_tool_calls": true, "tool_choice": "none"}),
            0,
        ),
        (json!({"parallel_tool_calls": true, "messages": result}), 0),
        // Each call takes one token.
        (json!({"parallel_tool_calls": true, "max_tokens": 3}), 3),
        (json!({"parallel_tool_calls": true, "max_tokens": 0}), 1),
    ] {
        assert_eq!(called(more.clone()), expected, "{more}");
    }
}

#[test]
fn a_custom_tool_gets_the_text_as_input() {
    let tools = r#"{"tools":[{"type":"custom","custom":{"name":"c"}}]}"#;
    let named = r#"{"tool_choice":{"type":"custom","custom":{"name":"d"}},
        "tools":[{"type":"custom","custom":{"name":"c"}}]}"#;
    for (text, body, name) in [("a \"b\"", tools, "c"), ("", tools, "c"), ("a", named, "d")] {
        let response: Value = serde_json::from_str(&whole(text, body)).unwrap();
        let choice = &response["choices"][0];
        assert_eq!(choice["finish_reason"], "tool_calls");
        let call = &choice["message"]["tool_calls"][0];
        assert_eq!(call["type"], "custom");
        assert_eq!(call["custom"], json!({"name": name, "input": text}));
        assert_eq!(
            joined(text, body)[0]["tool_calls"],
            choice["message"]["tool_calls"]
        );
    }
}
