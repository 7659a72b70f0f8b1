//! `POST /api/generate` (`docs/api.md`, "Generate a completion").

use super::lines::{Kind, Lines, done_reason};
use super::request;
use crate::completion::{Completion, Framing, Generation, GenerationRequest};
use crate::engine::BoxedBody;
use crate::providers::dialect::{Dialect, Source};

/// The dialect of `/api/generate`.
pub struct Generate;

impl Dialect for Generate {
    /// A response has no id.
    fn id_prefix(&self) -> &'static str {
        ""
    }

    fn read(&self, source: &Source) -> GenerationRequest {
        GenerationRequest {
            framing: Framing::Lines,
            ..request::generate(source.body)
        }
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &request::GENERATE_PROMPT
    }

    fn finish_reason(&self, completion: &Completion, request: &GenerationRequest) -> &'static str {
        done_reason(completion, request)
    }

    fn stream(&self, generation: &Generation) -> BoxedBody {
        BoxedBody::new(Lines::of(Kind::Generate, generation))
    }

    fn plain(&self, generation: &Generation) -> Vec<u8> {
        Lines::of(Kind::Generate, generation).plain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn with_generation<T>(text: &str, body: &str, f: impl FnOnce(&Generation) -> T) -> T {
        let request = testing::read(&Generate, body);
        testing::generation(&Generate, "llama3.2", text, &request, f)
    }

    fn stream(text: &str, body: &str) -> String {
        testing::steps(&with_generation(text, body, |it| Generate.stream(it))).concat()
    }

    fn plain(text: &str, body: &str) -> String {
        String::from_utf8(with_generation(text, body, |it| Generate.plain(it))).unwrap()
    }

    const ASKED: &str = r#"{"model":"llama3.2","prompt":"hi"}"#;

    #[test]
    fn the_stream_has_ollamas_format() {
        insta::assert_snapshot!(stream("say \"hi\" twice", ASKED));
    }

    #[test]
    fn the_plain_response_has_ollamas_format() {
        insta::assert_snapshot!(plain("say \"hi\"", ASKED));
    }

    #[test]
    fn a_request_without_a_prompt_loads_the_model() {
        let body = r#"{"model":"llama3.2"}"#;
        insta::assert_snapshot!(plain("text", body));
        assert_eq!(stream("text", body), plain("text", body) + "\n");
    }

    #[test]
    fn the_requested_format_is_generated() {
        let body = r#"{"model":"llama3.2","prompt":"hi","format":{"const":{"a":1}},"tools":[
            {"type":"function","function":{"name":"f"}}]}"#;
        let response: serde_json::Value = serde_json::from_str(&plain("text", body)).unwrap();
        assert_eq!(response["response"], r#"{"a":1}"#);
    }
}
