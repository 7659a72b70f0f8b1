//! The body of a chat request: the top-level fields that decide about the
//! reply, read in one pass. Whatever else is there is stepped over, to any
//! depth, without a tree and without recursion. Other dialects read what they
//! share with it in the same way.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::chat::wish::Fields;
use super::prediction;
use crate::api::body;
use crate::ask::{Ask, LONGEST_MODEL, MOST_CHOICES, MOST_LOGPROBS, StreamField};
use crate::tokens;
use crate::value::{Text, Value};

/// Four bytes of JSON make a token, where tokens are estimated.
pub(crate) const BYTES_PER_TOKEN: u64 = tokens::BYTES_PER_TOKEN as u64;

/// Reads a body. One that is not a single JSON object says nothing. Bytes that
/// are not UTF-8 are read as U+FFFD.
pub fn read(body: &[u8]) -> Ask {
    let body = body::text(body);
    let mut ask = Ask::default();
    let mut wanted = Fields::default();
    let (mut has_logprobs, mut top_logprobs) = (false, 0);
    ask.is_object = body::read(&body, |key, value| {
        match key {
            "model" => ask.model = model(value),
            "stream" => ask.stream = stream(value),
            "max_tokens" | "max_completion_tokens" => {
                ask.limits.max_tokens = value.parse().or(ask.limits.max_tokens);
            }
            "stop" => ask.limits.stop = stop::<MOST_STOPS>(value),
            "n" => ask.choices = choices(value.parse()),
            "stream_options" => ask.include_usage = include_usage(value),
            "messages" => {
                ask.prompt_tokens = (value.json().len() as u64).div_ceil(BYTES_PER_TOKEN);
            }
            "seed" => ask.seed = seed(value.parse()),
            "logprobs" => has_logprobs = value.parse().unwrap_or(false),
            "top_logprobs" => top_logprobs = value.parse().unwrap_or(0),
            "service_tier" => ask.service_tier = service_tier(value),
            "prediction" => ask.prediction = prediction::read(value),
            _ => {}
        }
        wanted.field(key, value);
    });
    if !ask.is_object {
        return Ask::default();
    }
    ask.logprobs = has_logprobs.then_some(top_logprobs.min(MOST_LOGPROBS));
    (ask.wish, ask.is_legacy_call) = wanted.wish();
    ask
}

pub(crate) fn model(value: Value) -> Option<String> {
    let name = value.is_string().then(|| value.text())?;
    (name.len() <= LONGEST_MODEL).then(|| name.into_owned())
}

/// What generated data begins from.
pub(crate) fn seed(number: Option<i64>) -> Option<u64> {
    number.map(|seed| seed as u64)
}

/// How many replies are wanted.
pub(crate) fn choices(number: Option<usize>) -> usize {
    number.unwrap_or(1).clamp(1, MOST_CHOICES)
}

pub(crate) fn include_usage(value: Value) -> bool {
    #[derive(Deserialize)]
    struct StreamOptions {
        include_usage: bool,
    }
    value
        .parse()
        .is_some_and(|StreamOptions { include_usage }| include_usage)
}

/// The tier that serves a request for one.
fn service_tier(value: Value) -> Option<&'static str> {
    match value.text().as_ref() {
        "auto" | "default" => Some("default"),
        "flex" => Some("flex"),
        "priority" => Some("priority"),
        "scale" => Some("scale"),
        _ => None,
    }
}

/// One sequence, or the first `MOST` of a list of them.
pub(crate) fn stop<const MOST: usize>(value: Value) -> Vec<String> {
    if let Some(Text(one)) = value.parse() {
        return vec![one];
    }
    value
        .parse()
        .map_or_else(Vec::new, |Stops::<MOST>(list)| list)
}

/// The first `MOST` of the strings in a list.
struct Stops<const MOST: usize>(Vec<String>);

/// As many as OpenAI takes.
pub(crate) const MOST_STOPS: usize = 4;

impl<'de, const MOST: usize> Deserialize<'de> for Stops<MOST> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct List<const MOST: usize>;

        impl<'de, const MOST: usize> Visitor<'de> for List<MOST> {
            type Value = Stops<MOST>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of strings")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Stops<MOST>, A::Error> {
                let mut list = Vec::new();
                while list.len() < MOST {
                    match seq.next_element()? {
                        Some(Text(stop)) => list.push(stop),
                        None => return Ok(Stops(list)),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Stops(list))
            }
        }

        json.deserialize_seq(List::<MOST>)
    }
}

