//! nginx's internal redirects into and out of a location that mocks.

use crate::support::client::{Client, chat, request};
use crate::support::http::Reply;
use crate::support::leak_check::Ledger;
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

const HEALTH: &str = r#"{"status":"ok"}"#;

/// The replies, on one connection, to chat requests to these paths.
fn ask(nginx: &Nginx, paths: &[&str]) -> Vec<Reply> {
    let mut client = Client::connect(nginx);
    let ask = |path: &&str| {
        let text = String::from_utf8(chat(&[], r#"{"model":"asked"}"#)).unwrap();
        client.send(text.replacen("/v1/chat/completions", path, 1));
        client.reply()
    };
    paths.iter().map(ask).collect()
}

fn start(http: &str, server: &str) -> Nginx {
    Nginx::with(&Conf {
        http,
        server: &format!(
            "llm_mock_delay 1ms; {server}
             location @mock {{ llm_mock on; }}
             location / {{ llm_mock on; }}"
        ),
        files: &[("file.txt", "from a file")],
        ..Conf::default()
    })
}

/// The model of a reply that must be a stream.
fn model(reply: &Reply) -> String {
    stream(reply).model
}

#[test]
fn try_files_index_and_error_page_lead_in() {
    let nginx = start(
        "",
        "root .;
         location /try-uri/ { try_files /none /v1/chat/completions; }
         location /try-named/ { try_files /none @mock; }
         location /file.txt { error_page 405 = @chat; }
         location @chat { llm_mock on; rewrite ^ /v1/chat/completions break; }
         location /returned/ { error_page 404 =200 /v1/chat/completions; return 404; }
         location /twice/ { recursive_error_pages on; error_page 404 = @twice; return 404; }
         location @twice { error_page 503 =200 @mock; return 503; }
         location /index/ { index /health; }",
    );
    let ledger = Ledger::open(&nginx);
    let paths = [
        "/try-uri/",
        "/try-named/v1/chat/completions",
        "/file.txt",
        "/twice/v1/chat/completions",
    ];
    for (reply, path) in ask(&nginx, &paths).iter().zip(paths) {
        assert_eq!(model(reply), "asked", "{path}");
    }
    // By a path, error_page asks with GET, which a chat is not for.
    let replies = ask(&nginx, &["/returned/"]);
    assert_eq!(replies[0].json()["error"]["type"], "invalid_request_error");
    assert_eq!(nginx.ask(request("GET", "/index/", &[])).text(), HEALTH);
    ledger.close(&nginx, 6);
}

#[test]
fn what_nginx_refuses_in_it_may_be_answered_elsewhere() {
    let nginx = start(
        "",
        "client_max_body_size 5;
         location /to-file/ { llm_mock on; error_page 413 /file.txt; }
         location = /file.txt { root .; }
         location /to-text/ { llm_mock on; error_page 413 =200 @text; }
         location @text { return 200 text; }
         location /to-mock/ { llm_mock on; error_page 413 =200 @mock; }",
    );
    nginx.expect_error("client intended to send too large body");
    nginx.expect_error("client intended to send too large chunked body");
    let ledger = Ledger::open(&nginx);
    let chunked = |path: &str| {
        let mut bytes = request("POST", path, &[("Transfer-Encoding", "chunked")]);
        bytes.extend_from_slice(b"8\r\n12345678\r\n0\r\n\r\n");
        nginx.ask(bytes)
    };
    for path in ["/to-file", "/to-text", "/to-mock"].map(|to| format!("{to}/v1/chat/completions")) {
        // Refused before it is this module's, and while it reads the body.
        for reply in [&ask(&nginx, &[&path])[0], &chunked(&path)] {
            match path.as_str() {
                "/to-file/v1/chat/completions" => {
                    assert_eq!((reply.status, reply.text()), (413, "from a file"));
                }
                "/to-text/v1/chat/completions" => {
                    assert_eq!((reply.status, reply.text()), (200, "text"));
                }
                // The body is not to be had.
                _ => assert_eq!(model(reply), "gpt-3.5-turbo"),
            }
            assert_eq!(reply.header("connection"), Some("close"), "{path}");
        }
    }
    ledger.close(&nginx, 6);
}

#[test]
fn what_comes_of_a_body_after_its_refusal_disturbs_no_reply() {
    // A larger limit, by which the rest of the body would be read after all.
    let nginx = start(
        "",
        "llm_mock_ignore_client_abort on;
         location /refused/ { llm_mock on; client_max_body_size 5; error_page 413 =200 @late; }
         location @late { llm_mock on; llm_mock_delay 100ms; client_max_body_size 0; }",
    );
    nginx.expect_error("client intended to send too large chunked body");
    let ledger = Ledger::open(&nginx);
    let headers = [("Transfer-Encoding", "chunked"), ("Expect", "100-continue")];
    let mut client = Client::connect(&nginx);
    client.send(request("POST", "/refused/v1/chat/completions", &headers));
    assert_eq!(client.reply().status, 100);
    client.send("8\r\n12345678\r\n");
    client.wait_for("powered ");
    client.send("0\r\n\r\n");
    assert_eq!(model(&client.reply()), "gpt-3.5-turbo");
    drop(client);
    ledger.close(&nginx, 1);
}

#[test]
fn its_own_errors_are_not_nginxs_to_replace() {
    let nginx = start(
        "",
        "error_page 404 405 500 /file.txt; recursive_error_pages on;
         llm_mock_first_delay $http_x_time;",
    );
    nginx.expect_error("invalid value \"soon\"");
    let ledger = Ledger::open(&nginx);
    let mut client = Client::connect(&nginx);
    for (request, status) in [
        (request("GET", "/nowhere", &[]), 404),
        (request("GET", "/v1/chat/completions", &[]), 405),
        (chat(&[("X-Time", "soon")], ""), 500),
    ] {
        client.send(request);
        let reply = client.reply();
        assert_eq!(reply.status, status);
        assert!(reply.json()["error"].is_object());
    }
    drop(client);
    ledger.close(&nginx, 3);
}

#[test]
fn an_upstream_may_send_requests_over() {
    let nginx = start(
        "server { listen 127.0.0.1:@port2@;
             location /named/ { add_header X-Accel-Redirect @mock; return 200 unseen; }
             location /path/ { add_header X-Accel-Redirect /health; return 200 unseen; }
             location /loop/ { add_header X-Accel-Redirect /loop/; return 200 unseen; } }",
        "location ~ ^/(named|path|loop)/ { proxy_pass http://127.0.0.1:@port2@; }",
    );
    nginx.expect_error("rewrite or internal redirection cycle");
    let ledger = Ledger::open(&nginx);
    let replies = ask(
        &nginx,
        &[
            "/named/v1/chat/completions",
            "/path/",
            "/named/v1/completions/nowhere",
            "/loop/",
        ],
    );
    // With the body that the proxy has read.
    assert_eq!(model(&replies[0]), "asked");
    assert_eq!(replies[1].text(), HEALTH);
    assert_eq!(replies[2].status, 404);
    assert_eq!(replies[3].status, 500);
    // The upstream logs, too: eleven rounds of the loop.
    ledger.close(&nginx, 4 + 3 + 11);
}
