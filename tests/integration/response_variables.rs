//! The variables of the response, in the access log.

use std::thread;
use std::time::Duration;

use crate::support::client::{Client, chat, post, request};
use crate::support::nginx::{Conf, Nginx, require, until};
use crate::support::stream::stream;
use crate::support::worker::Worker;

/// Logs all variables, one request a line.
const FORMAT: &str = "log_format facts '$status tokens=$llm_mock_completion_tokens \
    chunks=$llm_mock_chunks finish=$llm_mock_finish_reason ttft=$llm_mock_ttft \
    duration=$llm_mock_duration lag=$llm_mock_lag_max outcome=$llm_mock_outcome \
    $request_uri';";

fn start(server: &str) -> Nginx {
    Nginx::with(&Conf {
        http: FORMAT,
        server: &format!("access_log facts.log facts; llm_mock_reply 'one two three'; {server}"),
        ..Conf::default()
    })
}

/// The lines of the log once there are so many.
fn lines(nginx: &Nginx, count: usize) -> Vec<String> {
    let lines = until("the requests are logged", || {
        let lines = nginx.lines_of("facts.log");
        (lines.len() >= count).then_some(lines)
    });
    assert_eq!(lines.len(), count, "{lines:?}");
    lines
}

/// The value of a variable in a line; `-` if it is empty.
fn value<'l>(line: &'l str, name: &str) -> &'l str {
    let name = format!("{name}=");
    let found = line.split(' ').find_map(|it| it.strip_prefix(&name));
    found.unwrap_or_else(|| panic!("no {name} in {line}"))
}

/// A value in seconds, which has three decimals as nginx's own have.
fn seconds(line: &str, name: &str) -> f64 {
    let text = value(line, name);
    let decimals = text.split_once('.').map(|(_, decimals)| decimals.len());
    assert_eq!(decimals, Some(3), "{name} in {line}");
    text.parse().unwrap()
}

#[test]
fn complete_stream() {
    let nginx =
        start("llm_mock_first_delay 100ms; llm_mock_delay 20ms; location / { llm_mock on; }");
    let body = r#"{"stream":true,"stream_options":{"include_usage":true}}"#;
    let response = nginx.chat(body);
    let usage = response
        .text()
        .rsplit_once("\"completion_tokens\":")
        .unwrap();
    let tokens: String = usage.1.chars().take_while(char::is_ascii_digit).collect();
    let line = &lines(&nginx, 1)[0];
    assert!(line.starts_with("200 "), "{line}");
    assert_eq!(value(line, "tokens"), tokens, "{line}");
    assert_eq!(value(line, "chunks"), "3", "{line}");
    assert_eq!(value(line, "finish"), "stop", "{line}");
    assert_eq!(value(line, "outcome"), "complete", "{line}");
    // nginx's clock counts whole milliseconds.
    assert!(seconds(line, "ttft") >= 0.099, "{line}");
    assert!(seconds(line, "duration") >= 0.138, "{line}");
    assert!(seconds(line, "duration") >= seconds(line, "ttft"), "{line}");
    assert!(seconds(line, "lag") >= 0.0, "{line}");
}

