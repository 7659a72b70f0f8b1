//! Messages (API reference, "Messages" and "Streaming Messages"): the object
//! `message`, and the events of a streamed one.

use super::request;
use crate::api::out::Out;
use crate::api::{Dialect, Said, counting};
use crate::ask::Ask;
use crate::batch::Batch;
use crate::json::{self, Digits};
use crate::saying::{Finish, Saying};
use crate::sse;
use crate::stream::Frames;
use crate::tokens::Encoding;

/// The dialect of `/v1/messages`.
pub struct Messages;

impl Dialect for Messages {
    fn id_prefix(&self) -> &'static str {
        "msg_"
    }

    fn ask(&self, body: &[u8]) -> Ask {
        request::read(body)
    }

    fn prompt_tokens(&self, body: &[u8], encoding: Encoding) -> u64 {
        counting::of_messages(body, &request::PROMPT, encoding)
    }

    fn stream(&self, said: &Said) -> Box<dyn Frames> {
        Box::new(Events {
            start: start(said),
            end: end(said),
            saying: said.saying.clone(),
        })
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        let text = said.saying.text();
        let mut out = Vec::with_capacity(head_len(said) + text.len());
        put_head(said, &mut out);
        out.put_all(&[b"[{\"type\":\"text\",\"text\":\"", text, b"\"}],"]);
        put_stop(said, &mut out);
        out.put(b",\"usage\":");
        put_usage(said, said.saying.tokens(), &mut out);
        out.put(b"}");
        out
    }
}

/// A message up to its content.
fn put_head(said: &Said, out: &mut Vec<u8>) {
    out.put_all(&[
        b"{\"id\":\"",
        said.id.as_bytes(),
        b"\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"",
        said.model.as_bytes(),
        b"\",\"content\":",
    ]);
}

/// The sequence that ended the text, if one did.
fn stop_sequence<'a>(said: &Said<'a>) -> Option<&'a str> {
    let which = said.saying.stopped_by()?;
    said.ask.limits.stop.get(which).map(String::as_str)
}

