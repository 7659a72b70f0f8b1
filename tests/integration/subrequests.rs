//! Subrequests that it answers, and that come before it: each ends once, and
//! with its main request.

use crate::support::client::{Client, chat, request};
use crate::support::leak_check::Ledger;
use crate::support::nginx::{Conf, Nginx, has_module};
use crate::support::stream::stream;

const SERVED: &str = "powered by openai";

#[test]
fn auth_request_asks_it_and_comes_before_it() {
    if !has_module("http_auth_request_module") {
        println!("left out: this nginx has no auth_request");
        return;
    }
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; llm_mock_delay 1ms;
            location / {}
            location /file/ { llm_mock off; auth_request /health; alias ./; }
            location /stream/ { auth_request /health; }
            location /denied/ { auth_request /deny; }
            location = /deny { internal; error_page 401 @refusal; return 401; }
            location @refusal {}
            location /odd/ { auth_request /nowhere; }
            location /stranger/ { auth_request /v1/chat/completions; }",
        files: &[("file.txt", "from a file")],
        ..Conf::default()
    });
    nginx.expect_error("auth request unexpected status: 404");
    nginx.expect_error("auth request unexpected status: 405");
    let ledger = Ledger::open(&nginx);
    let chat_below = |prefix: &str| {
        let text = String::from_utf8(chat(&[], r#"{"model":"asked"}"#)).unwrap();
        text.replacen("POST ", &format!("POST {prefix}"), 1)
    };
    for _ in 0..3 {
        let mut client = Client::connect(&nginx);
        client.send(request("GET", "/file/file.txt", &[]));
        assert_eq!(client.reply().text(), "from a file");
        client.send(chat_below("/stream"));
        assert_eq!(stream(&client.reply()).model, "asked");
        client.send(chat_below("/denied"));
        assert_eq!(client.reply().status, 401);
        // Neither yes nor no.
        for prefix in ["/odd", "/stranger"] {
            let mut client = Client::connect(&nginx);
            client.send(chat_below(prefix));
            assert_eq!(client.reply().status, 500, "{prefix}");
        }
    }
    ledger.close(&nginx, 3 * 5);
}

#[test]
fn a_mirrored_stream_may_outlast_the_reply() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 1ms; log_subrequest on;
            location / { llm_mock on; mirror /mirror/v1/chat/completions; }
            location /mirror/ { internal; llm_mock on; llm_mock_first_delay 200ms; }
            location = /health { llm_mock on; }",
        ..Conf::default()
    });
    let ledger = Ledger::open(&nginx);
    let mut stays = Client::connect(&nginx);
    for ask in [
        chat(&[], ""),
        chat(&[], r#"{"stream":false}"#),
        request("POST", "/nowhere", &[("Content-Length", "0")]),
    ] {
        stays.send(&ask);
        assert!(matches!(stays.reply().status, 200 | 404));
        // Leaves after its reply, before the mirror has said a word.
        let mut leaves = Client::connect(&nginx);
        leaves.send(&ask);
        leaves.reply();
    }
    drop(stays);
    ledger.close(&nginx, 2 * 6);
}

#[test]
fn a_mirrored_stream_ends_with_a_client_that_leaves_within_the_reply() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 1h;
            location / { llm_mock on; mirror /mirror/v1/chat/completions; }
            location /mirror/ { internal; llm_mock on; }
            location = /health { llm_mock on; }",
        ..Conf::default()
    });
    let ledger = Ledger::open(&nginx);
    for _ in 0..20 {
        let mut client = Client::connect(&nginx);
        client.send(chat(&[], ""));
        client.wait_for("powered ");
    }
    ledger.close(&nginx, 20);
}

#[test]
fn pages_that_include_pages_that_include_it() {
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
    let ledger = Ledger::open(&nginx);
    let [health, error] = ["/health", "/nowhere"].map(|path| {
        let reply = nginx.ask(request("GET", path, &[]));
        reply.text().to_owned()
    });
    let mut client = Client::connect(&nginx);
    for _ in 0..3 {
        client.send(request("GET", "/pages/outer.html", &[]));
        let reply = client.reply();
        assert_eq!(reply.text(), format!("[{health}{error},{health}{error}]"));
    }
    client.send(chat(&[], ""));
    assert_eq!(stream(&client.reply()).text(), SERVED);
    drop(client);
    // Of a page, itself, two pages within and two replies within each.
    ledger.close(&nginx, 2 + 3 * 7 + 1);
}
