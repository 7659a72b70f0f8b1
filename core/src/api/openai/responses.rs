//! Responses (API reference, "Responses"): the dialect of `/v1/responses`.

mod events;
mod object;
mod request;
pub mod stored;

use self::events::Events;
use self::object::{Response, Status};
use crate::api::{Dialect, Said, counting};
use crate::ask::Ask;
use crate::stream::Frames;
use crate::tokens::Encoding;

/// The dialect of `/v1/responses`.
pub struct Responses;

const ID_PREFIX: &str = "resp_";

impl Dialect for Responses {
    fn id_prefix(&self) -> &'static str {
        ID_PREFIX
    }

    fn ask(&self, body: &[u8]) -> Ask {
        request::read(body)
    }

    fn prompt_tokens(&self, body: &[u8], encoding: Encoding) -> u64 {
        counting::of_messages(body, &request::PROMPT, encoding)
    }

    fn stream(&self, said: &Said) -> Box<dyn Frames> {
        Box::new(Events::new(said))
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        let response = Response::of(said);
        let mut out = Vec::with_capacity(response.len());
        response.put(Status::at_end(&said.saying), &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use crate::json::Escaped;
    use crate::saying::Saying;
    use crate::script::Script;
    use serde_json::Value;
    use std::sync::Arc;

    fn saying<T>(text: &str, body: &str, f: impl FnOnce(&Said) -> T) -> T {
        let ask = Responses.ask(body.as_bytes());
        f(&Said {
            id: "resp_123".to_owned(),
            created: 1_234_567_890,
            model: &Escaped::new(b"gpt-4o"),
            saying: Saying::new(&Arc::new(Script::new(text.as_bytes())), &ask.limits),
            choices: ask.choices,
            prompt_tokens: 9,
            include_usage: ask.include_usage,
            ask: &ask,
        })
    }

    fn steps(text: &str, body: &str) -> Vec<String> {
        let frames = saying(text, body, |said| Responses.stream(said));
        (0..frames.steps())
            .map(|step| {
                let mut out = Batch::new();
                frames.render(step, &mut out);
                String::from_utf8(out.as_bytes().to_vec()).unwrap()
            })
            .collect()
    }

    fn whole(text: &str, body: &str) -> String {
        String::from_utf8(saying(text, body, |said| Responses.whole(said))).unwrap()
    }

    /// The names and the data of the events.
    fn events(text: &str, body: &str) -> Vec<(String, Value)> {
        let stream = steps(text, body).concat();
        let events = stream.strip_suffix("\n\n").unwrap().split("\n\n");
        events
            .map(|event| {
                let (name, data) = event.split_once('\n').unwrap();
                let name = name.strip_prefix("event: ").unwrap().to_owned();
                let data = data.strip_prefix("data: ").unwrap();
                (name, serde_json::from_str(data).unwrap())
            })
            .collect()
    }

    #[test]
    fn the_plain_reply_is_openais_object() {
        insta::assert_snapshot!(whole("say \"hi\"", "{}"));
        insta::assert_snapshot!(whole("one two three", r#"{"max_output_tokens":2}"#));
    }

    #[test]
    fn the_stream_is_openais_sequence_of_events() {
        insta::assert_snapshot!(steps("powered by openai", "{}").concat());
        insta::assert_snapshot!(steps("powered by openai", r#"{"max_output_tokens":1}"#).concat());
        insta::assert_snapshot!(steps("", "{}").concat());
    }

    #[test]
    fn the_first_and_the_last_word_carry_what_goes_around() {
        let steps = steps("powered by openai", "");
        let events: Vec<_> = steps.iter().map(|s| s.matches("event: ").count()).collect();
        assert_eq!(events, [5, 1, 5]);
    }

    #[test]
    fn the_events_agree_with_the_plain_reply() {
        for (text, body) in [
            ("", "{}"),
            ("one", "{}"),
            ("one \"two\" three", r#"{"instructions":"be\n brief"}"#),
            (
                "one two three",
                r#"{"max_output_tokens":2,"metadata":{"a":"b"}}"#,
            ),
            ("one two three", r#"{"max_output_tokens":0}"#),
        ] {
            let whole: Value = serde_json::from_str(&whole(text, body)).unwrap();
            let events = events(text, body);
            for (number, (name, data)) in events.iter().enumerate() {
                assert_eq!(data["sequence_number"], number, "{name}");
                assert_eq!(data["type"], *name);
            }
            let (name, last) = events.last().unwrap();
            assert_eq!(last["response"], whole);
            assert_eq!(
                *name,
                format!("response.{}", whole["status"].as_str().unwrap())
            );
            let item = &whole["output"][0];
            let said = &item["content"][0]["text"];
            let mut deltas = String::new();
            for (name, data) in &events {
                match name.as_str() {
                    "response.output_text.delta" => deltas += data["delta"].as_str().unwrap(),
                    "response.output_text.done" => assert_eq!(data["text"], *said),
                    "response.content_part.done" => assert_eq!(data["part"], item["content"][0]),
                    "response.output_item.done" => assert_eq!(data["item"], *item),
                    _ => {}
                }
                if let Some(id) = data.get("item_id") {
                    assert_eq!(*id, item["id"]);
                }
            }
            assert_eq!(*said, deltas);
        }
    }

    #[test]
    fn objects_are_as_long_as_foreseen() {
        for body in ["{}", r#"{"max_output_tokens":1,"instructions":"x"}"#] {
            saying("one two", body, |said| {
                let whole = Responses.whole(said);
                assert!(whole.len() <= Response::of(said).len());
            });
        }
    }
}