/// `stop_reason` and `stop_sequence`
fn put_stop(said: &Said, out: &mut Vec<u8>) {
    match (stop_sequence(said), said.saying.finish()) {
        (Some(sequence), _) => {
            out.put(b"\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"");
            json::escape(sequence, out);
            out.put(b"\"");
        }
        (None, Finish::Stop) => {
            out.put(b"\"stop_reason\":\"end_turn\",\"stop_sequence\":null");
        }
        (None, Finish::Length) => {
            out.put(b"\"stop_reason\":\"max_tokens\",\"stop_sequence\":null");
        }
    }
}

/// `usage`: nothing is cached.
fn put_usage(said: &Said, output: usize, out: &mut Vec<u8>) {
    out.put_all(&[
        b"{\"input_tokens\":",
        Digits::of(said.prompt_tokens).as_bytes(),
        b",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":",
        Digits::of(output as u64).as_bytes(),
        b"}",
    ]);
}

/// No less than what a message has around its text, and `message_start` and
/// `message_delta` around theirs.
fn head_len(said: &Said) -> usize {
    const FIXED: usize = 600;
    const ESCAPED: usize = 6;
    let stop = stop_sequence(said).map_or(0, str::len);
    FIXED + said.id.len() + said.model.as_bytes().len() + stop * ESCAPED
}

/// The events before the text.
fn start(said: &Said) -> Vec<u8> {
    let mut out = Vec::with_capacity(head_len(said));
    out.put(b"event: message_start\ndata: {\"type\":\"message_start\",\"message\":");
    put_head(said, &mut out);
    out.put(b"[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
    // The first token is there when the message starts.
    put_usage(said, said.saying.tokens().min(1), &mut out);
    out.put_all(&[
        b"}}",
        sse::END,
        b"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,",
        b"\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
        sse::END,
        b"event: ping\ndata: {\"type\":\"ping\"}",
        sse::END,
    ]);
    out
}

/// The events after the text.
fn end(said: &Said) -> Vec<u8> {
    let mut out = Vec::with_capacity(head_len(said));
    out.put_all(&[
        b"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}",
        sse::END,
        b"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{",
    ]);
    put_stop(said, &mut out);
    out.put(b"},\"usage\":");
    put_usage(said, said.saying.tokens(), &mut out);
    out.put_all(&[
        b"}",
        sse::END,
        b"event: message_stop\ndata: {\"type\":\"message_stop\"}",
        sse::END,
    ]);
    out
}

/// A streamed message. What comes before the text comes with its first word,
/// what comes after it with the last.
struct Events {
    start: Vec<u8>,
    end: Vec<u8>,
    saying: Saying,
}

impl Frames for Events {
    fn steps(&self) -> usize {
        self.saying.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Batch) {
        if step == 0 {
            out.put(&self.start);
        }
        if !self.saying.is_empty() {
            out.put(
                b"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\
                  \"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"",
            );
            out.put(self.saying.piece(step));
            out.put(b"\"}}");
            out.put(sse::END);
        }
        if step + 1 == self.steps() {
            out.put(&self.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Escaped;
    use crate::script::Script;
    use serde_json::Value;
    use std::sync::Arc;

    fn saying<T>(text: &str, body: &str, f: impl FnOnce(&Said) -> T) -> T {
        let ask = Messages.ask(body.as_bytes());
        f(&Said {
            id: "msg_123".to_owned(),
            created: 1_234_567_890,
            model: &Escaped::new(b"claude-sonnet-4-5"),
            saying: Saying::new(&Arc::new(Script::new(text.as_bytes())), &ask.limits),
            choices: ask.choices,
            prompt_tokens: 9,
            include_usage: ask.include_usage,
            ask: &ask,
        })
    }

    fn stream(text: &str, body: &str) -> String {
        let frames = saying(text, body, |said| Messages.stream(said));
        let mut out = Batch::new();
        for step in 0..frames.steps() {
            frames.render(step, &mut out);
        }
        String::from_utf8(out.as_bytes().to_vec()).unwrap()
    }

    fn whole(text: &str, body: &str) -> String {
        String::from_utf8(saying(text, body, |said| Messages.whole(said))).unwrap()
    }

    #[test]
    fn the_plain_reply_is_anthropics_object() {
        insta::assert_snapshot!(whole("say \"hi\"", "{}"));
    }

    #[test]
    fn the_stream_is_anthropics_sequence_of_events() {
        insta::assert_snapshot!(stream("powered by anthropic", "{}"));
        insta::assert_snapshot!(stream("", "{}"));
    }

    #[test]
    fn the_stop_reason_says_why_it_ends() {
        for (body, reason, sequence, content) in [
            ("{}", "end_turn", Value::Null, "a b c"),
            (r#"{"max_tokens":3}"#, "end_turn", Value::Null, "a b c"),
            (r#"{"max_tokens":2}"#, "max_tokens", Value::Null, "a b "),
            (
                r#"{"stop_sequences":["x","c","b"]}"#,
                "stop_sequence",
                "b".into(),
                "a ",
            ),
            (
                r#"{"stop_sequences":["c"],"max_tokens":1}"#,
                "max_tokens",
                Value::Null,
                "a ",
            ),
        ] {
            let message: Value = serde_json::from_str(&whole("a b c", body)).unwrap();
            assert_eq!(message["stop_reason"], reason, "{body}");
            assert_eq!(message["stop_sequence"], sequence, "{body}");
            assert_eq!(message["content"][0]["text"], content, "{body}");
            let stream = stream("a b c", body);
            let mut text = String::new();
            for event in stream.strip_suffix("\n\n").unwrap().split("\n\n") {
                let (name, data) = event.split_once('\n').unwrap();
                let data: Value =
                    serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
                assert_eq!(name.strip_prefix("event: ").unwrap(), data["type"]);
                text += data["delta"]["text"].as_str().unwrap_or_default();
                if data["type"] == "message_delta" {
                    assert_eq!(data["delta"]["stop_reason"], reason, "{body}");
                    assert_eq!(data["delta"]["stop_sequence"], sequence, "{body}");
                    assert_eq!(data["usage"], message["usage"], "{body}");
                }
            }
            assert_eq!(text, content, "{body}");
        }
    }

    #[test]
    fn parts_are_as_long_as_foreseen() {
        for body in ["{}", r#"{"stop_sequences":["\u0001\u0001"]}"#] {
            saying("one \u{1}\u{1} two", body, |said| {
                let most = head_len(said);
                assert!(start(said).len() <= most);
                assert!(end(said).len() <= most);
                assert!(Messages.whole(said).len() <= most + said.saying.text().len());
            });
        }
    }
}
