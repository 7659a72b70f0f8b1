//! The provider of a response, and its wording of errors.

use serde_json::{Value, json};

use super::send;
use crate::host::FixedHost;
use crate::http::{Headers, Method};
use crate::request::Request;
use crate::response::Head;
use crate::routes::{Matched, ROUTES, refused};
use crate::validate;

const METHODS: [Method; 4] = [Method::Get, Method::Post, Method::Delete, Method::Other];

/// Headers that clients of the provider send.
const OPENAI_HEADERS: [(&str, &str); 1] = [("authorization", "Bearer sk")];
const ANTHROPIC_HEADERS: [(&str, &str); 1] = [("anthropic-version", "2023-06-01")];
const OLD_ANTHROPIC_HEADERS: [(&str, &str); 1] = [("x-api-key", "sk")];
const GEMINI_HEADERS: [(&str, &str); 1] = [("x-goog-api-key", "AI")];
const AZURE_HEADERS: [(&str, &str); 1] = [("api-key", "az")];

fn answer(method: Method, path: &str, headers: &dyn Headers, body: &str) -> (Head, Value) {
    let mut host = FixedHost::new(b"some text");
    host.validation = validate::Mode::Strict;
    let request = Request::with_headers(method, path.as_bytes(), headers);
    let (head, sent) = send(&request.with_body(body.as_bytes()), &host);
    (head, serde_json::from_str(&sent).unwrap())
}

/// Returns the provider whose format the error object has.
fn error_of(error: &Value) -> &'static str {
    match error {
        _ if error["type"] == "error" => "anthropic",
        _ if error["error"]["status"].is_string() => "gemini",
        _ if error["error"].get("param").is_some() => "openai",
        _ if error["error"].is_string() => "ollama",
        _ => panic!("{error}"),
    }
}

#[test]
fn the_provider_of_a_route_refuses_other_methods() {
    let every: [&dyn Headers; 5] = [
        &OPENAI_HEADERS,
        &ANTHROPIC_HEADERS,
        &OLD_ANTHROPIC_HEADERS,
        &GEMINI_HEADERS,
        &AZURE_HEADERS,
    ];
    for route in ROUTES {
        let path = route.path.replace(['{', '}'], "");
        for (method, headers) in METHODS
            .into_iter()
            .flat_map(|method| every.map(|headers| (method, headers)))
        {
            let found = Request::with_headers(method, path.as_bytes(), headers).matched;
            let Matched::NotAllowed(found) = found else {
                continue;
            };
            let (head, error) = answer(method, &path, headers, "");
            assert_eq!(head.status, 405);
            let provider = found.provider.name();
            assert_eq!(error_of(&error), provider, "{method:?} {path}");
            assert!(error["error"].to_string().contains(&path), "{error}");
            // Headers select the provider only on the paths of models.
            if !path.ends_with("/models") && !path.ends_with("/models/model") {
                assert_eq!(provider, route.provider.name(), "{path}");
            }
        }
    }
}

#[test]
fn headers_select_the_provider_of_a_shared_path() {
    const LIST: [&str; 2] = ["/v1/models", "/v1/models/m"];
    let cases: [(&[&str], &dyn Headers, &str); 10] = [
        (&LIST, &OPENAI_HEADERS, "openai"),
        (&LIST, &AZURE_HEADERS, "openai"),
        (&LIST, &ANTHROPIC_HEADERS, "anthropic"),
        (&LIST, &OLD_ANTHROPIC_HEADERS, "anthropic"),
        (&LIST, &GEMINI_HEADERS, "gemini"),
        (
            &["/v1beta/models", "/v1beta/models/m"],
            &OPENAI_HEADERS,
            "gemini",
        ),
        (
            &["/v1beta/models", "/v1beta/models/m"],
            &ANTHROPIC_HEADERS,
            "gemini",
        ),
        (
            &["/v1beta/openai/models", "/v1beta/openai/models/m"],
            &GEMINI_HEADERS,
            "openai",
        ),
        (
            &["/openai/models", "/openai/models/m"],
            &ANTHROPIC_HEADERS,
            "openai",
        ),
        (&["/models", "/proxy/v1/models"], &OPENAI_HEADERS, "openai"),
    ];
    for (paths, headers, provider) in cases {
        for path in paths {
            let (head, body) = answer(Method::Get, path, headers, "");
            assert_eq!(head.status, 200, "{path}");
            let object = match provider {
                "openai" => &body["object"],
                "anthropic" if path.ends_with("/models") => &body["has_more"],
                "anthropic" => &body["lifecycle"],
                _ if path.ends_with("/models") => &body["models"][0]["supportedGenerationMethods"],
                _ => &body["supportedGenerationMethods"],
            };
            assert!(!object.is_null(), "{path} {body}");
            let (head, error) = answer(Method::Post, path, headers, "");
            assert_eq!((head.status, error_of(&error)), (405, provider), "{path}");
        }
        let (head, error) = answer(Method::Post, "/v1/nowhere", headers, "");
        assert_eq!(head.status, 404);
        if paths == LIST {
            assert_eq!(error_of(&error), provider);
        }
    }
    // Headers do not matter on a path of one provider.
    let (_, body) = answer(
        Method::Post,
        "/v1/chat/completions",
        &OLD_ANTHROPIC_HEADERS,
        "{}",
    );
    assert_eq!(error_of(&body), "openai");
    let (_, body) = answer(Method::Post, "/v1/messages", &GEMINI_HEADERS, "{}");
    assert_eq!(error_of(&body), "anthropic");
}

