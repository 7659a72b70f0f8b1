//! `post_action` after a response of this module.

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx, require, until};
use crate::support::stream::stream;

#[test]
fn post_action_adds_nothing_to_the_response() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; location / { post_action /after/health; } location /after/ {}",
        ..Conf::default()
    });
    let mut client = Client::connect(&nginx);
    for _ in 0..3 {
        client.send(request("GET", "/health", &[]));
        assert_eq!(client.response().text(), r#"{"status":"ok"}"#);
    }
    client.send(chat(&[], ""));
    assert_eq!(stream(&client.response()).text(), "powered by openai");
}

#[test]
fn post_action_completes_after_a_disconnect() {
    if !require(&["http_proxy_module"]) {
        return;
    }
    // The action takes longer than the rest of the abandoned stream.
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
    let mut client = Client::connect(&nginx);
    client.send(chat(&[], ""));
    client.wait_for("powered ");
    drop(client);
    // The request of the action was answered completely, not aborted.
    let lines = until("both requests are finished", || {
        let lines = nginx.access_log();
        (lines.len() >= 2).then_some(lines)
    });
    assert!(
        lines.iter().all(|line| line.starts_with("200 ")),
        "{lines:?}"
    );
}
