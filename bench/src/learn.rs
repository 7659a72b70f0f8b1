//! Learns what a server's reply must be from one that it gave.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::expect::{Expected, Template, slot};

/// What a server says, and how.
#[derive(Debug, Clone)]
pub struct Learned {
    /// What further replies must be.
    pub expected: Expected,
    /// The text, if it came as a stream.
    pub text: String,
}

/// Headers that differ from reply to reply.
const VARYING: [&str; 4] = ["date", "x-request-id", "request-id", "etag"];

/// Longest time without a byte.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends a request and makes the reply a template: the id, the time of
/// creation, and some headers may differ, nothing else.
///
/// # Errors
///
/// There is no reply, or it is none of status 200.
pub fn learn(address: SocketAddr, request: &[u8]) -> Result<Learned> {
    let (head, body, is_chunked) = ask(address, request)?;
    let status = head.lines().next().unwrap_or_default();
    ensure!(status.contains(" 200"), "it answers {status}");
    let mut expected = Expected {
        length: (!is_chunked).then_some(body.len() as u64),
        ..Expected::default()
    };
    for line in head.split_inclusive("\r\n") {
        match line.split_once(": ") {
            Some((name, _)) if VARYING.contains(&name.to_ascii_lowercase().as_str()) => {
                expected.head.text(&format!("{name}: {}\r\n", slot::ANY));
            }
            _ => expected.head.text(line),
        }
    }
    let text = events(&body, &mut expected.body);
    Ok(Learned { expected, text })
}

/// Appends the events of a stream to `template`, and returns what they say. A
/// chunk ends with each event that says something.
fn events(body: &str, template: &mut Template) -> String {
    let mut text = String::new();
    for event in body.split_inclusive("\n\n") {
        let data = event.trim_start_matches("data:").trim();
        let json: Value = serde_json::from_str(data).unwrap_or_default();
        let mut event = event.to_owned();
        if let Some(id) = json.get("id").and_then(Value::as_str) {
            event = event.replacen(&format!("\"{id}\""), &format!("\"{}\"", slot::ID), 1);
        }
        if let Some(created) = json.get("created").and_then(Value::as_u64) {
            event = event.replacen(&created.to_string(), slot::CREATED, 1);
        }
        template.text(&event);
        let said = json
            .pointer("/choices/0/delta/content")
            .and_then(Value::as_str);
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            text += said;
            template.mark();
        }
    }
    text
}

/// Head, body, and whether that came in chunks.
fn ask(address: SocketAddr, request: &[u8]) -> Result<(String, String, bool)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        ensure!(count > 0, "it closes the connection");
        bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, rest)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = format!("{head}\r\n\r\n");
        let header = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            let mut values = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name));
            values.next().map(|(_, value)| value)
        };
        if let Some(length) = header("content-length") {
            if rest.len() >= length.parse::<usize>()? {
                return Ok((head.clone(), rest.to_owned(), false));
            }
        } else if header("transfer-encoding").is_some() {
            if rest.ends_with("0\r\n\r\n") {
                let body = dechunk(rest).context("broken chunks")?;
                return Ok((head.clone(), body, true));
            }
        } else {
            bail!("its reply has neither a length nor chunks");
        }
    }
}

/// A body freed of its transfer coding.
fn dechunk(mut rest: &str) -> Option<String> {
    let mut body = String::new();
    loop {
        let (size, data) = rest.split_once("\r\n")?;
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body += data.get(..size)?;
        rest = data.get(size..)?.strip_prefix("\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{self, Fields};

    #[test]
    fn a_stream_of_the_modules_is_learned_as_it_is_written_down() {
        let fields = Fields {
            id: "chatcmpl-1",
            created: "1795353146",
            model: "m",
        };
        let body = wire::steps("powered by openai", fields).concat();
        let mut template = Template::default();
        assert_eq!(events(&body, &mut template), "powered by openai");
        assert_eq!(template.marks(), 3);
        let literal = |template: &Template| {
            let mut t = template.clone();
            t.forget_marks();
            t
        };
        let known = Expected::stream("powered by openai", "m").body;
        assert_eq!(literal(&template), literal(&known));
    }

    #[test]
    fn chunks_are_joined() {
        assert_eq!(
            dechunk("3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n").unwrap(),
            "abc0123456789"
        );
        assert_eq!(dechunk("3\r\nab"), None);
    }
}
