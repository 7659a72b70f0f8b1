//! nginx's phases before the content phase: `if`, `rewrite`, `return`, limits and
//! access rules.

use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, chat_at, request};
use crate::support::leak_check::LeakCheck;
use crate::support::nginx::{Conf, Nginx, require, until};
use crate::support::stream::stream;

const TEXT: &str = "powered by openai";

fn start(http: &str, server: &str) -> Nginx {
    Nginx::with(&Conf {
        http,
        server: &format!("llm_mock_delay 1ms; {server} location / {{ llm_mock on; }}"),
        ..Conf::default()
    })
}

/// Asserts that the next response is a stream for the body of [`chat_at`].
fn assert_streams(client: &mut Client, what: &str) {
    let completion = stream(&client.response());
    assert_eq!(
        (completion.text().as_str(), completion.model.as_str()),
        (TEXT, "requested"),
        "{what}"
    );
}

#[test]
fn if_block_keeps_the_settings_of_its_location() {
    let nginx = start(
        "",
        "location /if/ { llm_mock on; llm_mock_model mine; llm_mock_reply theirs;
             if ($arg_set) { set $set 1; }
             if ($arg_return) { return 204; }
             if ($arg_limit) { limit_rate 100k; } }",
    );
    let leak_check = LeakCheck::begin(&nginx);
    let mut client = Client::connect(&nginx);
    for arguments in ["", "?set=1", "?limit=1", "?set=1&limit=1"] {
        let path = format!("/if/v1/chat/completions{arguments}");
        client.send(request("POST", &path, &[]));
        let completion = stream(&client.response());
        assert_eq!(
            (completion.text().as_str(), completion.model.as_str()),
            ("theirs", "mine"),
            "{arguments}"
        );
    }
    client.send(chat_at("/if/v1/chat/completions?return=1", &[]));
    assert_eq!(client.response().status, 204);
    drop(client);
    leak_check.finish(&nginx, 5);
}

#[test]
fn rewrite_leads_to_the_module_and_return_precedes_it() {
    let nginx = start(
        "",
        "location /last/ { rewrite ^ /v1/chat/completions last; }
         location /break/ { llm_mock on; rewrite ^ /v1/chat/completions break; }
         location /away/ { llm_mock on; rewrite ^/away(/.*)$ $1 redirect; }
         location /return/ { llm_mock on; return 200 returned; }
         location /loop/ { llm_mock on; rewrite ^ /loop/ last; }",
    );
    nginx.expect_error("rewrite or internal redirection cycle");
    let leak_check = LeakCheck::begin(&nginx);
    let mut client = Client::connect(&nginx);
    for path in ["/last/", "/break/"] {
        client.send(chat_at(path, &[]));
        assert_streams(&mut client, path);
    }
    client.send(chat_at("/away/v1/chat/completions", &[]));
    let response = client.response();
    assert_eq!(response.status, 302);
    let target = response.header("location").unwrap();
    assert!(target.ends_with("/v1/chat/completions") && !target.contains("away"));
    client.send(chat_at("/return/v1/chat/completions", &[]));
    assert_eq!(client.response().text(), "returned");
    client.send(chat_at("/v1/chat/completions", &[]));
    assert_streams(&mut client, "after the others");
    client.send(chat_at("/loop/", &[]));
    assert_eq!(client.response().status, 500);
    drop(client);
    leak_check.finish(&nginx, 6);
}

