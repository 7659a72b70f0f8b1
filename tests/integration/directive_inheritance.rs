//! Directives are inherited from outer configuration levels.

use crate::support::client::request;
use crate::support::http::Response;
use crate::support::nginx::{Conf, Nginx};
use crate::support::stream::stream;

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
