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
fn model_contains_variables() {
    let nginx = Nginx::start("llm_mock_delay 0; llm_mock_model $http_x_model;");
    let model = |headers: &[(&str, &str)]| {
        let plain = nginx.send(chat(headers, r#"{"stream":false}"#)).json();
        let streamed = stream(&nginx.send(chat(headers, ""))).model;
        assert_eq!(plain["model"], *streamed);
        streamed
    };
    assert_eq!(model(&[("X-Model", "org/m:1")]), "org/m:1");
    // Quotes and escapes from a client stay text.
    assert_eq!(model(&[("X-Model", r#"a"b\c"#)]), r#"a"b\c"#);
    assert_eq!(model(&[]), "gpt-3.5-turbo");
}

#[test]
fn models_contain_variables() {
    let nginx = Nginx::with(&Conf {
        http: r#"map $http_x_team $more { default ""; blue "sky\nsea"; }"#,
        server: "location / { llm_mock on; llm_mock_models base $more; }
            location /only/ { llm_mock on; llm_mock_models $more; }",
        ..Conf::default()
    });
    let ids = |path: &str, headers: &[(&str, &str)]| -> Vec<String> {
        let json = nginx.send(request("GET", path, headers)).json();
        let models = json["data"].as_array().unwrap().iter();
        models
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let blue = [("X-Team", "blue")];
    assert_eq!(ids("/v1/models", &blue), ["base", "sky", "sea"]);
    assert_eq!(ids("/v1/models", &[]), ["base"]);
    assert_eq!(ids("/only/v1/models", &blue), ["sky", "sea"]);
    assert!(ids("/only/v1/models", &[]).len() > 2);
    let status = |headers: &[(&str, &str)]| {
        let one = request("GET", "/v1/models/sea", headers);
        nginx.send(one).status
    };
    assert_eq!((status(&blue), status(&[])), (200, 404));
}

#[test]
fn stream_mode_contains_variables() {
    let nginx = Nginx::with(&Conf {
        http: "map $http_x_mode $mode { default ''; plain never; sse always; odd $http_x_mode; }",
        server: "llm_mock_delay 0; llm_mock_stream $mode; location / { llm_mock on; }",
        ..Conf::default()
    });
    let content_type = |mode: &str, body: &str| {
        let response = nginx.send(chat(&[("X-Mode", mode)], body));
        response.header("content-type").unwrap().to_owned()
    };
    let (streamed, plain) = (r#"{"stream":true}"#, r#"{"stream":false}"#);
    assert_eq!(content_type("plain", streamed), "application/json");
    assert_eq!(content_type("sse", plain), "text/event-stream");
    assert_eq!(content_type("", plain), "application/json");
    assert_eq!(content_type("", streamed), "text/event-stream");
}

#[test]
fn validation_contains_variables() {
    let nginx = Nginx::start("llm_mock_delay 0; llm_mock_validate $http_x_validate;");
    let status = |headers: &[(&str, &str)]| nginx.send(chat(headers, "{}")).status;
    assert_eq!(status(&[("X-Validate", "strict")]), 400);
    assert_eq!(status(&[("X-Validate", "lenient")]), 200);
    assert_eq!(status(&[]), 200);
}

#[test]
fn chunk_and_tokenizer_contain_variables() {
    let nginx = Nginx::start(
        "llm_mock_delay 0; llm_mock_reply 'Tokenization works';
         llm_mock_chunk $http_x_unit $http_x_size; llm_mock_tokenizer $http_x_tokenizer;",
    );
    let deltas = |headers: &[(&str, &str)]| stream(&nginx.send(chat(headers, ""))).deltas;
    let (chars, eight) = (("X-Unit", "char"), ("X-Size", "8"));
    assert_eq!(deltas(&[chars, eight]), ["Tokeniza", "tion wor", "ks"]);
    assert_eq!(deltas(&[("X-Unit", "word")]), ["Tokenization ", "works"]);
    assert_eq!(
        deltas(&[("X-Unit", "token")]),
        ["Token", "ization", " works"]
    );
    assert_eq!(deltas(&[]), ["Tokenization ", "works"]);
    // Counts follow the tokenizer, whatever a chunk is.
    let tokens = |headers: &[(&str, &str)]| {
        let json = nginx.send(chat(headers, r#"{"stream":false}"#)).json();
        json["usage"]["completion_tokens"].as_u64().unwrap()
    };
    assert_eq!(tokens(&[("X-Tokenizer", "o200k_base")]), 3);
    assert_eq!(tokens(&[]), tokens(&[("X-Tokenizer", "off")]));
}

/// Asserts that a chat request with this header is refused with a 500 and one line in
/// the error log that name the directive, the value and what was expected.
fn assert_refused(name: &str, directive: &str, value: &str, expected: &str, body: &str) {
    let nginx = Nginx::start(&format!("{directive};"));
    let response = nginx.send(chat(&[("X-Value", value)], body));
    assert_eq!(response.status, 500, "{directive}: {value}");
    assert_eq!(response.header("content-type"), Some("application/json"));
    let json = response.json();
    assert_eq!(json["error"]["type"], "server_error");
    let message = json["error"]["message"].as_str().unwrap();
    let shown = format!("invalid value \"{value}\" in \"{name}\": {expected}");
    assert!(message.contains(&shown), "{message}");
    nginx.expect_error(&shown);
    let log = nginx.error_log();
    let lines: Vec<_> = log.lines().filter(|it| it.contains("request: ")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(lines[0].contains("[error]"), "{log}");
    assert!(lines[0].contains(", client: 127.0.0.1, server: "), "{log}");
    // The server keeps serving, and an empty value is the default.
    assert_eq!(nginx.send(chat(&[], "")).status, 200);
}

#[test]
fn invalid_time_in_a_variable_is_a_500_that_names_it() {
    for name in ["llm_mock_delay", "llm_mock_first_delay"] {
        let directive = format!("{name} $http_x_value");
        for value in ["soon", "-5ms", "10 ms", "\"5ms\"", "caf\u{e9}"] {
            assert_refused(name, &directive, value, "expected a time such as 50ms", "");
        }
        let plain = r#"{"stream":false}"#;
        assert_refused(
            name,
            &directive,
            "400d",
            "expected a time of at most 365d",
            plain,
        );
    }
}

#[test]
fn invalid_keyword_in_a_variable_is_a_500_that_names_it() {
    let body = r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}"#;
    for (name, value, expected) in [
        (
            "llm_mock_stream",
            "sometimes",
            "expected \"auto\", \"always\" or \"never\"",
        ),
        (
            "llm_mock_validate",
            "Strict",
            "expected \"lenient\" or \"strict\"",
        ),
        (
            "llm_mock_tokenizer",
            "gpt2",
            "expected \"off\", \"auto\", \"cl100k_base\" or \"o200k_base\"",
        ),
        (
            "llm_mock_chunk",
            "line",
            "expected \"word\", \"token\" or \"char\"",
        ),
        (
            "llm_mock_chunk",
            "char 0",
            "expected \"word\", \"token\" or \"char\"",
        ),
    ] {
        let directive = format!("{name} $http_x_value");
        assert_refused(name, &directive, value, expected, body);
    }
}