#[test]
fn satisfy_and_limit_except_precede_the_module() {
    if !require(&["http_access_module", "http_auth_basic_module"]) {
        return;
    }
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; llm_mock_delay 1ms; auth_basic_user_file users;
            location / {}
            location /any/ { satisfy any; deny all; auth_basic mock; }
            location /all/ { satisfy all; allow all; auth_basic mock; }
            location /post/ { limit_except POST { deny all; } }",
        files: &[("users", "ada:{PLAIN}secret\n")],
        ..Conf::default()
    });
    nginx.expect_error("access forbidden by rule");
    nginx.expect_error("password mismatch");
    let leak_check = LeakCheck::begin(&nginx);
    // ada:secret and ada:wrong
    let right = [
        ("Authorization", "Basic YWRhOnNlY3JldA=="),
        ("Accept", "*/*"),
    ];
    let wrong = [("Authorization", "Basic YWRhOndyb25n")];
    let mut client = Client::connect(&nginx);
    for path in ["/any/v1/chat/completions", "/all/v1/chat/completions"] {
        for headers in [&[], wrong.as_slice()] {
            client.send(chat_at(path, headers));
            let response = client.response();
            assert_eq!(response.status, 401, "{path}");
            assert!(response.header("www-authenticate").is_some(), "{path}");
        }
        client.send(chat_at(path, &right));
        let response = client.response().json();
        assert_eq!(response["model"], "requested", "{path}");
    }
    client.send(chat_at("/post/v1/chat/completions", &[]));
    assert_streams(&mut client, "POST");
    client.send(request("GET", "/post/health", &[]));
    assert_eq!(client.response().status, 403);
    drop(client);
    leak_check.finish(&nginx, 8);
}

#[test]
fn limit_conn_slot_is_freed_after_each_kind_of_request() {
    if !require(&["http_limit_conn_module"]) {
        return;
    }
    let nginx = start(
        "limit_conn_zone $server_port zone=one:1m;",
        "limit_conn one 1; error_page 413 @mock; location @mock { llm_mock on; }
         location /small/ { llm_mock on; client_max_body_size 1; }
         location /slow/ { llm_mock on; llm_mock_delay 1h; }",
    );
    nginx.expect_error("client intended to send too large body");
    nginx.expect_error("limiting connections by zone");
    let leak_check = LeakCheck::begin(&nginx);
    let mut requests = 0;
    for _ in 0..5 {
        let mut client = Client::connect(&nginx);
        for (request, status) in [
            (chat_at("/v1/chat/completions", &[]), 200),
            (chat(&[], r#"{"stream":false}"#), 200),
            (request("GET", "/health", &[]), 200),
            (request("GET", "/v1/chat/completions", &[]), 405),
            (chat_at("/nowhere", &[]), 404),
            (chat_at("/small/v1/chat/completions", &[]), 413),
        ] {
            client.send(&request);
            let shown = String::from_utf8_lossy(&request).into_owned();
            assert_eq!(client.response().status, status, "{shown}");
            requests += 1;
        }
        // After a 413 nginx closes the connection and waits for the client to close.
        assert!(client.is_closed());
        drop(client);
        let wait_until_finished = |requests: usize| {
            until("the slot is free", || {
                (nginx.access_log().len() == requests + 1).then_some(())
            });
        };
        wait_until_finished(requests);
        let mut slow = Client::connect(&nginx);
        slow.send(chat_at("/slow/v1/chat/completions", &[]));
        slow.wait_for("powered ");
        assert_eq!(nginx.chat("").status, 503);
        drop(slow);
        requests += 2;
        wait_until_finished(requests);
    }
    leak_check.finish(&nginx, requests);
}

#[test]
fn requests_delayed_by_limit_req_are_served_or_freed() {
    if !require(&["http_limit_req_module"]) {
        return;
    }
    let nginx = start(
        "limit_req_zone $arg_zone zone=rate:1m rate=20r/s;",
        "limit_req zone=rate burst=10;",
    );
    let leak_check = LeakCheck::begin(&nginx);
    let sent_at = Instant::now();
    let mut clients: Vec<Client> = (0..6).map(|_| Client::connect(&nginx)).collect();
    for client in &mut clients {
        client.send(chat_at("/v1/chat/completions?zone=served", &[]));
    }
    for client in &mut clients {
        assert_streams(client, "delayed");
    }
    // Five requests wait, each 50 ms longer than the one before.
    let took = sent_at.elapsed();
    assert!(took > Duration::from_millis(240), "{took:?}");
    for client in &mut clients {
        client.send(chat_at("/v1/chat/completions?zone=disconnected", &[]));
    }
    drop(clients);
    leak_check.finish(&nginx, 12);
}
