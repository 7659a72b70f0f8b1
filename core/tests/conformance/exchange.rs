//! Sends requests without a server.

use llm_mock_core::completion::Models;
use llm_mock_core::engine::{Buffer, Poll};
use llm_mock_core::host::{FixedHost, Now};
use llm_mock_core::{Method, Request, respond};
use serde_json::Value;

const TEXT: &str = "Hello there, 世界! \"quoted\"\nand more.";

/// A header that SDKs send.
const HEADERS: [(&str, &str); 1] = [("authorization", "Bearer key")];

/// Returns the body of the response to a request.
fn body(method: Method, path: &str, body: &Value) -> String {
    let sent = match body {
        Value::Null => Vec::new(),
        body => body.to_string().into_bytes(),
    };
    let mut host = FixedHost::new(TEXT.as_bytes());
    host.delay = 0;
    host.models = Models::only([b"gpt-4o".as_slice(), b"mine"].into_iter());
    host.now = Now {
        monotonic: 0,
        unix: 1_800_000_000_000_000,
    };
    let request = Request::with_headers(method, path.as_bytes(), &HEADERS).with_body(&sent);
    let mut response = respond(&request, &host);
    let mut all = Vec::new();
    loop {
        let mut out = Buffer::new();
        let polled = response.stream.poll(0, &mut out);
        all.extend_from_slice(out.as_bytes());
        match polled {
            Poll::Done => return String::from_utf8(all).unwrap(),
            Poll::Wait(_) => {}
            Poll::OutOfMemory => panic!("out of memory"),
        }
    }
}

/// Returns the object of a plain response.
pub fn plain(method: Method, path: &str, request: &Value) -> Value {
    let body = body(method, path, request);
    serde_json::from_str(&body).unwrap_or_else(|e| panic!("{e}: {body}"))
}

/// Returns the objects of the stream for `request`, without `[DONE]`.
pub fn events(path: &str, request: &Value) -> Vec<Value> {
    let mut request = request.clone();
    request["stream"] = true.into();
    let body = body(Method::Post, path, &request);
    let events = body.strip_suffix("\n\n").unwrap().split("\n\n");
    let data = events.map(|event| event.rsplit_once("data: ").unwrap().1);
    data.filter(|data| *data != "[DONE]")
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}
