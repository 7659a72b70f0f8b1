//! Checks every response of OpenAI's endpoints, and every event of their
//! streams, against the schemas in OpenAI's description of its API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod exchange;
mod schemas;

use llm_mock_core::Method::{self, Get, Post};
use serde_json::{Value, json};

use crate::exchange::{events, plain};
use crate::schemas::Schemas;

const CHAT: &str = "/v1/chat/completions";
const COMPLETIONS: &str = "/v1/completions";
const RESPONSES: &str = "/v1/responses";

/// Asserts that `value` is valid under the schema with this name.
fn assert_valid(schemas: &Schemas, name: &str, value: &Value, asked: &Value) {
    let errors = schemas.errors(name, value);
    assert!(
        errors.is_empty(),
        "{}\nasked: {asked}\ngot: {value:#}",
        errors.join("\n")
    );
}

/// Asserts that the plain response and each event of the stream are valid.
fn assert_both_valid(path: &str, [of_plain, of_event]: [&str; 2], requests: &[Value]) {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    for request in requests {
        assert_valid(schemas, of_plain, &plain(Post, path, request), request);
        for event in events(path, request) {
            assert_valid(schemas, of_event, &event, request);
        }
    }
}

fn assert_plain_valid(name: &str, requests: &[(Method, &str, Value)]) {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    for (method, path, request) in requests {
        assert_valid(schemas, name, &plain(*method, path, request), request);
    }
}

/// Returns the schema of a function's arguments, and of a structured output.
fn place() -> Value {
    json!({"type": "object", "required": ["city"], "additionalProperties": false,
        "properties": {"city": {"type": "string"}}})
}

#[test]
fn chat_completions() {
    let parameters = place();
    let function = json!({"name": "get_weather", "parameters": parameters});
    let tools = json!([{"type": "function", "function": function}]);
    let format =
        json!({"type": "json_schema", "json_schema": {"name": "place", "schema": parameters}});
    assert_both_valid(
        CHAT,
        [
            "CreateChatCompletionResponse",
            "CreateChatCompletionStreamResponse",
        ],
        &[
            json!({}),
            json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}),
            json!({"stream_options": {"include_usage": true}}),
            json!({"n": 3, "stream_options": {"include_usage": true}}),
            json!({"max_completion_tokens": 1, "stop": ["there"]}),
            json!({"max_tokens": 0}),
            json!({"seed": 7, "service_tier": "auto"}),
            json!({"service_tier": "flex"}),
            json!({"logprobs": true}),
            json!({"logprobs": true, "top_logprobs": 3, "n": 2}),
            json!({"tools": tools, "stream_options": {"include_usage": true}}),
            json!({"tools": tools, "tool_choice": "required", "n": 2, "logprobs": true}),
            json!({"tools": tools, "max_tokens": 1}),
            json!({"tools": [tools[0], {"type": "function", "function": {"name": "leave"}}],
                "parallel_tool_calls": true, "n": 2}),
            json!({"functions": [function]}),
            json!({"response_format": format, "seed": 3}),
            json!({"response_format": format, "logprobs": true, "top_logprobs": 1}),
            json!({"response_format": {"type": "json_object"}}),
        ],
    );
}

#[test]
fn completions() {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    for request in [
        json!({}),
        json!({"model": "m", "prompt": "hi"}),
        json!({"prompt": ["a", "b"], "n": 2, "echo": true}),
        json!({"max_tokens": 1, "stream_options": {"include_usage": true}}),
        json!({"stop": "there", "logprobs": 2}),
    ] {
        let response = plain(Post, COMPLETIONS, &request);
        assert_valid(schemas, "CreateCompletionResponse", &response, &request);
        for mut event in events(COMPLETIONS, &request) {
            // The schema describes the plain response. A stream has null for
            // fields that are not known yet.
            let event = event.as_object_mut().unwrap();
            event.retain(|name, value| name != "usage" || !value.is_null());
            for choice in event["choices"].as_array_mut().unwrap() {
                if choice["finish_reason"].is_null() {
                    choice["finish_reason"] = json!("stop");
                }
            }
            let event = Value::Object(event.clone());
            assert_valid(schemas, "CreateCompletionResponse", &event, &request);
        }
    }
}

