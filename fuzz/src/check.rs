//! What holds for the response to any request.

use llm_mock_core::completion::LONGEST_MODEL;
use llm_mock_core::engine::{Buffer, FULL, Poll};
use llm_mock_core::routes::{Endpoint, Matched};
use llm_mock_core::{Method, Request, Response, respond};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::budget;
use crate::case::Case;

/// Longer responses are rendered to this length and not checked for JSON.
const MOST_READ: usize = 64 * 1024;

/// Sends a request to core and checks the response.
///
/// # Panics
///
/// Something is wrong with the response, or it takes too long.
pub fn check(case: &Case) {
    let request = case.request();
    check_reading(&request);
    let (response, _host) = budget::within(case.len(), || {
        // The response may refer to the text of the host.
        let host = case.host();
        (respond(&request, &host), host)
    });
    check_status(case, &request, response.head.status);
    check_head(&request, &response);
    let head = (response.head.content_type, response.head.content_length);
    let Some(body) = rendered(response, case.len()) else {
        return;
    };
    if let Some(length) = head.1 {
        assert_eq!(body.len(), length, "content_length");
    }
    let body = String::from_utf8(body).expect("UTF-8");
    match head.0 {
        _ if request.method == Method::Head => {}
        Some("text/event-stream") => check_events(&body),
        Some("application/x-ndjson") => check_lines(&body),
        Some(json) if json.starts_with("application/json") => assert_json(&body),
        Some(_) => {}
        None => assert_eq!(body, ""),
    }
}

fn check_status(case: &Case, request: &Request, status: u16) {
    let Matched::Route(target) = request.matched else {
        match request.matched {
            Matched::Preflight => assert_eq!(status, 204),
            Matched::Refused(_, refused) => assert_eq!(status, refused),
            _ => assert!(matches!(status, 404 | 405), "{status}"),
        }
        return;
    };
    assert!(status == 200 || (400..500).contains(&status), "{status}");
    let is_encoded = case.header("content-encoding") == Some(b"gzip");
    let has_spec = target.route.spec.is_some() && request.method != Method::Head;
    if is_encoded || matches!(target.route.endpoint, Endpoint::Direct(_)) {
        return;
    }
    if !case.is_strict() || !has_spec {
        assert_eq!(status, 200, "lenient");
    } else if !request.body.is_empty()
        && serde_json::from_slice::<IgnoredAny>(request.body).is_err()
    {
        assert_eq!(status, 400, "not JSON");
    }
}

/// No header and no log line that splits in two.
fn check_head(request: &Request, response: &Response) {
    let head = &response.head;
    let values = head.headers.iter().map(|it| &*it.value);
    for value in values.chain([head.request_id.as_bytes()]) {
        assert!(!value.iter().any(u8::is_ascii_control), "{value:?}");
    }
    if let Some(line) = &response.log {
        assert!(line.message.len() < 2048, "{}", line.message);
        assert!(head.status >= 400);
    }
    if request.method == Method::Head && head.status == 200 {
        assert!(head.content_type.is_some());
    }
}

/// The whole body; none if it is too long to read.
fn rendered(mut response: Response, len: usize) -> Option<Vec<u8>> {
    let mut sent = Vec::new();
    let mut out = Buffer::new();
    let mut now = 0;
    let mut polls = 0;
    loop {
        polls += 1;
        let polled = response.stream.poll(now, &mut out);
        sent.extend_from_slice(out.as_bytes());
        let is_full = out.is_full();
        out.clear();
        match polled {
            Poll::Wait(_) if sent.len() > MOST_READ => return None,
            Poll::Wait(due) => {
                assert!(is_full || due > now, "waits for the past");
                now = now.max(due);
            }
            Poll::Done => break,
            Poll::OutOfMemory => panic!("out of memory"),
        }
        assert!(polls < MOST_READ + len + FULL);
    }
    let facts = response.stream.facts();
    assert!(facts.is_complete);
    assert!(facts.first <= facts.last);
    assert_eq!(response.stream.poll(now, &mut out), Poll::Done);
    assert_eq!(out.as_bytes(), b"");
    (sent.len() <= MOST_READ).then_some(sent)
}

fn check_events(body: &str) {
    let events = body.strip_suffix("\n\n").expect("ends after an event");
    for event in events.split("\n\n") {
        let mut data = None;
        for line in event.split('\n') {
            if let Some(text) = line.strip_prefix("data: ") {
                assert!(data.replace(text).is_none(), "two data lines");
            } else {
                assert!(line.starts_with("event: "), "{line}");
            }
        }
        match data.expect("data") {
            "[DONE]" => {}
            json => assert_json(json),
        }
    }
    // Clients such as httpx split at these too.
    let separators = |c| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\r');
    assert!(!body.contains(separators), "a line separator in an event");
}

fn check_lines(body: &str) {
    let lines = body.strip_suffix('\n').expect("ends after a line");
    lines.split('\n').for_each(assert_json);
}

fn assert_json(json: &str) {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(json) {
        let start: String = json.chars().take(4096).collect();
        panic!("{error}: {start}");
    }
}

/// What core reads of a body is what serde_json reads.
fn check_reading(request: &Request) {
    let Matched::Route(target) = request.matched else {
        return;
    };
    let Endpoint::Generate(dialect) = target.route.endpoint else {
        return;
    };
    let Ok(Value::Object(body)) = serde_json::from_slice(request.body) else {
        return;
    };
    let read = dialect.read(&llm_mock_core::providers::dialect::Source::body(
        request.body,
    ));
    assert!(read.is_object);
    let is_in_path = target.route.path.contains('{');
    if let Some(model) = body.get("model").and_then(Value::as_str)
        && !is_in_path
    {
        // A longer name is ignored: each chunk would repeat it.
        let model = Some(model).filter(|it| it.len() <= LONGEST_MODEL);
        assert!(read.model.as_deref() == model, "the name of the model");
    }
}
