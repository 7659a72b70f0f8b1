//! Together with other modules of nginx: a proxy in front, a fallback of one,
//! subrequests.

use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;

use crate::support::client::{chat, request};
use crate::support::http::Reply;
use crate::support::memcheck;
use crate::support::nginx::{Conf, Nginx, until};
use crate::support::stream::{parse, stream};

/// 11 words that take 200 ms.
const TEXT: &str = "a b c d e f g h i j k";

/// A stream that something held back comes at once, in one chunk.
fn comes_bit_by_bit(reply: &Reply) -> bool {
    let took = reply.ended - reply.begun;
    memcheck::is_on() || (reply.chunks.len() > 5 && took > Duration::from_millis(100))
}

/// A proxy on the first port, the mock on the second.
fn proxied(proxy: &str) -> Nginx {
    Nginx::with(&Conf {
        http: &format!(
            "server {{ listen 127.0.0.1:@port2@;
                 llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms; location / {{ llm_mock on; }} }}"
        ),
        server: &format!("location / {{ proxy_pass http://127.0.0.1:@port2@; {proxy} }}"),
        ..Conf::default()
    })
}

#[test]
fn a_proxy_in_front_passes_the_words_on_as_they_come() {
    for proxy in [
        "proxy_buffering off;",
        "proxy_http_version 1.1; proxy_set_header Connection '';",
        // X-Accel-Buffering tells the proxy not to buffer.
        "proxy_buffering on;",
    ] {
        let nginx = proxied(proxy);
        let reply = nginx.chat(r#"{"model":"through"}"#);
        let said = stream(&reply);
        assert_eq!(
            (said.text().as_str(), said.model.as_str()),
            (TEXT, "through")
        );
        assert!(comes_bit_by_bit(&reply), "{proxy}");
        for header in [
            "x-request-id",
            "access-control-allow-origin",
            "cache-control",
        ] {
            assert!(reply.header(header).is_some(), "{proxy}: {header}");
        }
    }
}

#[test]
fn a_client_that_leaves_the_proxy_frees_the_request_behind_it() {
    let nginx = Nginx::with(&Conf {
        http: "server { listen 127.0.0.1:@port2@; llm_mock_delay 1h; location / { llm_mock on; } }",
        server: "location / { proxy_pass http://127.0.0.1:@port2@; }",
        ..Conf::default()
    });
    let mut client = crate::support::client::Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("powered ");
    drop(client);
    until("both requests are done with", || {
        (nginx.access_log().len() == 2).then_some(())
    });
}

#[test]
fn it_stands_in_for_an_upstream_that_is_down() {
    for status in ["=", "=200"] {
        let nginx = Nginx::with(&Conf {
            server: &format!(
                "llm_mock_delay 0;
                 location / {{ proxy_pass http://127.0.0.1:@port2@; error_page 502 {status} @mock; }}
                 location @mock {{ llm_mock on; }}"
            ),
            ..Conf::default()
        });
        nginx.expect_error("connect() failed");
        let said = stream(&nginx.chat(r#"{"model":"fallback"}"#));
        assert_eq!(
            (said.text().as_str(), said.model.as_str()),
            ("powered by openai", "fallback")
        );
    }
}

#[test]
fn an_action_after_the_reply_adds_nothing_to_it() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; location / { post_action /after/health; } location /after/ {}",
        ..Conf::default()
    });
    let mut client = crate::support::client::Client::connect(&nginx);
    for _ in 0..3 {
        client.send(request("GET", "/health", &[]));
        assert_eq!(client.reply().text(), r#"{"status":"ok"}"#);
    }
    client.send(chat(&[], ""));
    assert_eq!(stream(&client.reply()).text(), "powered by openai");
}

#[test]
fn an_action_after_a_client_that_left_runs_undisturbed() {
    // The action takes longer than the words of the stream that was left.
    let nginx = Nginx::with(&Conf {
        http: "server { listen 127.0.0.1:@port2@; llm_mock_first_delay 300ms; llm_mock_delay 0;
            location / { llm_mock on; } }",
        server: "location / { llm_mock on; llm_mock_delay 20ms; post_action /after; }
            location = /after {
                internal;
                rewrite ^ /v1/chat/completions break;
                proxy_pass http://127.0.0.1:@port2@;
            }",
        ..Conf::default()
    });
    let mut client = crate::support::client::Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("powered ");
    drop(client);
    // What the action asked for was answered whole, not given up.
    let lines = until("both are done with", || {
        let lines = nginx.access_log();
        (lines.len() >= 2).then_some(lines)
    });
    assert!(
        lines.iter().all(|line| line.starts_with("200 ")),
        "{lines:?}"
    );
}

#[test]
fn a_page_may_include_it() {
    let page = r#"[<!--#include virtual="/health"-->|<!--#include virtual="/nowhere"-->]"#;
    let nginx = Nginx::with(&Conf {
        server: "location / { llm_mock on; }
            location /page.html { root .; ssi on; }",
        files: &[("page.html", page)],
        ..Conf::default()
    });
    let reply = nginx.ask(request("GET", "/page.html", &[]));
    let (first, second) = reply.text().split_once('|').unwrap();
    assert_eq!(first, r#"[{"status":"ok"}"#);
    assert!(second.contains("unknown_url"), "{second}");
    assert!(second.ends_with("}}]"), "{second}");
}

#[test]
fn a_mirrored_stream_disturbs_nothing() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_delay 5ms;
            location / { llm_mock on; mirror /mirror/v1/chat/completions; }
            location /mirror/ { internal; llm_mock on; llm_mock_reply \"not to be seen\"; }",
        ..Conf::default()
    });
    let mut client = crate::support::client::Client::connect(&nginx);
    for _ in 0..3 {
        client.send(chat(&[], r#"{"model":"m"}"#));
        let reply = client.reply();
        assert_eq!(parse(reply.text()).text(), "powered by openai");
    }
}

#[test]
fn a_proxy_that_insists_on_buffers_passes_it_on_whole() {
    let nginx = proxied("proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;");
    assert_eq!(stream(&nginx.chat("")).text(), TEXT);
}

#[test]
fn gzip_does_not_hold_words_back() {
    let nginx = Nginx::start(&format!(
        "llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms; gzip on; gzip_types text/event-stream;"
    ));
    let reply = nginx.ask(chat(&[("Accept-Encoding", "gzip")], ""));
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    assert!(comes_bit_by_bit(&reply));
    let mut text = String::new();
    let mut decoder = GzDecoder::new(reply.body.as_slice());
    decoder.read_to_string(&mut text).unwrap();
    assert_eq!(parse(&text).text(), TEXT);
}

#[test]
fn what_merges_small_writes_does_not_hold_words_back() {
    for directives in [
        "sendfile on;",
        "sendfile on; tcp_nopush on;",
        "tcp_nodelay off;",
        "postpone_output 1460;",
        "postpone_output 64k;",
    ] {
        let nginx = Nginx::start(&format!(
            "{directives} llm_mock_reply \"{TEXT}\"; llm_mock_delay 20ms;"
        ));
        let reply = nginx.chat("");
        assert_eq!(stream(&reply).text(), TEXT);
        assert!(comes_bit_by_bit(&reply), "{directives}");
    }
}
