//! Subrequests to the module, and subrequests before it: each is finished exactly
//! once, with its main request.

use crate::support::client::{Client, chat, chat_at, post, request};
use crate::support::leak_check::LeakCheck;
use crate::support::nginx::{Conf, Nginx, require};
use crate::support::stream::{parse, stream};

const TEXT: &str = "powered by openai";

#[test]
fn auth_request_to_the_module_and_before_it() {
    if !require(&["http_auth_request_module"]) {
        return;
    }
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; llm_mock_delay 1ms;
            location / {}
            location /file/ { llm_mock off; auth_request /health; alias ./; }
            location /stream/ { auth_request /health; }
            location /denied/ { auth_request /deny; }
            location = /deny { internal; error_page 401 @denied; return 401; }
            location @denied {}
            location /unknown/ { auth_request /nowhere; }
            location /chat/ { auth_request /v1/chat/completions; }",
        files: &[("file.txt", "from a file")],
        ..Conf::default()
    });
    nginx.expect_error("auth request unexpected status: 404");
    nginx.expect_error("auth request unexpected status: 405");
    let leak_check = LeakCheck::begin(&nginx);
    let chat_below = |prefix: &str| chat_at(&format!("{prefix}/v1/chat/completions"), &[]);
    for _ in 0..3 {
        let mut client = Client::connect(&nginx);
        client.send(request("GET", "/file/file.txt", &[]));
        assert_eq!(client.response().text(), "from a file");
        client.send(chat_below("/stream"));
        assert_eq!(stream(&client.response()).model, "requested");
        client.send(chat_below("/denied"));
        assert_eq!(client.response().status, 401);
        // Neither 2xx nor 401 nor 403.
        for prefix in ["/unknown", "/chat"] {
            let mut client = Client::connect(&nginx);
            client.send(chat_below(prefix));
            assert_eq!(client.response().status, 500, "{prefix}");
        }
    }
    leak_check.finish(&nginx, 3 * 5);
}

#[test]
fn mirrored_stream_outlasts_the_response() {
    if !require(&["http_mirror_module"]) {
        return;
    }
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 1ms; log_subrequest on;
            location / { llm_mock on; mirror /mirror/v1/chat/completions; }
            location /mirror/ { internal; llm_mock on; llm_mock_first_delay 200ms; }
            location = /health { llm_mock on; }",
        ..Conf::default()
    });
    let leak_check = LeakCheck::begin(&nginx);
    let mut other = Client::connect(&nginx);
    for (bytes, status) in [
        (chat(&[], ""), 200),
        (chat(&[], r#"{"stream":false}"#), 200),
        (post("/nowhere", &[], ""), 404),
    ] {
        other.send(&bytes);
        assert_eq!(other.response().status, status);
        // Disconnects after its response, before the mirror sends its first word.
        let mut disconnects = Client::connect(&nginx);
        disconnects.send(&bytes);
        assert_eq!(disconnects.response().status, status);
    }
    drop(other);
    leak_check.finish(&nginx, 2 * 6);
}

#[test]
fn mirrored_stream_ends_when_the_client_disconnects() {
    if !require(&["http_mirror_module"]) {
        return;
    }
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 1h;
            location / { llm_mock on; mirror /mirror/v1/chat/completions; }
            location /mirror/ { internal; llm_mock on; }
            location = /health { llm_mock on; }",
        ..Conf::default()
    });
    let leak_check = LeakCheck::begin(&nginx);
    for _ in 0..20 {
        let mut client = Client::connect(&nginx);
        client.send(chat(&[], ""));
        client.wait_for("powered ");
    }
    leak_check.finish(&nginx, 20);
}

#[test]
fn nested_ssi_pages_include_responses() {
    if !require(&["http_ssi_module"]) {
        return;
    }
    let inner = "<!--#include virtual=\"/health\"--><!--#include virtual=\"/nowhere\"-->";
    let outer = "[<!--#include virtual=\"/pages/inner.html\"-->,\
                 <!--#include virtual=\"/pages/inner.html\" wait=\"yes\"-->]";
    let nginx = Nginx::with(&Conf {
        server: "log_subrequest on;
            location / { llm_mock on; }
            location /pages/ { ssi on; alias ./; }",
        files: &[("inner.html", inner), ("outer.html", outer)],
        ..Conf::default()
    });
    let leak_check = LeakCheck::begin(&nginx);
    let [health, error] = ["/health", "/nowhere"].map(|path| {
        let response = nginx.send(request("GET", path, &[]));
        response.text().to_owned()
    });
    let mut client = Client::connect(&nginx);
    for _ in 0..3 {
        client.send(request("GET", "/pages/outer.html", &[]));
        let response = client.response();
        assert_eq!(
            response.text(),
            format!("[{health}{error},{health}{error}]")
        );
    }
    client.send(chat(&[], ""));
    assert_eq!(stream(&client.response()).text(), TEXT);
    drop(client);
    // For each page: itself, two included pages, and two responses in each of them.
    leak_check.finish(&nginx, 2 + 3 * 7 + 1);
}

#[test]
fn ssi_page_includes_responses() {
    if !require(&["http_ssi_module"]) {
        return;
    }
    let page = r#"[<!--#include virtual="/health"-->|<!--#include virtual="/nowhere"-->]"#;
    let nginx = Nginx::with(&Conf {
        server: "location / { llm_mock on; }
            location /page.html { root .; ssi on; }",
        files: &[("page.html", page)],
        ..Conf::default()
    });
    let response = nginx.send(request("GET", "/page.html", &[]));
    let (first, second) = response.text().split_once('|').unwrap();
    assert_eq!(first, r#"[{"status":"ok"}"#);
    assert!(second.contains("unknown_url"), "{second}");
    assert!(second.ends_with("}}]"), "{second}");
}

#[test]
fn mirrored_stream_leaves_the_response_unchanged() {
    if !require(&["http_mirror_module"]) {
        return;
    }
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 5ms;
            location / { llm_mock on; mirror /mirror/v1/chat/completions; }
            location /mirror/ { internal; llm_mock on; llm_mock_reply \"unseen\"; }",
        ..Conf::default()
    });
    let mut client = Client::connect(&nginx);
    for _ in 0..3 {
        client.send(chat(&[], r#"{"model":"m"}"#));
        let response = client.response();
        assert_eq!(parse(response.text()).text(), "powered by openai");
    }
}
