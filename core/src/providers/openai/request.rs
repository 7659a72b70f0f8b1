//! Reads the body of a chat request: the top-level fields that determine the
//! response, in one pass. Other values are skipped at any depth, without
//! building a tree and without recursion. Other dialects read the fields that
//! they share with chat in the same way.

use serde::Deserialize;

use crate::completion::fields::{choices, model, seed, stop, stream};
use crate::completion::prompt_tokens::BYTES_PER_TOKEN;

use super::chat::output::Fields;
use super::prediction;
use crate::completion::{GenerationRequest, MOST_LOGPROBS};
use crate::json::{Value, object};

/// Reads a body. A body that is not a single JSON object is read as an empty
/// one. Invalid UTF-8 is read as U+FFFD.
pub fn read(body: &[u8]) -> GenerationRequest {
    let body = object::text(body);
    let mut request = GenerationRequest::default();
    let mut output_fields = Fields::default();
    let (mut has_logprobs, mut top_logprobs) = (false, 0);
    request.is_object = object::read(&body, |key, value| {
        match key {
            "model" => request.model = model(value),
            "stream" => request.stream = stream(value),
            "max_tokens" | "max_completion_tokens" => {
                request.limits.max_tokens = value.parse().or(request.limits.max_tokens);
            }
            "stop" => request.limits.stop = stop::<MOST_STOPS>(value),
            "n" => request.choices = choices(value.parse()),
            "stream_options" => request.include_usage = include_usage(value),
            "messages" => {
                request.estimated_prompt_tokens =
                    (value.json().len() as u64).div_ceil(BYTES_PER_TOKEN);
            }
            "seed" => request.seed = seed(value.parse()),
            "logprobs" => has_logprobs = value.parse().unwrap_or(false),
            "top_logprobs" => top_logprobs = value.parse().unwrap_or(0),
            "service_tier" => request.service_tier = service_tier(value),
            "prediction" => request.prediction = prediction::read(value),
            _ => {}
        }
        output_fields.field(key, value);
    });
    if request.is_object {
        request.logprobs = has_logprobs.then_some(top_logprobs.min(MOST_LOGPROBS));
        (request.output, request.is_legacy_call) = output_fields.output();
        request.limit_model();
    } else {
        request = GenerationRequest::default();
    }
    request
}

/// The maximum number of stop sequences, which is OpenAI's.
pub(crate) const MOST_STOPS: usize = 4;

pub(crate) fn include_usage(value: Value) -> bool {
    #[derive(Deserialize)]
    struct StreamOptions {
        include_usage: bool,
    }
    value
        .parse()
        .is_some_and(|StreamOptions { include_usage }| include_usage)
}

/// Returns the tier that serves a request for this tier.
fn service_tier(value: Value) -> Option<&'static str> {
    match value.text().as_ref() {
        "auto" | "default" => Some("default"),
        "flex" => Some("flex"),
        "priority" => Some("priority"),
        "scale" => Some("scale"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::{LONGEST_MODEL, StreamField};
    use proptest::prelude::*;

    fn model_of(body: &[u8]) -> Option<String> {
        read(body).model
    }

    #[test]
    fn fields_are_read_in_any_order() {
        let request = read(br#" {"messages":[{"role":"user","content":"hi"}],"x":{"model":"no"},"stream":false,"model":"gpt-4o"} "#);
        assert_eq!(request.model.as_deref(), Some("gpt-4o"));
        assert_eq!(request.stream, StreamField::False);
        assert!(request.is_object);
        assert_eq!(request.estimated_prompt_tokens, 8);
    }

    #[test]
    fn the_last_of_duplicate_fields_is_used() {
        assert_eq!(
            model_of(br#"{"model":"a","model":"b"}"#).as_deref(),
            Some("b")
        );
    }

    #[test]
    fn a_model_may_be_any_string() {
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
    fn a_model_of_the_wrong_type_is_ignored() {
        for value in ["1", "null", "true", "[\"x\"]", "{\"model\":\"x\"}", "1e999"] {
            let body = format!("{{\"model\":{value},\"stream\":false}}");
            let request = read(body.as_bytes());
            assert_eq!(request.model, None, "{body}");
            assert_eq!(request.stream, StreamField::False, "{body}");
        }
    }

    #[test]
    fn an_overlong_model_is_ignored() {
        let body = |len| format!("{{\"model\":\"{}\"}}", "x".repeat(len));
        assert!(model_of(body(LONGEST_MODEL).as_bytes()).is_some());
        assert!(model_of(body(LONGEST_MODEL + 1).as_bytes()).is_none());
    }

    #[test]
    fn a_long_model_with_many_choices_is_ignored() {
        let model = |n, len| {
            let name = "\\n".repeat(len);
            model_of(format!("{{\"model\":\"{name}\",\"n\":{n}}}").as_bytes())
        };
        assert!(model(1, LONGEST_MODEL).is_some());
        assert!(model(2, LONGEST_MODEL).is_some());
        assert!(model(3, LONGEST_MODEL).is_none());
        assert!(model(128, 1024).is_some());
        assert!(model(128, 1025).is_none());
    }

    #[test]
    fn the_stream_field_is_a_boolean_or_another_value() {
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
    fn a_body_that_is_not_an_object_is_read_as_empty() {
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
            assert_eq!(
                read(body.as_bytes()),
                GenerationRequest::default(),
                "{body:?}"
            );
        }
    }

    #[test]
    fn deeply_nested_values_are_skipped() {
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
            assert_eq!(
                read(open.repeat(100_000).as_bytes()),
                GenerationRequest::default()
            );
        }
    }

    proptest! {
        #[test]
        fn serialized_values_are_read_back(
            text: String,
            stream: bool,
            more in prop::collection::vec(any::<String>(), 0..5),
        ) {
            let body = serde_json::json!({"a": more, "model": text, "stream": stream});
            let request = read(body.to_string().as_bytes());
            prop_assert_eq!(request.model, Some(text));
            prop_assert_eq!(request.stream == StreamField::True, stream);
        }
    }
}
