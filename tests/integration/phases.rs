//! What nginx does before the content: `if`, `rewrite`, `return`, limits, and
//! who has access.

use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, request};
use crate::support::leak_check::Ledger;
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::stream;

const SERVED: &str = "powered by openai";

fn start(http: &str, server: &str) -> Nginx {
    Nginx::with(&Conf {
        http,
        server: &format!("llm_mock_delay 1ms; {server} location / {{ llm_mock on; }}"),
        ..Conf::default()
    })
}

/// A chat request to another path, with a body that names a model.
fn chat_at(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let text = String::from_utf8(chat(headers, r#"{"model":"asked"}"#)).unwrap();
    text.replacen("/v1/chat/completions", path, 1).into_bytes()
}

/// Asserts that the next reply is a stream for that body.
fn streams(client: &mut Client, what: &str) {
    let said = stream(&client.reply());
    assert_eq!(
        (said.text().as_str(), said.model.as_str()),
        (SERVED, "asked"),
        "{what}"
    );
}

#[test]
fn a_condition_keeps_the_location_s_settings() {
    let nginx = start(
        "",
        "location /if/ { llm_mock on; llm_mock_model mine; llm_mock_reply theirs;
             if ($arg_set) { set $set 1; }
             if ($arg_return) { return 204; }
             if ($arg_limit) { limit_rate 100k; } }",
    );
    let ledger = Ledger::open(&nginx);
    let mut client = Client::connect(&nginx);
    for arguments in ["", "?set=1", "?limit=1", "?set=1&limit=1"] {
        let path = format!("/if/v1/chat/completions{arguments}");
        client.send(request("POST", &path, &[]));
        let said = stream(&client.reply());
        assert_eq!(
            (said.text().as_str(), said.model.as_str()),
            ("theirs", "mine"),
            "{arguments}"
        );
    }
    client.send(chat_at("/if/v1/chat/completions?return=1", &[]));
    assert_eq!(client.reply().status, 204);
    drop(client);
    ledger.close(&nginx, 5);
}

#[test]
fn a_rewrite_leads_in_and_a_return_comes_first() {
    let nginx = start(
        "",
        "location /last/ { rewrite ^ /v1/chat/completions last; }
         location /break/ { llm_mock on; rewrite ^ /v1/chat/completions break; }
         location /away/ { llm_mock on; rewrite ^/away(/.*)$ $1 redirect; }
         location /return/ { llm_mock on; return 200 returned; }
         location /loop/ { llm_mock on; rewrite ^ /loop/ last; }",
    );
    nginx.expect_error("rewrite or internal redirection cycle");
    let ledger = Ledger::open(&nginx);
    let mut client = Client::connect(&nginx);
    for path in ["/last/", "/break/"] {
        client.send(chat_at(path, &[]));
        streams(&mut client, path);
    }
    client.send(chat_at("/away/v1/chat/completions", &[]));
    let reply = client.reply();
    assert_eq!(reply.status, 302);
    let target = reply.header("location").unwrap();
    assert!(target.ends_with("/v1/chat/completions") && !target.contains("away"));
    client.send(chat_at("/return/v1/chat/completions", &[]));
    assert_eq!(client.reply().text(), "returned");
    client.send(chat_at("/v1/chat/completions", &[]));
    streams(&mut client, "after the others");
    client.send(chat_at("/loop/", &[]));
    assert_eq!(client.reply().status, 500);
    drop(client);
    ledger.close(&nginx, 6);
}

#[test]
fn satisfy_and_limit_except_decide_before_it() {
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
    let ledger = Ledger::open(&nginx);
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
            let reply = client.reply();
            assert_eq!(reply.status, 401, "{path}");
            assert!(reply.header("www-authenticate").is_some(), "{path}");
        }
        client.send(chat_at(path, &right));
        let reply = client.reply().json();
        assert_eq!(reply["model"], "asked", "{path}");
    }
    client.send(chat_at("/post/v1/chat/completions", &[]));
    streams(&mut client, "POST");
    client.send(request("GET", "/post/health", &[]));
    assert_eq!(client.reply().status, 403);
    drop(client);
    ledger.close(&nginx, 8);
}

#[test]
fn each_end_gives_its_place_in_limit_conn_back() {
    let nginx = start(
        "limit_conn_zone $server_port zone=one:1m;",
        "limit_conn one 1; error_page 413 @mock; location @mock { llm_mock on; }
         location /small/ { llm_mock on; client_max_body_size 1; }
         location /slow/ { llm_mock on; llm_mock_delay 1h; }",
    );
    nginx.expect_error("client intended to send too large body");
    nginx.expect_error("limiting connections by zone");
    let ledger = Ledger::open(&nginx);
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
            assert_eq!(client.reply().status, status, "{shown}");
            requests += 1;
        }
        // nginx closes the connection with a 413, and waits for the client to
        // do so.
        assert!(client.is_closed());
        drop(client);
        let all_done = |requests: usize| {
            until("the place is free", || {
                (nginx.access_log().len() == requests + 1).then_some(())
            });
        };
        all_done(requests);
        let mut leaves = Client::connect(&nginx);
        leaves.send(chat_at("/slow/v1/chat/completions", &[]));
        leaves.wait_for("powered ");
        assert_eq!(nginx.chat("").status, 503);
        drop(leaves);
        requests += 2;
        all_done(requests);
    }
    ledger.close(&nginx, requests);
}

#[test]
fn requests_that_limit_req_holds_back_are_served_or_freed() {
    let nginx = start(
        "limit_req_zone $arg_zone zone=rate:1m rate=20r/s;",
        "limit_req zone=rate burst=10;",
    );
    let ledger = Ledger::open(&nginx);
    let asked = Instant::now();
    let mut clients: Vec<Client> = (0..6).map(|_| Client::connect(&nginx)).collect();
    for client in &mut clients {
        client.send(chat_at("/v1/chat/completions?zone=served", &[]));
    }
    for client in &mut clients {
        streams(client, "held back");
    }
    // Five wait, 50 ms more each.
    let took = asked.elapsed();
    assert!(took > Duration::from_millis(240), "{took:?}");
    for client in &mut clients {
        client.send(chat_at("/v1/chat/completions?zone=left", &[]));
    }
    drop(clients);
    ledger.close(&nginx, 12);
}
