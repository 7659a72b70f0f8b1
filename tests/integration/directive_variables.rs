//! nginx variables in directive values.

use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx, deadline};
use crate::support::stream::stream;

/// The text of the stream at this path.
fn text(nginx: &Nginx, path: &str) -> String {
    stream(&nginx.send(request("POST", path, &[]))).text()
}

#[test]
fn reply_contains_variables() {
    let nginx = Nginx::with(&Conf {
        http: "map $http_x_user $who { default nobody; ada 'Ada Lovelace'; }",
        server: r#"llm_mock_delay 0; llm_mock_reply "Hello $who at $uri, \"${arg_x}\"";
            location / { llm_mock on; }
            location /only/ { llm_mock on; llm_mock_reply $arg_text; }"#,
        ..Conf::default()
    });
    let ada = nginx.send(request(
        "POST",
        "/v1/chat/completions?x=1",
        &[("X-User", "ada")],
    ));
    let completion = stream(&ada);
    assert_eq!(
        completion.text(),
        "Hello Ada Lovelace at /v1/chat/completions, \"1\""
    );
    assert_eq!(completion.deltas[..3], ["Hello ", "Ada ", "Lovelace "]);
    let nobody = text(&nginx, "/v1/chat/completions");
    assert_eq!(nobody, "Hello nobody at /v1/chat/completions, \"\"");
    // Quotes and escapes from a client stay text.
    let injected = text(&nginx, r#"/only/v1/chat/completions?text="}]}\u0041"#);
    assert_eq!(injected, r#""}]}\u0041"#);
    assert_eq!(text(&nginx, "/only/v1/chat/completions"), "");
}

/// The time until the first byte and until the last byte of a stream. A busy client
/// can observe either late, but never early.
fn times(nginx: &Nginx, headers: &[(&str, &str)]) -> (Duration, Duration) {
    let mut client = Client::connect(nginx);
    let sent_at = Instant::now();
    client.send(chat(headers, ""));
    let response = client.response();
    stream(&response);
    (
        response.first_byte_at - sent_at,
        response.last_byte_at - sent_at,
    )
}

#[test]
fn delays_contain_variables() {
    let nginx = Nginx::with(&Conf {
        http: r#"map $http_x_ttft_ms $ttft { default 0; ~^\d+$ "${http_x_ttft_ms}ms"; }"#,
        server: "llm_mock_delay ${http_x_itl_ms}ms; llm_mock_first_delay $ttft;
            location / { llm_mock on; }",
        ..Conf::default()
    });
    let ms = Duration::from_millis;
    // Three words have two gaps. nginx's clock counts whole milliseconds.
    let (first_byte, last_byte) = times(&nginx, &[("X-ITL-ms", "60"), ("X-TTFT-ms", "150")]);
    assert!(first_byte >= ms(149), "{first_byte:?}");
    assert!(last_byte >= ms(150 + 2 * 60 - 1), "{last_byte:?}");
    // Delays are evaluated per request; the map replaces an invalid time by 0.
    let (_, last_byte) = times(&nginx, &[("X-ITL-ms", "0"), ("X-TTFT-ms", "1h")]);
    assert!(last_byte < deadline(), "{last_byte:?}");
}

#[test]
fn empty_variable_leaves_the_default() {
    let nginx = Nginx::start("llm_mock_delay $http_x_delay; llm_mock_first_delay $http_x_first;");
    let (_, last_byte) = times(&nginx, &[]);
    assert!(
        last_byte >= Duration::from_millis(2 * 50 - 1),
        "{last_byte:?}"
    );
}

#[test]
fn invalid_time_in_a_variable_is_a_500_that_names_it() {
    for name in ["llm_mock_delay", "llm_mock_first_delay"] {
        let nginx = Nginx::start(&format!("{name} $http_x_time;"));
        for value in ["soon", "-5ms", "10 ms", "\"5ms\"", "400d", "caf\u{e9}"] {
            for body in ["", r#"{"stream":false}"#] {
                let response = nginx.send(chat(&[("X-Time", value)], body));
                assert_eq!(response.status, 500, "{value}");
                assert_eq!(response.header("content-type"), Some("application/json"));
                let json = response.json();
                assert_eq!(json["error"]["type"], "server_error");
                let message = json["error"]["message"].as_str().unwrap();
                let shown = format!("invalid value \"{value}\" in \"{name}\"");
                assert!(message.contains(&shown), "{message}");
                assert!(message.contains("expected a time"), "{message}");
            }
        }
        nginx.expect_error(&format!("invalid value \"soon\" in \"{name}\""));
        nginx.expect_error(&format!("in \"{name}\": expected a time"));
        // The server keeps serving.
        assert_eq!(nginx.send(chat(&[("X-Time", "0")], "")).status, 200);
    }
}
