//! Properties of every route.

mod providers;

use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::*;
use crate::completion::{Framing, StreamMode};
use crate::engine::{Buffer, Poll};
use crate::host::FixedHost;
use crate::routes::ROUTES;
use crate::tokens::{Encoding, TokenizerMode};

fn dialects() -> impl Iterator<Item = &'static dyn Dialect> {
    ROUTES.iter().filter_map(|route| match route.endpoint {
        Endpoint::Generate(dialect) => Some(dialect),
        _ => None,
    })
}

/// Returns the head and the whole body of the response.
fn send(request: &Request, host: &FixedHost) -> (Head, String) {
    let mut response = respond(request, host);
    let mut sent = Vec::new();
    loop {
        let mut out = Buffer::new();
        let polled = response.stream.poll(u64::MAX, &mut out);
        sent.extend_from_slice(out.as_bytes());
        match polled {
            Poll::Wait(_) => {}
            Poll::Done => break,
            Poll::OutOfMemory => panic!("out of memory"),
        }
    }
    (response.head, String::from_utf8(sent).unwrap())
}

/// Sends a body to every route, plain and streamed.
fn answer(body: &[u8]) {
    assert!(Encoding::O200kBase.load());
    for route in ROUTES {
        let path = route.path.replace(['{', '}'], "");
        let request = Request::new(route.method, path.as_bytes()).with_body(body);
        for stream_mode in [StreamMode::Never, StreamMode::Always] {
            for validation in [validate::Mode::Lenient, validate::Mode::Strict] {
                let mut host = FixedHost::new(b"some text");
                host.stream_mode = stream_mode;
                host.validation = validation;
                host.tokenizer = TokenizerMode::Always(Encoding::O200kBase);
                let (head, sent) = send(&request, &host);
                if head.content_type == Some(JSON) {
                    serde_json::from_str::<IgnoredAny>(&sent).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_head_request_gets_the_head_of_the_response() {
    for (path, content_type) in [
        ("/v1/chat/completions", "text/event-stream"),
        ("/v1/completions", JSON),
        ("/v1/messages", JSON),
        (
            "/v1beta/models/g:streamGenerateContent",
            Framing::Array.content_type(),
        ),
        ("/health", JSON),
    ] {
        let request = Request::new(Method::Head, path.as_bytes());
        let (head, _) = send(&request, &FixedHost::new(b"text"));
        assert_eq!(head.status, 200, "{path}");
        assert_eq!(head.content_type, Some(content_type), "{path}");
    }
}

#[test]
fn a_compressed_body_is_refused() {
    for (coding, is_refused) in [
        ("gzip", true),
        ("br", true),
        ("identity", false),
        ("", false),
    ] {
        let headers = [("content-encoding", coding)];
        for (path, error) in [
            ("/v1/chat/completions", "\"error\":{"),
            ("/v1/embeddings", "\"error\":{"),
            ("/v1/messages", "\"type\":\"error\""),
        ] {
            let request = Request::with_headers(Method::Post, path.as_bytes(), &headers);
            let request = request.with_body(b"\x1f\x8b\x08");
            let (head, sent) = send(&request, &FixedHost::new(b"text"));
            assert_eq!(head.status >= 400, is_refused, "{path} {coding}");
            assert_eq!(sent.contains(error), is_refused, "{path} {sent}");
        }
    }
}

#[test]
fn client_errors_are_logged() {
    let mut host = FixedHost::new(b"text");
    host.validation = validate::Mode::Strict;
    for (method, path, body, message) in [
        (
            Method::Post,
            "/nowhere",
            "",
            "llm_mock: request refused with 404: Unknown request URL: POST /nowhere. \
             Please check the URL for typos.",
        ),
        (
            Method::Get,
            "/v1/embeddings",
            "",
            "llm_mock: request refused with 405: Not allowed to GET on /v1/embeddings. \
             (HINT: Perhaps you meant to use a different HTTP method?)",
        ),
        (
            Method::Post,
            "/v1/chat/completions",
            "{}",
            "llm_mock: request refused with 400: you must provide a model parameter",
        ),
    ] {
        let request = Request::new(method, path.as_bytes()).with_body(body.as_bytes());
        let log = respond(&request, &host).log.unwrap();
        assert_eq!((log.level, &*log.message), (Level::Info, message));
    }
    let request = Request::new(Method::Get, b"/health");
    assert_eq!(respond(&request, &host).log, None);
}

/// Generates names of fields.
fn field() -> impl Strategy<Value = &'static str> {
    const MORE: [&str; 12] = [
        "echo",
        "generationConfig",
        "max_tokens",
        "model",
        "n",
        "output_config",
        "parallel_tool_calls",
        "response_format",
        "stop",
        "stream",
        "stream_options",
        "tool_choice",
    ];
    let read = dialects().flat_map(|dialect| dialect.prompt_fields());
    prop::sample::select(read.chain(&MORE).copied().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_answered(body: Vec<u8>) {
        answer(&body);
    }

    #[test]
    fn broken_json_is_answered(
        field in field(),
        inner in field(),
        value in "[{}\\[\\]\":,\\\\ a-u0-9]{0,60}",
    ) {
        answer(value.as_bytes());
        answer(format!("{{\"{field}\":{value}}}").as_bytes());
        answer(format!("{{\"{field}\":{{\"{inner}\":{value}}}}}").as_bytes());
    }

    #[test]
    fn any_value_is_answered(
        field in field(),
        inner in field(),
        value in "-?[0-9]{1,22}(e[0-9]{1,3})?|\"[^\"\\\\\\p{Cc}]{0,5}\"|true|null|[\\[]{1,3}",
    ) {
        let ends = value.replace('[', "]");
        let value = if value.starts_with('[') { value + &ends } else { value };
        answer(format!("{{\"{field}\":{value}}}").as_bytes());
        answer(format!("{{\"{field}\":[{{\"{inner}\":{value}}}]}}").as_bytes());
    }
}
