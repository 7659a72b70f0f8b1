//! The examples of README.md, README.zh-CN.md and docs/directives.md.

use serde_json::Value;

use super::SERVED;
use super::examples::{Example, blocks, contexts};
use crate::support::client::chat;
use crate::support::stream::stream;

const READMES: [(&str, &str); 2] = [
    ("README.md", include_str!("../../../README.md")),
    ("README.zh-CN.md", include_str!("../../../README.zh-CN.md")),
];

/// The content of the first block that begins with `opening`.
fn content<'a>(text: &'a str, opening: &str) -> &'a str {
    let (_, rest) = text.split_once(opening).unwrap();
    let mut depth = 1;
    let end = rest.find(|c| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        depth == 0
    });
    &rest[..end.unwrap()]
}

/// The example of a README, whose file is whole, as parts of a test's
/// configuration.
fn example(name: &str, readme: &str) -> Example {
    let nginx: Vec<_> = blocks(readme)
        .into_iter()
        .filter(|block| block.language == "nginx")
        .collect();
    assert_eq!(nginx.len(), 1, "{name}");
    let text = nginx[0].text;
    assert!(text.starts_with("load_module /path/to/modules/ngx_http_llm_mock_module.so;"));
    let http = content(text, "http {");
    let server = content(http, "server {");
    let http = http.replace(&format!("server {{{server}}}"), "");
    let server = server.replace("listen 8080;", "");
    Example::new(name, [http, server])
}

/// The lines of the stream that a README shows.
fn shown_stream(readme: &str) -> String {
    let lines = readme
        .lines()
        .filter_map(|it| it.strip_prefix("    data: "));
    lines.map(|line| format!("data: {line}\n\n")).collect()
}

/// The stream without what differs from one reply to the next.
fn masked(body: &str) -> String {
    let first = body.lines().next().unwrap();
    let first: Value = serde_json::from_str(first.strip_prefix("data: ").unwrap()).unwrap();
    let (id, created) = (&first["id"], &first["created"]);
    assert_eq!(id.as_str().unwrap().len(), "chatcmpl-".len() + 29);
    body.replace(&id.to_string(), "ID")
        .replace(&created.to_string(), "TIME")
}

#[test]
fn a_readme_shows_the_reply_to_its_curl_command() {
    for (name, readme) in READMES {
        let nginx = example(name, readme).start().unwrap();
        let curl = readme.lines().find(|it| it.contains("curl -N")).unwrap();
        let (curl, body) = curl.trim().split_once(" -d ").unwrap();
        assert_eq!(curl, "curl -N http://127.0.0.1:8080/v1/chat/completions");
        let headers = [
            ("Accept", "*/*"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let reply = nginx.send(chat(&headers, body.trim_matches('\'')));
        assert_eq!(stream(&reply).text(), "powered by openai");
        assert_eq!(
            masked(reply.text()),
            masked(&shown_stream(readme)),
            "{name}"
        );
    }
}

#[test]
fn the_readmes_have_the_same_code() {
    let code = |(_, readme): (&str, &str)| -> Vec<String> {
        let mut lines: Vec<_> = readme.lines().filter(|it| it.starts_with("    ")).collect();
        let fenced = blocks(readme);
        lines.extend(fenced.iter().flat_map(|block| block.text.lines()));
        let code = lines.iter().map(|line| line.split('#').next().unwrap());
        code.map(|line| line.trim_end().to_owned()).collect()
    };
    assert_eq!(code(READMES[0]), code(READMES[1]));
}

#[test]
fn nginx_accepts_the_examples_of_the_directives() {
    let page = include_str!("../../../docs/directives.md");
    let replies = [
        SERVED,
        "The first four kilobytes and what follows.",
        "It costs $5.",
        SERVED,
    ];
    let examples = blocks(page);
    assert_eq!(examples.len(), replies.len());
    for (block, expected) in examples.iter().zip(replies) {
        // The prefix of a test has no folder for logs.
        let [http, server] = contexts(block.text).map(|it| it.replace("logs/", ""));
        let server = format!("{server} location / {{ llm_mock on; llm_mock_delay 0; }}");
        let example = Example::new(block.heading, [http, server]);
        let nginx = example.start().unwrap();
        assert_eq!(stream(&nginx.chat("")).text(), expected);
    }
}
