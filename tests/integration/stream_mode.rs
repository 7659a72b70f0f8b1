//! Who gets a stream, and who a plain reply.

use crate::support::client::{Client, chat};
use crate::support::nginx::Nginx;

/// A request to the location of this mode.
fn ask(mode: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let text = String::from_utf8(chat(headers, body)).unwrap();
    text.replacen("POST ", &format!("POST {mode}"), 1)
        .into_bytes()
}

#[test]
fn the_table_of_plain_and_streamed_replies() {
    let nginx = Nginx::start(
        "llm_mock_delay 0; llm_mock_reply hello;
         location /always/ { llm_mock on; llm_mock_stream always; }
         location /never/ { llm_mock on; llm_mock_stream never; }
         location /auto/ { llm_mock on; llm_mock_stream auto; }",
    );
    // Each client, and whether it shows itself to be one of the API's.
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
    // Each body, and whether it leaves the choice open, or what it chooses.
    let bodies = [
        (r#"{"stream":true}"#, Some(true)),
        (r#"{"stream":"false"}"#, Some(true)),
        (r#"{"stream":0}"#, Some(true)),
        (r#"{"stream":false}"#, Some(false)),
        (r#"{"stream":null}"#, None),
        (r#"{"messages":[{"stream":true}]}"#, None),
        ("{}", None),
        // No object: always the seed's stream.
        ("", Some(true)),
        (r#"{"stream":false"#, Some(true)),
        (r#"[{"stream":false}]"#, Some(true)),
    ];
    let mut client = Client::connect(&nginx);
    for mode in ["", "/auto", "/always", "/never"] {
        for &(headers, is_api_client) in clients {
            for (body, choice) in bodies {
                let streams = match mode {
                    "/always" => true,
                    "/never" => false,
                    _ => choice.unwrap_or(!is_api_client),
                };
                client.send(ask(mode, headers, body));
                let reply = client.reply();
                let expected = if streams {
                    "text/event-stream"
                } else {
                    "application/json"
                };
                assert_eq!(
                    reply.header("content-type"),
                    Some(expected),
                    "{mode} {headers:?} {body}"
                );
                assert!(reply.text().contains("hello"), "{mode} {headers:?} {body}");
            }
        }
    }
}
