//! What the error log has of requests that the module refuses.

use crate::support::client::{post, request};
use crate::support::nginx::{Conf, Nginx};

fn start() -> Nginx {
    Nginx::with(&Conf {
        server: "llm_mock_validate strict; llm_mock_delay 0; location / { llm_mock on; }
            location /small/ { llm_mock on; client_max_body_size 1; }
            error_page 413 /error; location = /error { internal; llm_mock on; }",
        ..Conf::default()
    })
}

/// The lines of the error log about this request.
fn lines_about(nginx: &Nginx, request: &str) -> Vec<String> {
    let log = nginx.error_log();
    let about = format!("request: \"{request} HTTP/1.1\"");
    let lines = log.lines().filter(|line| line.contains(&about));
    lines.map(str::to_owned).collect()
}

#[test]
fn mistakes_of_clients_are_one_info_line_with_the_reason() {
    let nginx = start();
    let gzip = [("Content-Encoding", "gzip")];
    for (bytes, line, reason) in [
        (
            post("/nowhere", &[], "{}"),
            "POST /nowhere",
            "404: Unknown request URL: POST /nowhere",
        ),
        (
            request("GET", "/v1/embeddings", &[]),
            "GET /v1/embeddings",
            "405: Not allowed to GET on /v1/embeddings.",
        ),
        (
            post("/v1/chat/completions", &[], r#"{"model":"m"}"#),
            "POST /v1/chat/completions",
            "400: Missing required parameter: 'messages'",
        ),
        (
            post("/x/v1/chat/completions", &gzip, "{}"),
            "POST /x/v1/chat/completions",
            "415: Unsupported Content-Encoding 'gzip'",
        ),
    ] {
        let status: u16 = reason[..3].parse().unwrap();
        assert_eq!(nginx.send(bytes).status, status);
        let lines = lines_about(&nginx, line);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let expected = format!("llm_mock: request refused with {reason}");
        for part in [" [info] ", &expected, ", client: 127.0.0.1, server: "] {
            assert!(lines[0].contains(part), "no {part:?} in {}", lines[0]);
        }
        assert!(!lines[0].contains(".,"), "{}", lines[0]);
    }
}

#[test]
fn answered_requests_leave_no_line() {
    let nginx = start();
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    assert_eq!(nginx.chat(body).status, 200);
    let lines = lines_about(&nginx, "POST /v1/chat/completions");
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn refusals_of_nginx_leave_its_own_line_alone() {
    let nginx = start();
    nginx.expect_error("client intended to send too large body");
    assert_eq!(nginx.post("/small/v1/chat/completions", "{}").status, 413);
    let lines = lines_about(&nginx, "POST /small/v1/chat/completions");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("client intended to send"), "{lines:?}");
}

#[test]
fn line_breaks_of_clients_stay_within_the_line() {
    let nginx = start();
    nginx.send(post("/no%0a%0dwhere%1b[1m", &[], "{}"));
    let log = nginx.error_log();
    let line = log.lines().find(|line| line.contains("refused with 404"));
    assert!(line.unwrap().contains("client: "), "{log}");
    assert!(!log.contains('\x1b'), "{log}");
}

/// The shipped configuration has the line that switches it on.
#[test]
fn shipped_configuration_names_the_level() {
    let conf = include_str!("../../nginx.conf");
    assert!(conf.contains("# error_log logs/error.log info;"));
}
