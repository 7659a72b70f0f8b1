//! Completions (API reference, "Completions"): the `text_completion` object,
//! whole and as a stream.

mod echo;

use self::echo::Echo;
use super::request::{MOST_STOPS, include_usage};
use super::usage::{Ending, Usage};
use crate::completion::fields::{choices, model, stop, stream};
use crate::completion::{
    Completion, FinishReason, Generation, GenerationRequest, Inputs, StreamField,
};
use crate::engine::{Body, BoxedBody, Buffer, Progress, sse};
use crate::json::escape::Digits;
use crate::json::object;
use crate::providers::dialect::{Dialect, Source};
use crate::tokens::Encoding;

/// The dialect of `/v1/completions`.
pub struct Completions;

impl Dialect for Completions {
    fn id_prefix(&self) -> &'static str {
        "cmpl-"
    }

    fn read(&self, source: &Source) -> GenerationRequest {
        let mut request = read(source.body);
        // This endpoint streams only if the client asks for a stream.
        if request.stream == StreamField::Absent {
            request.stream = StreamField::False;
        }
        request
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &["prompt"]
    }

    fn prompt_tokens(&self, body: &[u8], encoding: Encoding) -> u64 {
        let body = object::text(body);
        let mut prompts = Inputs::default();
        let is_object = object::read(&body, |key, value| {
            if key == "prompt" {
                prompts = Inputs::read(value).unwrap_or_default();
            }
        });
        if is_object {
            prompts.tokens_in(encoding)
        } else {
            0
        }
    }

    fn finish_reason(&self, completion: &Completion, _request: &GenerationRequest) -> &'static str {
        reason(completion.finish())
    }

    fn stream(&self, generation: &Generation) -> BoxedBody {
        let mut head = Vec::with_capacity(head_len(generation));
        head.extend_from_slice(sse::DATA);
        put_head(generation, &mut head);
        BoxedBody::new(Chunks {
            head,
            completion: generation.completion.clone(),
            choices: generation.request.choices,
            echo: Echo::of(generation.request),
            ending: Ending::new(generation, Usage::of),
        })
    }

    fn plain(&self, generation: &Generation) -> Vec<u8> {
        const AROUND: usize = 120;
        let echo = Echo::of(generation.request);
        let echoed: usize = (0..generation.request.choices)
            .map(|index| echo.of_choice(index).len())
            .sum();
        let each = generation.completion.text().len() + AROUND;
        let mut out = Vec::with_capacity(
            head_len(generation) + echoed + generation.request.choices * each + AROUND,
        );
        put_head(generation, &mut out);
        out.extend_from_slice(b"\",\"choices\":[");
        for index in 0..generation.request.choices {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(b"{\"text\":\"");
            out.extend_from_slice(echo.of_choice(index));
            out.extend_from_slice(generation.completion.text());
            out.extend_from_slice(b"\",\"index\":");
            out.extend_from_slice(Digits::of(index as u64).as_bytes());
            out.extend_from_slice(b",\"logprobs\":null,\"finish_reason\":\"");
            out.extend_from_slice(reason(generation.completion.finish()).as_bytes());
            out.extend_from_slice(b"\"}");
        }
        out.extend_from_slice(b"],\"usage\":");
        Usage::of(generation).put(&mut out);
        out.push(b'}');
        out
    }
}

/// Reads a body. OpenAI's default limit of 16 tokens is not applied, because it
/// would truncate a configured text.
fn read(body: &[u8]) -> GenerationRequest {
    let body = object::text(body);
    let mut request = GenerationRequest {
        is_object: true,
        ..GenerationRequest::default()
    };
    let mut prompts = Inputs::default();
    let mut echoes = false;
    let is_object = object::read(&body, |key, value| match key {
        "model" => request.model = model(value),
        "stream" => request.stream = stream(value),
        "max_tokens" => request.limits.max_tokens = value.parse(),
        "stop" => request.limits.stop = stop::<MOST_STOPS>(value),
        "n" => request.choices = choices(value.parse()),
        "stream_options" => request.include_usage = include_usage(value),
        "prompt" => prompts = Inputs::read(value).unwrap_or_default(),
        "echo" => echoes = value.parse().unwrap_or(false),
        _ => {}
    });
    if !is_object {
        return GenerationRequest::default();
    }
    // A missing prompt is handled as a single one. A step of a stream renders
    // all choices, so their number is limited.
    request.prompts = prompts.len().max(1);
    request.choices = request.prompts * request.choices.min(Inputs::MOST / request.prompts).max(1);
    request.limit_model();
    request.estimated_prompt_tokens = prompts.tokens();
    if echoes {
        let lines = echo::lines(&prompts);
        let each = request.choices / request.prompts;
        if each == 1 || lines.len().saturating_mul(each) <= echo::MOST_ECHOED {
            request.echo = lines;
        }
    }
    request
}

