//! The module behind `proxy_pass`, and as its fallback.

use crate::support::client::{Client, chat};
use crate::support::nginx::{Conf, Nginx, require, until};
use crate::support::stream::stream;

/// A stream of 11 words that takes 200 ms.
const TEXT: &str = "a b c d e f g h i j k";

/// Starts a proxy on the first port and the module on the second.
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
fn proxy_forwards_chunks_as_they_arrive() {
    if !require(&["http_proxy_module"]) {
        return;
    }
    for proxy in [
        "proxy_buffering off;",
        "proxy_http_version 1.1; proxy_set_header Connection '';",
        // X-Accel-Buffering tells the proxy not to buffer.
        "proxy_buffering on;",
    ] {
        let nginx = proxied(proxy);
        let response = nginx.chat(r#"{"model":"through"}"#);
        let completion = stream(&response);
        assert_eq!(
            (completion.text().as_str(), completion.model.as_str()),
            (TEXT, "through")
        );
        assert!(response.is_incremental(), "{proxy}");
        for header in [
            "x-request-id",
            "access-control-allow-origin",
            "cache-control",
        ] {
            assert!(response.header(header).is_some(), "{proxy}: {header}");
        }
    }
}

#[test]
fn disconnect_from_the_proxy_frees_the_upstream_request() {
    if !require(&["http_proxy_module"]) {
        return;
    }
    let nginx = Nginx::with(&Conf {
        http: "server { listen 127.0.0.1:@port2@; llm_mock_delay 1h; location / { llm_mock on; } }",
        server: "location / { proxy_pass http://127.0.0.1:@port2@; }",
        ..Conf::default()
    });
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("powered ");
    drop(client);
    until("both requests are finished", || {
        (nginx.access_log().len() == 2).then_some(())
    });
}

#[test]
fn module_is_the_fallback_of_a_failed_upstream() {
    if !require(&["http_proxy_module"]) {
        return;
    }
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
        let completion = stream(&nginx.chat(r#"{"model":"fallback"}"#));
        assert_eq!(
            (completion.text().as_str(), completion.model.as_str()),
            ("powered by openai", "fallback")
        );
    }
}

#[test]
fn buffering_proxy_forwards_the_complete_stream() {
    if !require(&["http_proxy_module"]) {
        return;
    }
    let nginx = proxied("proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;");
    assert_eq!(stream(&nginx.chat("")).text(), TEXT);
}
