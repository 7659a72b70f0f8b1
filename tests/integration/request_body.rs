//! Request bodies of any content, size and transfer are answered.

use crate::support::client::{Client, chat, request};
use crate::support::http::Response;
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

const TEXT: &str = "powered by openai";

/// Asserts that the response is a stream.
fn assert_streams(response: &Response, what: &str) {
    assert_eq!(stream(response).text(), TEXT, "{what}");
}

/// A chat request whose body is sent in HTTP chunks of `size` bytes.
fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let chunked = [("Transfer-Encoding", "chunked")];
    let mut bytes = request("POST", "/v1/chat/completions", &chunked);
    for part in body.chunks(size) {
        bytes.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// A body with a large prompt, and the model at its end.
fn large(model: &str) -> Vec<u8> {
    let prompt = "lorem ipsum ".repeat(90_000);
    format!(r#"{{"messages":[{{"role":"user","content":"{prompt}"}}],"model":"{model}"}}"#)
        .into_bytes()
}

#[test]
fn missing_body_streams() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    assert_streams(
        &nginx.send(request("POST", "/v1/chat/completions", &[])),
        "no length",
    );
    assert_streams(&nginx.chat(""), "length 0");
    assert_streams(&nginx.send(chunked(b"", 1)), "chunked, and empty");
}

#[test]
fn invalid_body_streams_with_the_default_model() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let bodies: &[&[u8]] = &[
        b"{",
        b"null",
        b"[]",
        b"\"model\"",
        b"model=gpt-4o&stream=false",
        br#"{"model":"gpt-4o""#,
        br#"{"model":"gpt-4o"} trailing"#,
        br#"{"model":"gpt-4o","stream":false,}"#,
        br#"{"model":12,"messages":"no list","stream":"yes","max_tokens":{}}"#,
        br#"{"model":null}"#,
        br#"{"model":["gpt-4o"]}"#,
        br#"{"model":{"model":"gpt-4o"}}"#,
        b"\xff\xfe\x00\x01",
        b"\0",
        b"\r\n\r\n",
    ];
    let mut client = Client::connect(&nginx);
    for body in bodies {
        // A body that is not an object streams even for a client with a key.
        let key = [("Authorization", "Bearer sk-1")];
        let headers = if body.starts_with(b"{\"model\":") && body.ends_with(b"}") {
            &[]
        } else {
            key.as_slice()
        };
        client.send(chat(headers, body));
        let completion = stream(&client.response());
        let body = String::from_utf8_lossy(body);
        assert_eq!(completion.text(), TEXT, "{body}");
        assert_eq!(completion.model, "gpt-3.5-turbo", "{body}");
    }
}

#[test]
fn invalid_utf8_in_a_body_streams() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let completion = stream(&nginx.chat(b"{\"model\":\"a\xffb\",\"messages\":\"\xc3(\"}"));
    assert_eq!(completion.model, "a\u{fffd}b");
}

#[test]
fn any_content_type_streams() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for content_type in [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "nonsense",
        "",
    ] {
        let headers = [("Content-Type", content_type)];
        let response = nginx.send(chat(&headers, r#"{"model":"m"}"#));
        assert_eq!(stream(&response).model, "m", "{content_type}");
    }
}

#[test]
fn body_in_a_temporary_file_is_read() {
    let always = "client_body_in_file_only clean;";
    let if_large = "client_body_buffer_size 8k;";
    let single_buffer = "client_body_in_single_buffer on; client_body_buffer_size 8k;";
    for directives in [always, if_large, single_buffer] {
        let nginx = Nginx::start(&format!(
            "{directives} client_max_body_size 8m; llm_mock_delay 0;"
        ));
        for body in [large("at-the-end"), br#"{"model":"at-the-end"}"#.to_vec()] {
            let completion = stream(&nginx.chat(&body));
            assert_eq!(
                completion.model,
                "at-the-end",
                "{directives} {}",
                body.len()
            );
        }
        let log = nginx.error_log();
        assert!(log.contains("buffered to a temporary file"), "{directives}");
    }
}

#[test]
fn body_of_1_mb_in_memory_is_read() {
    let nginx =
        Nginx::start("client_body_buffer_size 8m; client_max_body_size 8m; llm_mock_delay 0;");
    assert_eq!(stream(&nginx.chat(large("at-the-end"))).model, "at-the-end");
}

#[test]
fn chunked_body_is_read_from_memory_and_from_a_file() {
    for buffer in ["8k", "8m"] {
        let nginx = Nginx::start(&format!(
            "client_body_buffer_size {buffer}; client_max_body_size 8m; llm_mock_delay 0;"
        ));
        let small = chunked(br#"{"model":"in-pieces"}"#, 3);
        assert_eq!(stream(&nginx.send(small)).model, "in-pieces", "{buffer}");
        let large = chunked(&large("at-the-end"), 5_000);
        assert_eq!(stream(&nginx.send(large)).model, "at-the-end", "{buffer}");
    }
}

#[test]
fn body_sent_byte_by_byte_is_read() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let mut client = Client::connect(&nginx);
    for byte in chat(&[], r#"{"model":"slow"}"#) {
        client.send([byte]);
    }
    assert_eq!(stream(&client.response()).model, "slow");
}

#[test]
fn deeply_nested_body_streams() {
    let nginx = Nginx::start("llm_mock_delay 0; client_max_body_size 8m;");
    let open = "[".repeat(100_000);
    let close = "]".repeat(100_000);
    assert_streams(&nginx.chat(&open), "open brackets");
    assert_streams(&nginx.chat(r#"{"a":"#.repeat(100_000)), "open objects");
    let deep = format!(r#"{{"messages":{open}{close},"model":"deep"}}"#);
    assert_eq!(stream(&nginx.chat(deep)).model, "deep");
}

#[test]
fn consecutive_bodies_do_not_mix() {
    let nginx = Nginx::with(&Conf {
        workers: 2,
        server: "location / { llm_mock on; llm_mock_delay 0; client_body_buffer_size 1k; }",
        ..Conf::default()
    });
    // Several bodies on one connection.
    let mut client = Client::connect(&nginx);
    for length in [0usize, 1, 1_000, 1_024, 1_025, 9_000, 0, 5] {
        let model = "m".repeat(length);
        client.send(chat(&[], format!(r#"{{"model":"{model}"}}"#)));
        assert_eq!(stream(&client.response()).model, model);
    }
}