pub(crate) fn stream(value: Value) -> StreamField {
    match value.json() {
        "true" => StreamField::True,
        "false" => StreamField::False,
        "null" => StreamField::Absent,
        _ => StreamField::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn model_of(body: &[u8]) -> Option<String> {
        read(body).model
    }

    #[test]
    fn reads_the_fields_wherever_they_stand() {
        let ask = read(br#" {"messages":[{"role":"user","content":"hi"}],"x":{"model":"no"},"stream":false,"model":"gpt-4o"} "#);
        assert_eq!(ask.model.as_deref(), Some("gpt-4o"));
        assert_eq!(ask.stream, StreamField::False);
        assert!(ask.is_object);
        assert_eq!(ask.prompt_tokens, 8);
    }

    #[test]
    fn of_a_field_that_comes_twice_the_last_counts() {
        assert_eq!(
            model_of(br#"{"model":"a","model":"b"}"#).as_deref(),
            Some("b")
        );
    }

    #[test]
    fn a_model_is_any_string() {
        for (body, expected) in [
            (
                br#"{"model":"a\"b\\c\n\u0000\ud83e\udd80"}"#.as_slice(),
                "a\"b\\c\n\0🦀",
            ),
            ("{\"model\":\"🦀\"}".as_bytes(), "🦀"),
            (br#"{"mod\u0065l":"x"}"#, "x"),
            (br#"{"model":""}"#, ""),
            (b"{\"model\":\"a\xffb\"}", "a\u{fffd}b"),
        ] {
            assert_eq!(model_of(body).as_deref(), Some(expected));
        }
        let lone = model_of(br#"{"\udc00":1,"model":"a\ud83e"}"#).unwrap();
        assert!(lone.starts_with("a\u{fffd}"), "{lone:?}");
    }

    #[test]
    fn a_model_of_another_type_is_none() {
        for value in ["1", "null", "true", "[\"x\"]", "{\"model\":\"x\"}", "1e999"] {
            let body = format!("{{\"model\":{value},\"stream\":false}}");
            let ask = read(body.as_bytes());
            assert_eq!(ask.model, None, "{body}");
            assert_eq!(ask.stream, StreamField::False, "{body}");
        }
    }

    #[test]
    fn a_model_of_absurd_length_is_none() {
        let body = |len| format!("{{\"model\":\"{}\"}}", "x".repeat(len));
        assert!(model_of(body(LONGEST_MODEL).as_bytes()).is_some());
        assert!(model_of(body(LONGEST_MODEL + 1).as_bytes()).is_none());
    }

    #[test]
    fn stream_is_a_boolean_or_something_else() {
        for (value, expected) in [
            ("true", StreamField::True),
            ("false", StreamField::False),
            ("null", StreamField::Absent),
            ("0", StreamField::Other),
            ("\"false\"", StreamField::Other),
            ("[]", StreamField::Other),
        ] {
            let body = format!("{{\"stream\": {value} }}");
            assert_eq!(read(body.as_bytes()).stream, expected, "{body}");
        }
        assert_eq!(read(b"{}").stream, StreamField::Absent);
    }

    #[test]
    fn what_is_no_object_says_nothing() {
        for body in [
            "",
            " ",
            "{",
            "}",
            "[]",
            "\"x\"",
            "null",
            "1",
            "{\"model\":\"x\"",
            "{\"model\":\"x\"} y",
            "{\"model\":\"x\"}{}",
            "{model:\"x\"}",
            "{'model':'x'}",
            "{\"model\":\"x\",}",
            "model=x",
            "\0",
        ] {
            assert_eq!(read(body.as_bytes()), Ask::default(), "{body:?}");
        }
    }

    #[test]
    fn depth_is_no_danger() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for field in ["messages", "model", "stream", "other"] {
                let nested = open.repeat(100_000) + "1" + &close.repeat(100_000);
                let body = format!("{{\"{field}\":{nested},\"model\":\"deep\"}}");
                assert_eq!(
                    model_of(body.as_bytes()).as_deref(),
                    Some("deep"),
                    "{field} {open}"
                );
            }
            assert_eq!(read(open.repeat(100_000).as_bytes()), Ask::default());
        }
    }

    proptest! {
        #[test]
        fn reads_what_a_serializer_wrote(
            text: String,
            stream: bool,
            more in prop::collection::vec(any::<String>(), 0..5),
        ) {
            let body = serde_json::json!({"a": more, "model": text, "stream": stream});
            let ask = read(body.to_string().as_bytes());
            prop_assert_eq!(ask.model, Some(text));
            prop_assert_eq!(ask.stream == StreamField::True, stream);
        }
    }
}