#[test]
fn responses() {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    let tool = json!({"type": "function", "name": "find", "parameters": place(), "strict": true});
    let other = json!({"type": "function", "name": "leave", "parameters": {}, "strict": false});
    let format = json!({"type": "json_schema", "name": "place", "schema": place()});
    for request in [
        json!({"tools": [tool], "input": "hi"}),
        json!({"tools": [tool, tool], "tool_choice": "required", "max_output_tokens": 1}),
        json!({"tools": [tool], "tool_choice": {"type": "function", "name": "find"}}),
        json!({"tools": [tool], "tool_choice": "none"}),
        json!({"tools": [tool, other], "parallel_tool_calls": true}),
        json!({"text": {"format": format, "verbosity": "low"}}),
        json!({"text": {"format": {"type": "json_object"}}}),
        json!({}),
        json!({"model": "gpt-4o", "input": "hi", "instructions": "be brief"}),
        json!({"instructions": [{"role": "developer", "content": "be brief"}]}),
        json!({"max_output_tokens": 1}),
        json!({"max_output_tokens": 0}),
        json!({
            "metadata": {"a": "b"}, "previous_response_id": "resp_0", "store": false,
            "temperature": 0.5, "top_p": 0, "top_logprobs": 2, "truncation": "auto",
            "reasoning": {"effort": "low", "summary": "auto"}, "parallel_tool_calls": false,
            "max_tool_calls": 2, "prompt_cache_key": "key", "safety_identifier": "user",
        }),
    ] {
        assert_valid(
            schemas,
            "Response",
            &plain(Post, RESPONSES, &request),
            &request,
        );
        for event in events(RESPONSES, &request) {
            let name = schemas.of_event(event["type"].as_str().unwrap());
            assert_valid(schemas, name, &event, &request);
        }
    }
}

#[test]
fn embeddings() {
    let path = "/v1/embeddings";
    assert_plain_valid(
        "CreateEmbeddingResponse",
        &[
            (Post, path, json!({})),
            (
                Post,
                path,
                json!({"input": "hi", "model": "m", "dimensions": 3}),
            ),
            (
                Post,
                path,
                json!({"input": ["a", "b"], "encoding_format": "float"}),
            ),
            (Post, path, json!({"input": [[1, 2], [3]], "dimensions": 1})),
        ],
    );
    let Some(schemas) = Schemas::find() else {
        return;
    };
    // The schema does not allow base64. Everything else must be valid.
    let asked = json!({"input": ["a", "b"], "encoding_format": "base64", "dimensions": 3});
    let mut response = plain(Post, path, &asked);
    for item in response["data"].as_array_mut().unwrap() {
        assert_eq!(item["embedding"].as_str().unwrap().len(), 16);
        item["embedding"] = json!([]);
    }
    assert_valid(schemas, "CreateEmbeddingResponse", &response, &asked);
}

#[test]
fn models() {
    assert_plain_valid("ListModelsResponse", &[(Get, "/v1/models", Value::Null)]);
    assert_plain_valid("Model", &[(Get, "/v1/models/mine", Value::Null)]);
}

#[test]
fn moderations() {
    let path = "/v1/moderations";
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}});
    assert_plain_valid(
        "CreateModerationResponse",
        &[
            (Post, path, json!({})),
            (Post, path, json!({"input": "What a nice day"})),
            (
                Post,
                path,
                json!({"input": ["hate", "violence/graphic", ""]}),
            ),
            (
                Post,
                path,
                json!({"input": [{"type": "text", "text": "hate"}, image]}),
            ),
        ],
    );
}

#[test]
fn errors() {
    let too_many = json!({"input": vec!["a"; 2_049]});
    assert_plain_valid(
        "ErrorResponse",
        &[
            (Get, "/v1/nowhere", Value::Null),
            (Get, CHAT, Value::Null),
            (Get, "/v1/models/unknown", Value::Null),
            (Get, "/v1/responses/resp_1", Value::Null),
            (Get, "/v1/responses/resp_1/input_items", Value::Null),
            (Post, "/v1/responses/resp_1/cancel", Value::Null),
            (Post, "/v1/embeddings", too_many.clone()),
            (Post, "/v1/moderations", too_many),
        ],
    );
}

/// Proves that the schemas of the other tests refuse invalid objects.
#[test]
fn missing_fields_fail_validation() {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    let nothing = json!({});
    let event = events(RESPONSES, &nothing).pop().unwrap();
    for (name, response) in [
        ("CreateChatCompletionResponse", plain(Post, CHAT, &nothing)),
        (
            "CreateChatCompletionStreamResponse",
            events(CHAT, &nothing).pop().unwrap(),
        ),
        (
            "CreateCompletionResponse",
            plain(Post, COMPLETIONS, &nothing),
        ),
        ("Response", plain(Post, RESPONSES, &nothing)),
        (schemas.of_event("response.completed"), event),
        ("ErrorResponse", plain(Get, "/v1/nowhere", &nothing)),
    ] {
        let required = schemas.required(name);
        assert!(!required.is_empty(), "{name}");
        for field in required {
            let mut broken = response.clone();
            broken.as_object_mut().unwrap().remove(&field);
            let errors = schemas.errors(name, &broken);
            assert!(!errors.is_empty(), "{name} without {field} is valid");
        }
    }
}
