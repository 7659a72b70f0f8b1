//! Directives are inherited from outer configuration levels.

use crate::support::client::request;
use crate::support::http::Response;
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;
#[cfg(target_os = "linux")]
use crate::support::worker::memory_of;

/// Sends a POST request without a body.
fn post(nginx: &Nginx, path: &str) -> Response {
    nginx.send(request("POST", path, &[]))
}

/// The text of the stream at this path.
fn text(nginx: &Nginx, path: &str) -> String {
    stream(&post(nginx, path)).text()
}

#[test]
fn inner_levels_inherit_unset_directives() {
    let nginx = Nginx::with(&Conf {
        http: "llm_mock_reply http; llm_mock_delay 0; llm_mock_model http-model;",
        server: "llm_mock_model server-model; llm_mock on;
            location /response/ { llm_mock_reply location; }
            location /model/ { llm_mock_model location-model;
                location /model/never/ { llm_mock_stream never;
                    location /model/never/always/ { llm_mock_stream always; } } }",
        ..Conf::default()
    });
    for (prefix, text, model) in [
        ("", "http", "server-model"),
        ("/response", "location", "server-model"),
        ("/model", "http", "location-model"),
        ("/model/never/always", "http", "location-model"),
    ] {
        let completion = stream(&post(&nginx, &format!("{prefix}/v1/chat/completions")));
        assert_eq!(
            (completion.text().as_str(), completion.model.as_str()),
            (text, model),
            "{prefix}"
        );
    }
    let plain = post(&nginx, "/model/never/v1/chat/completions").json();
    assert_eq!(plain["model"], "location-model");
    assert_eq!(plain["choices"][0]["message"]["content"], "http");
}

#[test]
fn llm_mock_off_leaves_the_location_to_nginx() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; root .;
            location /files/ { llm_mock off; alias ./;
                location /files/mock/ { llm_mock on; } }",
        files: &[("plain.txt", "from a file")],
        ..Conf::default()
    });
    let file = nginx.send(request("GET", "/files/plain.txt", &[]));
    assert_eq!((file.status, file.text()), (200, "from a file"));
    assert_eq!(file.header("x-request-id"), None);
    assert_eq!(nginx.send(request("GET", "/plain.txt", &[])).status, 404);
    assert_eq!(
        text(&nginx, "/files/mock/v1/chat/completions"),
        "powered by openai"
    );
}

#[test]
fn llm_mock_is_off_by_default() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock_reply text; root .;",
        files: &[("plain.txt", "from a file")],
        ..Conf::default()
    });
    assert_eq!(
        nginx.send(request("GET", "/plain.txt", &[])).text(),
        "from a file"
    );
}

/// Servers share an inherited reply: neither its text nor its chunks are copied.
#[cfg(target_os = "linux")]
#[test]
fn servers_share_an_inherited_reply() {
    const SERVERS: usize = 1_000;
    let servers: String = (0..SERVERS)
        .map(|n| {
            format!("server {{ listen 127.0.0.1:@port2@; server_name s{n}; location / {{ llm_mock on; }} }}\n")
        })
        .collect();
    let memory = |reply: &str| {
        let nginx = Nginx::with(&Conf {
            http: &format!(
                "server_names_hash_max_size 4096; llm_mock_delay 0; llm_mock_tokenizer auto;
                 llm_mock_chunk token; llm_mock_reply \"{reply}\"; {servers}"
            ),
            ..Conf::default()
        });
        assert_eq!(text(&nginx, "/v1/chat/completions"), reply);
        memory_of(nginx.pid())
    };
    // nginx limits a parameter to 4 KB.
    let long: String = (0..500).map(|n| format!("word{n:03} ")).collect();
    let (short, long) = (memory("short"), memory(&long));
    println!("memory of the master: {short} bytes with a short reply, {long} with 4 KB");
    // Copies of the text alone would be 4 MB.
    assert!(long < short + 2 * 1024 * 1024, "{short} {long}");
}
