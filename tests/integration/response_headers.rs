//! The status and the headers of every kind of reply.

use std::collections::HashSet;

use crate::support::client::{Client, chat, request};
use crate::support::http::Reply;
use crate::support::nginx::{Conf, Nginx};

const CHAT: &str = "/v1/chat/completions";

/// What every reply has.
fn sound(reply: &Reply) {
    assert_eq!(reply.all("connection").len(), 1, "{}", reply.head);
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let id = reply.header("x-request-id").unwrap();
    let random = id.strip_prefix("req_").unwrap();
    assert_eq!(random.len(), 32, "{id}");
    // A body has one end, said in one way.
    let framings = [
        reply.header("content-length"),
        reply.header("transfer-encoding"),
    ];
    let expected = usize::from(reply.status != 204);
    assert_eq!(
        framings.iter().flatten().count(),
        expected,
        "{}",
        reply.head
    );
}

fn is_error(reply: &Reply, status: u16, kind: &str) -> String {
    assert_eq!(reply.status, status);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let json = reply.json();
    let error = json["error"].as_object().unwrap();
    let keys: HashSet<&str> = error.keys().map(String::as_str).collect();
    assert_eq!(keys, HashSet::from(["message", "type", "param", "code"]));
    assert_eq!(error["type"], kind);
    error["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_stream_is_not_cached_and_not_buffered() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let reply = nginx.chat("");
    sound(&reply);
    assert_eq!(reply.header("content-type"), Some("text/event-stream"));
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
    assert_eq!(reply.header("x-accel-buffering"), Some("no"));
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
}

#[test]
fn a_plain_reply_is_json_of_known_length() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let reply = nginx.chat(r#"{"stream":false}"#);
    sound(&reply);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert!(reply.header("content-length").is_some());
}

#[test]
fn an_unknown_path_is_openais_404() {
    let nginx = Nginx::start("");
    for path in ["/", "/v1/model", "/v1/chat/completions/", "/v1/chat"] {
        for method in ["GET", "POST", "PUT"] {
            let reply = nginx.ask(request(method, path, &[]));
            sound(&reply);
            let message = is_error(&reply, 404, "invalid_request_error");
            assert!(message.contains(&format!("{method} {path}.")), "{message}");
            assert_eq!(reply.json()["error"]["code"], "unknown_url");
        }
    }
    // What the path holds comes back as text.
    let reply = nginx.ask(request("GET", "/a%22b%0a%ff%00", &[]));
    assert_eq!(reply.status, 400, "nginx takes no NUL in a path");
    let reply = nginx.ask(request("GET", "/a%22b%0a%ff", &[]));
    let message = is_error(&reply, 404, "invalid_request_error");
    assert!(message.contains("/a\"b\n\u{fffd}."), "{message}");
}

#[test]
fn another_method_is_a_405_that_names_the_right_ones() {
    let nginx = Nginx::start("");
    for (methods, path, allow) in [
        (
            ["GET", "PUT", "DELETE", "PATCH"],
            CHAT,
            "POST, HEAD, OPTIONS",
        ),
        (
            ["POST", "PUT", "DELETE", "BREW"],
            "/health",
            "GET, HEAD, OPTIONS",
        ),
    ] {
        for method in methods {
            let reply = nginx.ask(request(method, path, &[]));
            sound(&reply);
            let message = is_error(&reply, 405, "invalid_request_error");
            assert!(message.contains(method), "{message}");
            assert_eq!(reply.header("allow"), Some(allow));
        }
    }
}

#[test]
fn a_preflight_gets_what_a_browser_needs() {
    let nginx = Nginx::start("");
    let asked = "authorization,content-type,x-stainless-os";
    let headers = [
        ("Origin", "https://app.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", asked),
    ];
    let mut client = Client::connect(&nginx);
    client.send(request("OPTIONS", CHAT, &headers));
    let reply = client.reply();
    sound(&reply);
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-headers"), Some(asked));
    let methods = reply.header("access-control-allow-methods").unwrap();
    assert!(
        methods.split(", ").any(|method| method == "POST"),
        "{methods}"
    );
    let age: u32 = reply
        .header("access-control-max-age")
        .unwrap()
        .parse()
        .unwrap();
    assert!(age > 0);
    assert!(reply.body.is_empty());
    // The request that follows on the same connection.
    client.send(chat(&headers[..1], r#"{"stream":false}"#));
    sound(&client.reply());
}

#[test]
fn head_gets_the_headers_alone() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let mut client = Client::connect(&nginx);
    for (path, status, content_type) in [
        (CHAT, 200, "text/event-stream"),
        ("/health", 200, "application/json"),
        ("/nowhere", 404, "application/json"),
    ] {
        client.send(request("HEAD", path, &[]));
        let reply = client.reply_to_head();
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("content-type"), Some(content_type));
        assert_eq!(reply.all("connection").len(), 1, "{}", reply.head);
        // A body would be taken for the next reply.
        client.send(request("GET", "/health", &[]));
        assert_eq!(client.reply().text(), r#"{"status":"ok"}"#);
    }
}

#[test]
fn head_follows_llm_mock_stream() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on;
            location /always/ { llm_mock_stream always; }
            location /never/ { llm_mock_stream never; }",
        ..Conf::default()
    });
    for (path, content_type) in [
        ("/always/v1/messages", "text/event-stream"),
        ("/always/v1/chat/completions", "text/event-stream"),
        ("/never/v1/chat/completions", "application/json"),
    ] {
        let mut client = Client::connect(&nginx);
        client.send(request("HEAD", path, &[]));
        let reply = client.reply_to_head();
        assert_eq!(reply.header("content-type"), Some(content_type), "{path}");
    }
}

#[test]
fn health_is_ok() {
    let nginx = Nginx::start("");
    for path in ["/health", "/prefix/health", "/health?x=1"] {
        let reply = nginx.ask(request("GET", path, &[]));
        sound(&reply);
        assert_eq!((reply.status, reply.text()), (200, r#"{"status":"ok"}"#));
        assert_eq!(reply.header("content-type"), Some("application/json"));
    }
}

#[test]
fn a_prefix_before_the_path_and_arguments_after_it_do_not_matter() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for path in [
        "/openai/deployments/x/v1/chat/completions",
        "/v1/chat/completions?api-version=1",
    ] {
        let reply = nginx.ask(request("POST", path, &[]));
        assert_eq!(
            reply.header("content-type"),
            Some("text/event-stream"),
            "{path}"
        );
    }
}

#[test]
fn each_request_has_an_id_of_its_own() {
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
            ids.insert(client.reply().header("x-request-id").unwrap().to_owned());
        }
    }
    assert_eq!(ids.len(), 200);
}

#[test]
fn conditions_do_not_apply_to_what_is_made_anew() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for condition in ["If-Match", "If-None-Match"] {
        let reply = nginx.ask(chat(&[(condition, "*")], ""));
        assert_eq!(reply.status, 200, "{condition}");
    }
    let never = [("If-Match", "\"x\"")];
    assert_eq!(nginx.ask(chat(&never, "")).status, 200);
}