/// Writes the beginning of all objects of a response, up to the last string
/// before the list of choices.
fn put_head(generation: &Generation, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":\"");
    out.extend_from_slice(generation.id.as_bytes());
    out.extend_from_slice(b"\",\"object\":\"text_completion\",\"created\":");
    out.extend_from_slice(Digits::of(generation.timing.start_seconds()).as_bytes());
    out.extend_from_slice(b",\"model\":\"");
    out.extend_from_slice(generation.model.as_bytes());
}

/// Returns an upper bound of the bytes that [`put_head`] writes.
fn head_len(generation: &Generation) -> usize {
    const FIXED: usize = 110;
    FIXED + generation.id.as_bytes().len() + generation.model.as_bytes().len()
}

/// Returns the value of `finish_reason`.
fn reason(finish: FinishReason) -> &'static str {
    match finish {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
    }
}

/// A streamed response. The repeated prompt comes before the first chunk, the
/// finish reason and the end of the stream come with the last.
struct Chunks {
    /// The rendered beginning of each object.
    head: Vec<u8>,
    completion: Completion,
    choices: usize,
    echo: Echo,
    ending: Ending,
}

impl Chunks {
    /// Writes one object of choice `index`.
    fn chunk(&self, index: usize, text: &[u8], finish: Option<FinishReason>, out: &mut Buffer) {
        out.put(&self.head);
        out.put(b"\",\"choices\":[{\"text\":\"");
        out.put(text);
        out.put(b"\",\"index\":");
        out.put(Digits::of(index as u64).as_bytes());
        match finish {
            None => out.put(b",\"logprobs\":null,\"finish_reason\":null}]"),
            Some(finish) => {
                out.put(b",\"logprobs\":null,\"finish_reason\":\"");
                out.put(reason(finish).as_bytes());
                out.put(b"\"}]");
            }
        }
        out.put(self.ending.of_chunk());
    }
}

impl Body for Chunks {
    fn steps(&self) -> usize {
        self.completion.steps()
    }

    fn render(&self, step: usize, out: &mut Buffer) {
        let is_last = step + 1 == self.steps();
        for index in 0..self.choices {
            let echo = self.echo.of_choice(index);
            if step == 0 && !echo.is_empty() {
                self.chunk(index, echo, None, out);
            }
            if !self.completion.is_empty() {
                self.chunk(index, self.completion.chunk(step), None, out);
            }
            if is_last {
                self.chunk(index, b"", Some(self.completion.finish()), out);
            }
        }
        if is_last {
            self.ending.put_stream(&self.head, out);
        }
    }