#[test]
fn the_publisher_selects_the_provider_of_a_vertex_path() {
    const MODELS: &str = "/v1/projects/p/locations/l/publishers";
    let body = json!({
        "anthropic_version": "vertex-2023-10-16", "max_tokens": 9,
        "messages": [{"role": "user", "content": "hi"}],
    });
    let path = format!("{MODELS}/anthropic/models/claude-sonnet-4-5@20250929:rawPredict");
    let (head, message) = answer(Method::Post, &path, &OPENAI_HEADERS, &body.to_string());
    assert_eq!(head.request_id_header, "request-id");
    assert_eq!(message["model"], "claude-sonnet-4-5");
    assert_eq!(message["content"][0]["text"], "some text");
    assert!(message["id"].as_str().unwrap().starts_with("msg_vrtx_"));

    let path = format!("{MODELS}/anthropic/models/claude-sonnet-4-5:streamRawPredict");
    let body = body.to_string();
    let request = Request::new(Method::Post, path.as_bytes()).with_body(body.as_bytes());
    let (head, events) = send(&request, &FixedHost::new(b"some text"));
    assert_eq!(head.content_type, Some("text/event-stream"));
    assert!(events.starts_with("event: message_start\n"), "{events}");
    assert!(
        events.contains("\"model\":\"claude-sonnet-4-5\""),
        "{events}"
    );

    let count = json!({
        "anthropic_version": "vertex-2023-10-16", "model": "claude-sonnet-4-5",
        "messages": [{"role": "user", "content": "hi"}],
    });
    let path = format!("{MODELS}/anthropic/models/count-tokens:rawPredict");
    let (_, counted) = answer(Method::Post, &path, &OPENAI_HEADERS, &count.to_string());
    assert_eq!(counted["input_tokens"], message["usage"]["input_tokens"]);

    let contents = r#"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#;
    for base in [MODELS, "/v1beta1/publishers"] {
        let path = format!("{base}/google/models/gemini-2.5-flash:generateContent");
        let (_, response) = answer(Method::Post, &path, &OPENAI_HEADERS, contents);
        assert_eq!(response["modelVersion"], "gemini-2.5-flash");
        let path = format!("{base}/google/models/gemini-2.5-flash:predict");
        let (_, error) = answer(Method::Post, &path, &OPENAI_HEADERS, "{}");
        assert_eq!(error_of(&error), "gemini");
        let path = format!("{base}/anthropic/models/claude:predict");
        let (_, error) = answer(Method::Post, &path, &OPENAI_HEADERS, "{}");
        assert_eq!(error_of(&error), "anthropic");
    }
}

#[test]
fn a_compressed_body_gets_the_providers_error() {
    let headers = [("content-encoding", "gzip")];
    let refused = |path| answer(Method::Post, path, &headers, "\x1f\x08");
    let (head, error) = refused("/v1/chat/completions");
    assert_eq!(head.status, 415);
    assert_eq!(error["error"]["code"], "unsupported_content_encoding");
    let (head, error) = refused("/v1beta/models/m:generateContent");
    assert_eq!(head.status, 415);
    assert_eq!(error["error"]["status"], "INVALID_ARGUMENT");
    let (head, error) = refused("/v1/messages");
    assert_eq!(head.status, 400);
    assert_eq!(error["error"]["type"], "invalid_request_error");
    assert_eq!(
        error["error"]["details"],
        json!({"error_code": "request_body_encoding_unsupported"})
    );
}

#[test]
fn a_request_refused_by_nginx_gets_the_providers_error() {
    for (path, status, field, kind, message) in [
        (
            "/v1/messages",
            529,
            "type",
            "overloaded_error",
            "Overloaded",
        ),
        (
            "/v1/messages",
            500,
            "type",
            "api_error",
            "Internal server error",
        ),
        (
            "/v1beta/models/m:generateContent",
            503,
            "status",
            "UNAVAILABLE",
            "The model is overloaded. Please try again later.",
        ),
        (
            "/v1/chat/completions",
            503,
            "type",
            "server_error",
            "The engine is currently overloaded, please try again later.",
        ),
    ] {
        let mut request = Request::new(Method::Post, path.as_bytes());
        request.matched = refused(status, path.as_bytes(), request.headers);
        let (head, sent) = send(&request, &FixedHost::new(b""));
        let error: Value = serde_json::from_str(&sent).unwrap();
        assert_eq!(head.status, status);
        assert_eq!(error["error"][field], kind, "{path} {status}");
        assert_eq!(error["error"]["message"], message, "{path} {status}");
    }
}

#[test]
fn a_thread_can_be_created_but_not_continued() {
    let thread = |thread: Value| {
        json!({
            "model": "m", "max_tokens": 9, "thread": thread,
            "messages": [{"role": "user", "content": "hi"}],
        })
    };
    for created in [Value::Null, json!({"type": "create"})] {
        let body = thread(created).to_string();
        let (head, _) = answer(Method::Post, "/v1/messages", &ANTHROPIC_HEADERS, &body);
        assert_eq!(head.status, 200);
    }
    // A continued thread may contain no new message.
    let mut body = thread(json!({"type": "continue", "previous_message_id": "msg_1"}));
    body["messages"] = json!([]);
    let (head, error) = answer(
        Method::Post,
        "/v1/messages",
        &ANTHROPIC_HEADERS,
        &body.to_string(),
    );
    assert_eq!(head.status, 404);
    assert_eq!(error["error"]["type"], "not_found_error");
    assert_eq!(error["error"]["details"]["error_code"], "thread_not_found");
}
