//! Which requests get a stream and which a plain response.

use crate::support::client::{Client, chat};
use crate::support::nginx::Nginx;

/// A chat request to the location of this mode.
fn chat_in_mode(mode: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let text = String::from_utf8(chat(headers, body)).unwrap();
    text.replacen("POST ", &format!("POST {mode}"), 1)
        .into_bytes()
}

#[test]
fn stream_mode_by_directive_headers_and_body() {
    let nginx = Nginx::start(
        "llm_mock_delay 0; llm_mock_reply hello;
         location /always/ { llm_mock on; llm_mock_stream always; }
         location /never/ { llm_mock on; llm_mock_stream never; }
         location /auto/ { llm_mock on; llm_mock_stream auto; }",
    );
    // Headers of a client, and whether they identify it as an API client.
    let clients: &[(&[(&str, &str)], bool)] = &[
        (&[], false),
        (&[("Accept", "*/*")], false),
        (&[("Accept", "text/event-stream")], false),
        (&[("Authorization", "")], false),
        (&[("Authorization", "Bearer sk-1"), ("Accept", "*/*")], true),
        (&[("api-key", "k")], true),
        (&[("X-API-Key", "k")], true),
        (&[("Accept", "application/json")], true),
        (&[("Accept", "application/json, text/plain, */*")], true),
        (
            &[("Accept", "text/event-stream, Application/JSON;q=0.5")],
            true,
        ),
    ];
    // A body, and the mode that it requires, if any.
    let bodies = [
        (r#"{"stream":true}"#, Some(true)),
        (r#"{"stream":"false"}"#, Some(true)),
        (r#"{"stream":0}"#, Some(true)),
        (r#"{"stream":false}"#, Some(false)),
        (r#"{"stream":null}"#, None),
        (r#"{"messages":[{"stream":true}]}"#, None),
        ("{}", None),
        // Anything but a JSON object is streamed.
        ("", Some(true)),
        (r#"{"stream":false"#, Some(true)),
        (r#"[{"stream":false}]"#, Some(true)),
    ];
    let mut client = Client::connect(&nginx);
    for mode in ["", "/auto", "/always", "/never"] {
        for &(headers, is_api_client) in clients {
            for (body, required) in bodies {
                let streams = match mode {
                    "/always" => true,
                    "/never" => false,
                    _ => required.unwrap_or(!is_api_client),
                };
                client.send(chat_in_mode(mode, headers, body));
                let response = client.response();
                let expected = if streams {
                    "text/event-stream"
                } else {
                    "application/json"
                };
                assert_eq!(
                    response.header("content-type"),
                    Some(expected),
                    "{mode} {headers:?} {body}"
                );
                assert!(
                    response.text().contains("hello"),
                    "{mode} {headers:?} {body}"
                );
            }
        }
    }
}
