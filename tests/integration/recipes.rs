//! The recipes of `docs/recipes.md` do what they promise, and the examples of
//! the other pages work as they are.

mod examples;
mod pages;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::examples::{Example, blocks};
use crate::support::client::{Client, chat, post, request};
use crate::support::http::Response;
use crate::support::nginx::{Nginx, until};
use crate::support::stream::stream;

const SERVED: &str = "powered by openai";

/// A test starts with the recipe's heading.
fn recipe(heading: &str) -> Example {
    Example::of_recipe(heading)
}

/// The body of a request with one message.
fn asking(prompt: &str) -> String {
    json!({"model": "m", "messages": [{"role": "user", "content": prompt}]}).to_string()
}

/// The status of each of so many requests with the same headers. Each has its
/// own connection: nginx closes one after a 500.
fn statuses(nginx: &Nginx, headers: &[(&str, &str)], requests: usize) -> Vec<u16> {
    let ask = || nginx.send(chat(headers, "")).status;
    (0..requests).map(|_| ask()).collect()
}

/// The time that each logged request took.
fn times(nginx: &Nginx) -> Vec<f64> {
    let lines = nginx.access_log();
    let seconds = lines.iter().map(|line| line.split(' ').nth(2).unwrap());
    seconds.map(|it| it.parse().unwrap()).collect()
}

fn error(reply: &Response) -> Value {
    reply.json()["error"].clone()
}

#[test]
fn every_recipe_has_a_test() {
    let tests = include_str!("recipes.rs");
    for block in blocks(include_str!("../../docs/recipes.md")) {
        let call = format!("recipe(\"{}\")", block.heading);
        assert!(tests.contains(&call), "no {call}");
    }
}

#[test]
fn a_prompt_selects_the_reply() {
    let recipe = recipe("Replies by prompt").inheriting("llm_mock_delay 0;");
    let nginx = recipe.start().unwrap();
    for (prompt, expected) in [
        ("What is the Capital of France?", "Paris."),
        ("How is the weather?", "Sunny, 21 degrees."),
        ("Who are you?", "I do not know."),
    ] {
        assert_eq!(stream(&nginx.chat(asking(prompt))).text(), expected);
    }
    assert_eq!(stream(&nginx.chat("")).text(), "I do not know.");
}

#[test]
fn a_prompt_selects_the_reply_up_to_the_size_of_the_buffer() {
    let recipe = recipe("Replies by prompt");
    let recipe = recipe.inheriting("llm_mock_delay 0; client_body_buffer_size 32k;");
    let nginx = recipe.start().unwrap();
    let reply = |bytes| {
        let prompt = format!("{} weather", "x".repeat(bytes));
        stream(&nginx.chat(asking(&prompt))).text()
    };
    assert_eq!(reply(30_000), "Sunny, 21 degrees.");
    // nginx lets a buffer grow by a quarter rather than open a file.
    assert_eq!(reply(50_000), "I do not know.");
}

#[test]
fn a_base_url_selects_the_scenario() {
    let nginx = recipe("Scenarios by base URL").start().unwrap();
    for (base, status) in [("/v1", 200), ("/busy/v1", 429), ("/broken/v1", 500)] {
        let reply = nginx.post(&format!("{base}/chat/completions"), "");
        assert_eq!(reply.status, status, "{base}");
    }
    let asked = Instant::now();
    let reply = nginx.post("/slow/v1/chat/completions", "");
    assert_eq!(stream(&reply).text(), SERVED);
    assert!(reply.first_byte_at - asked >= Duration::from_millis(1_999));
}

#[test]
fn njs_repeats_the_last_message() {
    let recipe = recipe("Last message repeated, with njs").inheriting("llm_mock_delay 0;");
    let Some(nginx) = recipe.start() else { return };
    let reply = nginx.chat(asking("Say \"hi\"\nto 世界"));
    assert_eq!(stream(&reply).text(), "You wrote: Say \"hi\"\nto 世界");
    assert_eq!(stream(&nginx.chat("{")).text(), "You wrote: ");
}

#[test]
fn no_delay_means_one_write() {
    let nginx = recipe("No delay").start().unwrap();
    let reply = nginx.chat("");
    assert_eq!(stream(&reply).text(), SERVED);
    assert_eq!(reply.chunks.len(), 1);
}

#[test]
fn the_client_sets_the_delay() {
    let nginx = recipe("Delay set by the client").start().unwrap();
    let took = |value| {
        let asked = Instant::now();
        let reply = nginx.send(chat(&[("X-ITL-ms", value)], ""));
        assert_eq!(stream(&reply).text(), SERVED);
        (reply.chunks.len(), reply.last_byte_at - asked)
    };
    assert_eq!(took("0").0, 1);
    assert!(took("300").1 >= Duration::from_millis(599));
    assert!(took("soon").1 >= Duration::from_millis(99));
}

