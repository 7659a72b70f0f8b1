//! nginx's internal redirects to and from a location of the module.

use crate::support::client::{Client, chat, chat_at, request};
use crate::support::http::Response;
use crate::support::leak_check::LeakCheck;
use crate::support::nginx::{Conf, Nginx, require};
use crate::support::stream::stream;

const HEALTH: &str = r#"{"status":"ok"}"#;

/// Sends chat requests to these paths on one connection. Returns the responses.
fn send_chats(nginx: &Nginx, paths: &[&str]) -> Vec<Response> {
    let mut client = Client::connect(nginx);
    let send_chat = |path: &&str| {
        client.send(chat_at(path, &[]));
        client.response()
    };
    paths.iter().map(send_chat).collect()
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

/// The model of a streamed response.
fn model(response: &Response) -> String {
    stream(response).model
}

#[test]
fn try_files_index_and_error_page_lead_to_the_module() {
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
    let leak_check = LeakCheck::begin(&nginx);
    let paths = [
        "/try-uri/",
        "/try-named/v1/chat/completions",
        "/file.txt",
        "/twice/v1/chat/completions",
    ];
    for (response, path) in send_chats(&nginx, &paths).iter().zip(paths) {
        assert_eq!(model(response), "requested", "{path}");
    }
    // error_page redirects to a path with the method GET, which chat does not have.
    let responses = send_chats(&nginx, &["/returned/"]);
    assert_eq!(
        responses[0].json()["error"]["type"],
        "invalid_request_error"
    );
    assert_eq!(nginx.send(request("GET", "/index/", &[])).text(), HEALTH);
    leak_check.finish(&nginx, 6);
}

#[test]
fn error_page_answers_a_413_elsewhere() {
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
    let leak_check = LeakCheck::begin(&nginx);
    let chunked = |path: &str| {
        let mut bytes = request("POST", path, &[("Transfer-Encoding", "chunked")]);
        bytes.extend_from_slice(b"8\r\n12345678\r\n0\r\n\r\n");
        nginx.send(bytes)
    };
    for path in ["/to-file", "/to-text", "/to-mock"].map(|to| format!("{to}/v1/chat/completions")) {
        // Rejected before the content phase, and while the module reads the body.
        for response in [&send_chats(&nginx, &[&path])[0], &chunked(&path)] {
            match path.as_str() {
                "/to-file/v1/chat/completions" => {
                    assert_eq!((response.status, response.text()), (413, "from a file"));
                }
                "/to-text/v1/chat/completions" => {
                    assert_eq!((response.status, response.text()), (200, "text"));
                }
                // The body is not available.
                _ => assert_eq!(model(response), "gpt-3.5-turbo"),
            }
            assert_eq!(response.header("connection"), Some("close"), "{path}");
        }
    }
    leak_check.finish(&nginx, 6);
}

#[test]
fn rest_of_a_rejected_body_is_ignored() {
    // The limit of the second location would allow the rest of the body.
    let nginx = start(
        "",
        "llm_mock_ignore_client_abort on;
         location /rejected/ { llm_mock on; client_max_body_size 5; error_page 413 =200 @late; }
         location @late { llm_mock on; llm_mock_delay 100ms; client_max_body_size 0; }",
    );
    nginx.expect_error("client intended to send too large chunked body");
    let leak_check = LeakCheck::begin(&nginx);
    let headers = [("Transfer-Encoding", "chunked"), ("Expect", "100-continue")];
    let mut client = Client::connect(&nginx);
    client.send(request("POST", "/rejected/v1/chat/completions", &headers));
    assert_eq!(client.response().status, 100);
    client.send("8\r\n12345678\r\n");
    client.wait_for("powered ");
    client.send("0\r\n\r\n");
    assert_eq!(model(&client.response()), "gpt-3.5-turbo");
    drop(client);
    leak_check.finish(&nginx, 1);
}

#[test]
fn error_page_does_not_replace_errors_of_the_module() {
    let nginx = start(
        "",
        "error_page 404 405 500 /file.txt; recursive_error_pages on;
         llm_mock_first_delay $http_x_time;",
    );
    nginx.expect_error("invalid value \"soon\"");
    let leak_check = LeakCheck::begin(&nginx);
    let mut client = Client::connect(&nginx);
    for (request, status) in [
        (request("GET", "/nowhere", &[]), 404),
        (request("GET", "/v1/chat/completions", &[]), 405),
        (chat(&[("X-Time", "soon")], ""), 500),
    ] {
        client.send(request);
        let response = client.response();
        assert_eq!(response.status, status);
        assert!(response.json()["error"].is_object());
    }
    drop(client);
    leak_check.finish(&nginx, 3);
}

#[test]
fn x_accel_redirect_leads_to_the_module() {
    if !require(&["http_proxy_module"]) {
        return;
    }
    let nginx = start(
        "server { listen 127.0.0.1:@port2@;
             location /named/ { add_header X-Accel-Redirect @mock; return 200 unseen; }
             location /path/ { add_header X-Accel-Redirect /health; return 200 unseen; }
             location /loop/ { add_header X-Accel-Redirect /loop/; return 200 unseen; } }",
        "location ~ ^/(named|path|loop)/ { proxy_pass http://127.0.0.1:@port2@; }",
    );
    nginx.expect_error("rewrite or internal redirection cycle");
    let leak_check = LeakCheck::begin(&nginx);
    let responses = send_chats(
        &nginx,
        &[
            "/named/v1/chat/completions",
            "/path/",
            "/named/v1/completions/nowhere",
            "/loop/",
        ],
    );
    // The module gets the body that the proxy has read.
    assert_eq!(model(&responses[0]), "requested");
    assert_eq!(responses[1].text(), HEALTH);
    assert_eq!(responses[2].status, 404);
    assert_eq!(responses[3].status, 500);
    // The upstream logs, too: three requests, and eleven of the loop.
    leak_check.finish(&nginx, 4 + 3 + 11);
}
