//! The wire format: byte for byte, headers too.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::client::{Client, chat};
use crate::support::http::Reply;
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

/// What differs from reply to reply gets a fixed value.
fn golden(reply: &Reply, id: &str, created: u64) -> String {
    let head: Vec<String> = reply
        .head
        .lines()
        .map(|line| match line.split_once(": ") {
            Some((name @ ("Date" | "Server" | "x-request-id"), _)) => format!("{name}: ..."),
            _ => line.to_owned(),
        })
        .collect();
    let body = reply
        .text()
        .replace(id, "chatcmpl-...")
        .replace(&created.to_string(), "1234567890");
    format!("{}\n\n{body}", head.join("\n"))
}

#[test]
fn the_stream_is_the_seeds_byte_for_byte() {
    let nginx = Nginx::start("");
    let reply = nginx.chat(r#"{"messages":[{"role":"user","content":"hi"}],"stream":true}"#);
    let said = stream(&reply);
    insta::assert_snapshot!(golden(&reply, &said.id, said.created));
}

#[test]
fn the_plain_reply_is_openais_object_byte_for_byte() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let reply = nginx.chat(r#"{"messages":[{"role":"user","content":"hi"}],"stream":false}"#);
    let json = reply.json();
    let id = json["id"].as_str().unwrap();
    let created = json["created"].as_u64().unwrap();
    insta::assert_snapshot!(golden(&reply, id, created));
}

#[test]
fn created_is_now() {
    let unix = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
    };
    let nginx = Nginx::start("llm_mock_delay 0;");
    let before = unix();
    let created = stream(&nginx.chat("")).created;
    // nginx reads its clock before it waits for events.
    assert!((before - 1..=unix()).contains(&created), "{created}");
}

#[test]
fn no_id_comes_twice_across_workers_and_restarts() {
    let mut ids = HashSet::new();
    let mut request_ids = HashSet::new();
    let conf = Conf {
        workers: 2,
        // Spreads connections over the workers.
        listen: "reuseport",
        server: r#"location / { llm_mock on; llm_mock_reply "$pid"; llm_mock_delay 0; }"#,
        ..Conf::default()
    };
    let mut workers = HashSet::new();
    for _ in ["first", "restarted"] {
        let nginx = Nginx::with(&conf);
        for _ in 0..25 {
            let mut client = Client::connect(&nginx);
            client.send(chat(&[], "").repeat(40));
            for _ in 0..40 {
                let reply = client.reply();
                let said = stream(&reply);
                let random = said.id.strip_prefix("chatcmpl-").unwrap();
                assert_eq!(random.len(), 29, "{random}");
                assert!(
                    random.bytes().all(|b| b.is_ascii_alphanumeric()),
                    "{random}"
                );
                workers.insert(said.text());
                ids.insert(said.id);
                request_ids.insert(reply.header("x-request-id").unwrap().to_owned());
            }
        }
    }
    assert_eq!(ids.len(), 2_000);
    assert_eq!(request_ids.len(), 2_000);
    assert_eq!(workers.len(), 4, "two workers, and two after the restart");
}