#[test]
fn a_model_selects_the_delays() {
    let nginx = recipe("Delays by model").start().unwrap();
    let took = |body: &str| {
        let asked = Instant::now();
        let reply = nginx.chat(body);
        assert_eq!(stream(&reply).text(), SERVED);
        reply.last_byte_at - asked
    };
    // Two gaps of 50 ms; two of 10 ms, which on a busy machine may take longer.
    let default = Duration::from_millis(99);
    assert!(took(r#"{"model":"gpt-4o"}"#) >= default);
    until("a reply with short gaps", || {
        let took = took(r#"{"model":"gpt-4o-mini"}"#);
        (took < default).then_some(())
    });
    assert!(took(r#"{"messages":[],"model" : "o3-mini"}"#) >= Duration::from_millis(1_099));
}

#[test]
fn replies_start_in_classes() {
    let recipe = recipe("Classes of time to first token").inheriting("llm_mock_delay 0;");
    let nginx = recipe.start().unwrap();
    let mut clients: Vec<_> = (0..200).map(|_| Client::connect(&nginx)).collect();
    for client in &mut clients {
        client.send(chat(&[], ""));
    }
    // That no request of 200 is in the class of 9% happens once in 1e8 runs.
    let log = until("replies of two classes", || {
        let log = times(&nginx);
        let second = log.iter().filter(|&&time| time >= 0.999).count();
        (second > 0 && log.len() - second >= 100).then_some(log)
    });
    assert!(log.iter().all(|&time| time >= 0.199), "{log:?}");
}

#[test]
fn a_stream_stalls() {
    let text = "word ".repeat(200);
    let directives = format!("llm_mock_delay 0; llm_mock_reply \"{text}\";");
    let nginx = recipe("Stalled stream")
        .inheriting(&directives)
        .start()
        .unwrap();
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("word ");
    drop(client);
    let line = until("the request is logged", || nginx.access_log().pop());
    let sent: u64 = line.split(' ').nth(1).unwrap().parse().unwrap();
    // 1 KB with the header, and what later seconds have added.
    assert!((300..1_100).contains(&sent), "{line}");
}

#[test]
fn some_requests_fail() {
    let recipe = recipe("Random failures").inheriting("llm_mock_delay 0;");
    let nginx = recipe.start().unwrap();
    // That none of 2,000 is 500 happens once in 5e8 runs.
    let statuses = statuses(&nginx, &[], 2_000);
    let count = |status| statuses.iter().filter(|&&it| it == status).count();
    let (served, limited, broken) = (count(200), count(429), count(500));
    assert_eq!(served + limited + broken, statuses.len());
    assert!(
        served > 1_800 && limited > 0 && broken > 0,
        "{served} {limited} {broken}"
    );
}

#[test]
fn a_key_selects_the_failure() {
    let nginx = recipe("Failures by API key").start().unwrap();
    for (key, status) in [
        ("Bearer sk-invalid", 401),
        ("Bearer sk-limited", 429),
        ("Bearer sk-broken", 500),
        ("Bearer sk-other", 200),
    ] {
        let found = statuses(&nginx, &[("Authorization", key)], 1);
        assert_eq!(found, [status], "{key}");
    }
}

#[test]
fn the_first_attempt_fails_and_the_retry_succeeds() {
    let nginx = recipe("First attempt fails, retry succeeds")
        .start()
        .unwrap();
    let attempt = |count| nginx.send(chat(&[("X-Stainless-Retry-Count", count)], ""));
    let first = attempt("0");
    assert_eq!(first.status, 429);
    assert_eq!(first.header("retry-after"), Some("1"));
    assert_eq!(error(&first)["code"], "rate_limit_exceeded");
    assert_eq!(stream(&attempt("1")).text(), SERVED);
    assert_eq!(stream(&nginx.chat("")).text(), SERVED);
}

#[test]
fn each_key_has_a_rate() {
    let recipe = recipe("Rate limit by API key").inheriting("llm_mock_delay 0;");
    let nginx = recipe.start().unwrap();
    nginx.tolerate_error("limiting requests");
    // All at once: ten a second could pass one by one.
    let keyed = chat(&[("Authorization", "Bearer sk-1")], "");
    let mut client = Client::connect(&nginx);
    client.send(keyed.repeat(200));
    let statuses_of_key: Vec<_> = (0..200).map(|_| client.response().status).collect();
    assert_eq!(statuses_of_key[..6], [200; 6]);
    assert!(statuses_of_key.contains(&429));
    assert_eq!(statuses(&nginx, &[], 50), [200; 50]);
}

#[test]
fn each_key_has_a_quota() {
    let recipe = recipe("Quota by API key, with Lua").inheriting("llm_mock_delay 0;");
    let Some(nginx) = recipe.start() else { return };
    for key in ["Bearer sk-1", "Bearer sk-2"] {
        let found = statuses(&nginx, &[("Authorization", key)], 5);
        assert_eq!(found, [200, 200, 200, 429, 429], "{key}");
    }
}

#[test]
fn a_chunk_is_malformed() {
    let recipe = recipe("Malformed chunks").inheriting("llm_mock_delay 1ms;");
    let Some(nginx) = recipe.start() else { return };
    let reply = nginx.chat("");
    let events: Vec<_> = reply.text().split("\n\n").collect();
    let is_json: Vec<_> = events
        .iter()
        .map(|event| event.strip_prefix("data: ").unwrap_or_default())
        .map(|data| serde_json::from_str::<Value>(data).is_ok())
        .collect();
    assert_eq!(is_json, [true, true, false, true, true, false, false]);
    assert!(events[2].contains(r#"{"content":"by },"#), "{}", events[2]);
    assert_eq!(events[5..], ["data: [DO", ""]);
}

#[test]
fn an_error_of_nginx_is_an_error_object() {
    let recipe = recipe("Errors of nginx as API errors").inheriting("client_max_body_size 1k;");
    let nginx = recipe.start().unwrap();
    nginx.expect_error("client intended to send too large body");
    nginx.expect_error("is not found");
    let large = "x".repeat(2_000);
    for request in [post("/v1/messages", &[], &large), request("GET", "/", &[])] {
        let reply = nginx.send(request);
        assert!(error(&reply)["message"].is_string(), "{}", reply.head);
    }
}