#[test]
fn plain_response() {
    let nginx = start("llm_mock_delay 20ms; location / { llm_mock on; }");
    let usage = nginx.chat(r#"{"stream":false}"#).json()["usage"].clone();
    nginx.send(post(
        "/v1/messages",
        &[("x-api-key", "k")],
        r#"{"max_tokens":1}"#,
    ));
    let lines = lines(&nginx, 2);
    assert_eq!(
        value(&lines[0], "tokens"),
        usage["completion_tokens"].to_string()
    );
    assert_eq!(value(&lines[0], "finish"), "stop");
    assert!(seconds(&lines[0], "ttft") >= 0.039, "{}", lines[0]);
    // The finish reason is in the words of the provider.
    assert_eq!(value(&lines[1], "finish"), "max_tokens");
    assert!(
        lines
            .iter()
            .all(|line| value(line, "outcome") == "complete"),
        "{lines:?}"
    );
}

#[test]
fn response_without_completion() {
    let nginx = start("location / { llm_mock on; }");
    nginx.send(request("GET", "/health", &[]));
    let mut client = Client::connect(&nginx);
    client.send(request("HEAD", "/v1/chat/completions", &[]));
    client.response_to_head();
    for line in lines(&nginx, 2) {
        assert_eq!(value(&line, "tokens"), "0", "{line}");
        assert_eq!(value(&line, "chunks"), "0", "{line}");
        assert_eq!(value(&line, "finish"), "-", "{line}");
        assert_eq!(value(&line, "outcome"), "complete", "{line}");
    }
}

#[test]
fn client_that_leaves() {
    let nginx = start(
        "llm_mock_delay 1h; location / { llm_mock on; }
         location /late/ { llm_mock on; llm_mock_first_delay 1h; }",
    );
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("one ");
    drop(client);
    let line = &lines(&nginx, 1)[0];
    assert_eq!(value(line, "chunks"), "1", "{line}");
    assert_eq!(value(line, "finish"), "-", "{line}");
    assert_eq!(value(line, "outcome"), "client_closed", "{line}");
    // Before the first byte there is no time of it.
    let mut client = Client::connect(&nginx);
    client.send(post("/late/v1/chat/completions", &[], ""));
    client.close_sending_side();
    assert!(client.is_closed());
    let line = &lines(&nginx, 2)[1];
    assert!(line.starts_with("499 "), "{line}");
    for (name, expected) in [
        ("tokens", "0"),
        ("chunks", "0"),
        ("ttft", "-"),
        ("duration", "-"),
        ("outcome", "client_closed"),
    ] {
        assert_eq!(value(line, name), expected, "{name} in {line}");
    }
}

#[test]
fn refused_requests_with_and_without_error_page() {
    let nginx = start(
        "llm_mock_validate strict; location / { llm_mock on; }
         location /small/ { llm_mock on; client_max_body_size 1; }
         location /denied/ { return 403; }
         error_page 403 413 /error; location = /error { internal; llm_mock on; }",
    );
    nginx.expect_error("client intended to send too large body");
    for (path, status) in [
        ("/nowhere", 404),
        ("/v1/chat/completions", 400),
        ("/small/v1/chat/completions", 413),
        ("/denied/v1/chat/completions", 403),
    ] {
        assert_eq!(nginx.send(post(path, &[], "{}")).status, status);
        let line = until("the request is logged", || {
            let line = nginx.lines_of("facts.log").pop();
            line.filter(|line| line.ends_with(path))
        });
        assert!(line.starts_with(&format!("{status} ")), "{line}");
        assert_eq!(value(&line, "outcome"), "refused", "{line}");
        assert_eq!(value(&line, "chunks"), "0", "{line}");
    }
}

#[test]
fn post_action_and_subrequests_leave_them_alone() {
    if !require(&["http_addition_module"]) {
        return;
    }
    let nginx = start(
        "llm_mock_delay 1ms; location / { llm_mock on; }
         location /action/ { llm_mock on; post_action /health; }
         location /added/ { llm_mock on; add_after_body /one/v1/chat/completions;
             addition_types text/event-stream; }
         location /one/ { llm_mock on; llm_mock_reply one; }
         location /other/ { add_after_body /one/v1/chat/completions; return 200 other; }",
    );
    for path in ["/action", "/added"] {
        let mut client = Client::connect(&nginx);
        client.send(post(&format!("{path}/v1/chat/completions"), &[], ""));
        client.wait_for("[DONE]");
        drop(client);
        let line = until("the request is logged", || {
            let line = nginx.lines_of("facts.log").pop();
            line.filter(|line| line.contains(path))
        });
        assert_eq!(value(&line, "chunks"), "3", "{line}");
        assert_eq!(value(&line, "outcome"), "complete", "{line}");
    }
    // The main request is not the module's, its subrequest is.
    nginx.send(request("GET", "/other/", &[]));
    let line = &lines(&nginx, 3)[2];
    assert_eq!(value(line, "chunks"), "-", "{line}");
    assert_eq!(value(line, "outcome"), "-", "{line}");
}

#[test]
fn post_action_after_a_disconnect_leaves_them_alone() {
    let nginx = start(
        "llm_mock_delay 1h; location / { llm_mock on; post_action /after/health; }
         location /after/ { llm_mock on; }",
    );
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("one ");
    drop(client);
    let line = &lines(&nginx, 1)[0];
    assert_eq!(value(line, "chunks"), "1", "{line}");
    assert_eq!(value(line, "outcome"), "client_closed", "{line}");
}

#[test]
fn lag_of_a_stopped_worker() {
    let nginx = start("llm_mock_delay 50ms; location / { llm_mock on; }");
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("one ");
    let worker = Worker::of(&nginx);
    worker.pause();
    thread::sleep(Duration::from_millis(400));
    worker.resume();
    stream(&client.response());
    let line = &lines(&nginx, 1)[0];
    assert!(seconds(line, "lag") >= 0.3, "{line}");
}

/// `add_header` evaluates a variable while nginx takes the headers of the response.
#[test]
fn response_header() {
    let nginx = start(
        "llm_mock_delay 1ms; add_header X-Chunks $llm_mock_chunks; location / { llm_mock on; }",
    );
    let response = nginx.chat("");
    assert_eq!(stream(&response).text(), "one two three");
    assert_eq!(response.header("x-chunks"), Some("1"));
    assert_eq!(
        nginx.chat(r#"{"stream":false}"#).header("x-chunks"),
        Some("3")
    );
}

#[test]
fn request_of_another_module() {
    let nginx = start("location / { return 204; }");
    nginx.send(request("GET", "/", &[]));
    let line = &lines(&nginx, 1)[0];
    for name in [
        "tokens", "chunks", "finish", "ttft", "duration", "lag", "outcome",
    ] {
        assert_eq!(value(line, name), "-", "{line}");
    }
}
