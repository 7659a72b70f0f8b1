//! Ids are unique, and `created` is the current time.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

#[test]
fn request_ids_are_unique() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let mut client = Client::connect(&nginx);
    let mut ids = HashSet::new();
    for _ in 0..50 {
        for bytes in [
            chat(&[], ""),
            chat(&[], r#"{"stream":false}"#),
            request("GET", "/health", &[]),
            request("GET", "/nowhere", &[]),
        ] {
            client.send(bytes);
            ids.insert(client.response().header("x-request-id").unwrap().to_owned());
        }
    }
    assert_eq!(ids.len(), 200);
}

#[test]
fn ids_are_unique_across_workers_and_restarts() {
    let mut ids = HashSet::new();
    let mut request_ids = HashSet::new();
    let conf = Conf {
        workers: 2,
        // Distributes connections over the workers.
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
                let response = client.response();
                let completion = stream(&response);
                let random = completion.id.strip_prefix("chatcmpl-").unwrap();
                assert_eq!(random.len(), 29, "{random}");
                assert!(
                    random.bytes().all(|b| b.is_ascii_alphanumeric()),
                    "{random}"
                );
                workers.insert(completion.text());
                ids.insert(completion.id);
                request_ids.insert(response.header("x-request-id").unwrap().to_owned());
            }
        }
    }
    assert_eq!(ids.len(), 2_000);
    assert_eq!(request_ids.len(), 2_000);
    assert_eq!(workers.len(), 4, "two workers, and two after the restart");
}

#[test]
fn created_is_the_current_time() {
    let unix = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
    };
    let nginx = Nginx::start("llm_mock_delay 0;");
    let before = unix();
    let created = stream(&nginx.chat("")).created;
    // nginx caches the time before it waits for events.
    assert!((before - 1..=unix()).contains(&created), "{created}");
}