    fn progress(&self, steps: usize) -> Progress {
        let reason = reason(self.completion.finish());
        self.completion.progress(steps, self.choices, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use proptest::prelude::*;
    use serde_json::Value;

    /// Calls `f` with the generation of `text` for a request with `body`.
    fn with_generation<T>(text: &str, body: &str, f: impl FnOnce(&Generation) -> T) -> T {
        let request = testing::read(&Completions, body);
        let model = "gpt-3.5-turbo-instruct";
        testing::generation(&Completions, model, text, &request, |generation| {
            f(&Generation {
                prompt_tokens: request.estimated_prompt_tokens,
                ..generation.clone()
            })
        })
    }

    fn streamed(text: &str, body: &str) -> String {
        let body = with_generation(text, body, |generation| Completions.stream(generation));
        testing::steps(&body).concat()
    }

    fn whole(text: &str, body: &str) -> String {
        String::from_utf8(with_generation(text, body, |generation| {
            Completions.plain(generation)
        }))
        .unwrap()
    }

    #[test]
    fn the_plain_response_has_openais_format() {
        insta::assert_snapshot!(whole("powered by openai", r#"{"prompt":"Say it"}"#));
    }

    #[test]
    fn the_stream_has_openais_format() {
        insta::assert_snapshot!(streamed("powered by openai", r#"{"prompt":"Say it"}"#));
    }

    #[test]
    fn prompts_and_choices_are_interleaved() {
        let body = r#"{"prompt":["a\n","\"b"],"n":2,"echo":true,"max_tokens":1,
            "stream_options":{"include_usage":true}}"#;
        insta::assert_snapshot!(streamed("powered by openai", body));
        insta::assert_snapshot!(whole("powered by openai", body));
    }

    #[test]
    fn an_empty_text_has_a_finish_reason() {
        insta::assert_snapshot!(streamed("", "{}"));
    }

    #[test]
    fn fields_of_a_request_determine_the_response() {
        for (body, texts, reason, prompt_tokens) in [
            ("{}", vec!["a b c"], "stop", 0),
            ("no JSON", vec!["a b c"], "stop", 0),
            (r#"{"prompt":"12345"}"#, vec!["a b c"], "stop", 2),
            (r#"{"prompt":["x","y"]}"#, vec!["a b c", "a b c"], "stop", 2),
            (
                r#"{"prompt":[7,8,9],"echo":true}"#,
                vec!["a b c"],
                "stop",
                3,
            ),
            (
                r#"{"prompt":[[7],[8,9]]}"#,
                vec!["a b c", "a b c"],
                "stop",
                3,
            ),
            (r#"{"prompt":[]}"#, vec!["a b c"], "stop", 0),
            (r#"{"prompt":7,"echo":true}"#, vec!["a b c"], "stop", 0),
            (r#"{"prompt":"x","n":2}"#, vec!["a b c", "a b c"], "stop", 1),
            (r#"{"prompt":"x ","echo":true}"#, vec!["x a b c"], "stop", 1),
            (r#"{"prompt":"x ","echo":1}"#, vec!["a b c"], "stop", 1),
            (
                r#"{"prompt":["x ","y "],"n":2,"echo":true}"#,
                vec!["x a b c", "x a b c", "y a b c", "y a b c"],
                "stop",
                2,
            ),
            (
                r#"{"prompt":["","y"],"echo":true}"#,
                vec!["a b c", "ya b c"],
                "stop",
                1,
            ),
            (r#"{"max_tokens":2}"#, vec!["a b "], "length", 0),
            (
                r#"{"prompt":"x","max_tokens":0,"echo":true}"#,
                vec!["x"],
                "length",
                1,
            ),
            (r#"{"stop":["c","b"]}"#, vec!["a "], "stop", 0),
            (
                r#"{"stop":7,"max_tokens":"1","n":{}}"#,
                vec!["a b c"],
                "stop",
                0,
            ),
        ] {
            let response: Value = serde_json::from_str(&whole("a b c", body)).unwrap();
            let choices = response["choices"].as_array().unwrap();
            let mut joined = vec![String::new(); texts.len()];
            let mut ends = 0;
            for line in streamed("a b c", body).lines() {
                let Some(data) = line.strip_prefix("data: ").filter(|it| *it != "[DONE]") else {
                    continue;
                };
                let chunk: Value = serde_json::from_str(data).unwrap();
                let choice = &chunk["choices"][0];
                let index = choice["index"].as_u64().unwrap() as usize;
                joined[index] += choice["text"].as_str().unwrap();
                ends += usize::from(choice["finish_reason"] == reason);
            }
            assert_eq!(joined, texts, "{body}");
            assert_eq!(ends, texts.len(), "{body}");
            assert_eq!(choices.len(), texts.len(), "{body}");
            for (index, (choice, text)) in choices.iter().zip(texts).enumerate() {
                assert_eq!(choice["index"], index, "{body}");
                assert_eq!(choice["text"], text, "{body}");
                assert_eq!(choice["finish_reason"], reason, "{body}");
            }
            assert_eq!(response["usage"]["prompt_tokens"], prompt_tokens, "{body}");
        }
    }

    #[test]
    fn only_stream_true_is_streamed() {
        for (body, expected) in [
            ("", StreamField::False),
            ("{}", StreamField::False),
            (r#"{"stream":null}"#, StreamField::False),
            (r#"{"stream":true}"#, StreamField::True),
        ] {
            assert_eq!(testing::read(&Completions, body).stream, expected, "{body}");
        }
    }

    #[test]
    fn the_number_of_choices_is_limited() {
        for (prompts, n, expected) in [
            (1, 500, 128),
            (3, 2, 6),
            (100, 128, 2_000),
            (3_000, 2, 2_048),
        ] {
            let body = serde_json::json!({"prompt": vec!["x"; prompts], "n": n});
            let request = testing::read(&Completions, &body.to_string());
            assert_eq!(request.choices, expected, "{prompts} {n}");
            assert_eq!(request.choices % request.prompts, 0);
        }
    }

    #[test]
    fn long_prompts_of_several_choices_are_not_repeated() {
        for (len, n, is_repeated) in [
            (echo::MOST_ECHOED / 2, 2, true),
            (echo::MOST_ECHOED / 2 + 1, 2, false),
            (echo::MOST_ECHOED + 1, 1, true),
        ] {
            let body = serde_json::json!({"prompt": "x".repeat(len), "n": n, "echo": true});
            let response = whole("text", &body.to_string());
            assert_eq!(response.len() > len, is_repeated, "{len} {n}");
        }
    }

    #[test]
    fn heads_fit_their_length_bound() {
        with_generation("a", "", |generation| {
            let mut out = sse::DATA.to_vec();
            put_head(generation, &mut out);
            assert!(out.len() <= head_len(generation));
        });
    }

    proptest! {
        #[test]
        fn each_choice_repeats_its_own_prompt(
            prompts in prop::collection::vec("\\PC{0,9}|[\n\"\u{2028}]{0,3}", 1..6),
            n in 1usize..4,
        ) {
            let body = serde_json::json!({"prompt": prompts, "n": n, "echo": true});
            let response: Value = serde_json::from_str(&whole("text", &body.to_string())).unwrap();
            let choices = response["choices"].as_array().unwrap();
            prop_assert_eq!(choices.len(), prompts.len() * n);
            for (index, choice) in choices.iter().enumerate() {
                let expected = format!("{}text", prompts[index / n]);
                prop_assert_eq!(choice["text"].as_str(), Some(expected.as_str()));
            }
        }
    }
}
