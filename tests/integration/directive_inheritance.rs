//! Directives on each level of the configuration, and values with variables.

use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, request};
use crate::support::http::Reply;
use crate::support::nginx::{Conf, Nginx, deadline};
use crate::support::stream::stream;

fn post(nginx: &Nginx, path: &str) -> Reply {
    nginx.ask(request("POST", path, &[]))
}

fn text(nginx: &Nginx, path: &str) -> String {
    stream(&post(nginx, path)).text()
}

#[test]
fn a_level_takes_over_what_it_does_not_say_itself() {
    let nginx = Nginx::with(&Conf {
        http: "llm_mock_reply http; llm_mock_delay 0; llm_mock_model http-model;",
        server: "llm_mock_model server-model; llm_mock on;
            location /reply/ { llm_mock_reply location; }
            location /model/ { llm_mock_model location-model;
                location /model/never/ { llm_mock_stream never;
                    location /model/never/always/ { llm_mock_stream always; } } }",
        ..Conf::default()
    });
    for (prefix, text, model) in [
        ("", "http", "server-model"),
        ("/reply", "location", "server-model"),
        ("/model", "http", "location-model"),
        ("/model/never/always", "http", "location-model"),
    ] {
        let said = stream(&post(&nginx, &format!("{prefix}/v1/chat/completions")));
        assert_eq!(
            (said.text().as_str(), said.model.as_str()),
            (text, model),
            "{prefix}"
        );
    }
    let plain = post(&nginx, "/model/never/v1/chat/completions").json();
    assert_eq!(plain["model"], "location-model");
    assert_eq!(plain["choices"][0]["message"]["content"], "http");
}

#[test]
fn where_it_is_off_nginx_answers_as_ever() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; root .;
            location /files/ { llm_mock off; alias ./;
                location /files/mock/ { llm_mock on; } }",
        files: &[("plain.txt", "from a file")],
        ..Conf::default()
    });
    let file = nginx.ask(request("GET", "/files/plain.txt", &[]));
    assert_eq!((file.status, file.text()), (200, "from a file"));
    assert_eq!(file.header("x-request-id"), None);
    assert_eq!(nginx.ask(request("GET", "/plain.txt", &[])).status, 404);
    assert_eq!(
        text(&nginx, "/files/mock/v1/chat/completions"),
        "powered by openai"
    );
}

#[test]
fn it_is_off_unless_it_is_on() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_reply text; root .;",
        files: &[("plain.txt", "from a file")],
        ..Conf::default()
    });
    assert_eq!(
        nginx.ask(request("GET", "/plain.txt", &[])).text(),
        "from a file"
    );
}

#[test]
fn a_reply_may_hold_variables() {
    let nginx = Nginx::with(&Conf {
        http: "map $http_x_user $who { default nobody; ada 'Ada Lovelace'; }",
        server: r#"llm_mock_delay 0; llm_mock_reply "Hello $who at $uri, \"${arg_x}\"";
            location / { llm_mock on; }
            location /only/ { llm_mock on; llm_mock_reply $arg_text; }"#,
        ..Conf::default()
    });
    let ada = nginx.ask(request(
        "POST",
        "/v1/chat/completions?x=1",
        &[("X-User", "ada")],
    ));
    let said = stream(&ada);
    assert_eq!(
        said.text(),
        "Hello Ada Lovelace at /v1/chat/completions, \"1\""
    );
    assert_eq!(said.words[..3], ["Hello ", "Ada ", "Lovelace "]);
    let nobody = text(&nginx, "/v1/chat/completions");
    assert_eq!(nobody, "Hello nobody at /v1/chat/completions, \"\"");
    // What a client sends stays text.
    let injected = text(&nginx, r#"/only/v1/chat/completions?text="}]}\u0041"#);
    assert_eq!(injected, r#""}]}\u0041"#);
    assert_eq!(text(&nginx, "/only/v1/chat/completions"), "");
}

/// How long it took until the reply began, and until it ended. A busy client
/// may notice either late, never early.
fn times(nginx: &Nginx, headers: &[(&str, &str)]) -> (Duration, Duration) {
    let mut client = Client::connect(nginx);
    let asked = Instant::now();
    client.send(chat(headers, ""));
    let reply = client.reply();
    stream(&reply);
    (reply.begun - asked, reply.ended - asked)
}

#[test]
fn a_delay_may_hold_variables() {
    let nginx = Nginx::with(&Conf {
        http: r#"map $http_x_ttft_ms $ttft { default 0; ~^\d+$ "${http_x_ttft_ms}ms"; }"#,
        server: "llm_mock_delay ${http_x_itl_ms}ms; llm_mock_first_delay $ttft;
            location / { llm_mock on; }",
        ..Conf::default()
    });
    let ms = Duration::from_millis;
    // Two gaps between three words; nginx's clock counts whole milliseconds.
    let (begun, ended) = times(&nginx, &[("X-ITL-ms", "60"), ("X-TTFT-ms", "150")]);
    assert!(begun >= ms(149), "{begun:?}");
    assert!(ended >= ms(150 + 2 * 60 - 1), "{ended:?}");
    // Another client's times are its own, and what is no time to the map is 0.
    let (_, ended) = times(&nginx, &[("X-ITL-ms", "0"), ("X-TTFT-ms", "1h")]);
    assert!(ended < deadline(), "{ended:?}");
}

#[test]
fn an_empty_variable_leaves_the_default() {
    let nginx = Nginx::start("llm_mock_delay $http_x_delay; llm_mock_first_delay $http_x_first;");
    let (_, ended) = times(&nginx, &[]);
    assert!(ended >= Duration::from_millis(2 * 50 - 1), "{ended:?}");
}

#[test]
fn a_variable_that_holds_no_time_is_an_error_that_says_so() {
    for name in ["llm_mock_delay", "llm_mock_first_delay"] {
        let nginx = Nginx::start(&format!("{name} $http_x_time;"));
        for value in ["soon", "-5ms", "10 ms", "\"5ms\"", "400d", "caf\u{e9}"] {
            for body in ["", r#"{"stream":false}"#] {
                let reply = nginx.ask(chat(&[("X-Time", value)], body));
                assert_eq!(reply.status, 500, "{value}");
                assert_eq!(reply.header("content-type"), Some("application/json"));
                let json = reply.json();
                assert_eq!(json["error"]["type"], "server_error");
                let message = json["error"]["message"].as_str().unwrap();
                let shown = format!("invalid value \"{value}\" in \"{name}\"");
                assert!(message.contains(&shown), "{message}");
                assert!(message.contains("expected a time"), "{message}");
            }
        }
        nginx.expect_error(&format!("invalid value \"soon\" in \"{name}\""));
        nginx.expect_error(&format!("in \"{name}\": expected a time"));
        // The server goes on.
        assert_eq!(nginx.ask(chat(&[("X-Time", "0")], "")).status, 200);
    }
}
