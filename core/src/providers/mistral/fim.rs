//! Fill-in-the-middle completions (API reference, "FIM";
//! mistralai/client-python, `fimcompletionrequest.py` and
//! `completionchunk.py`). The request has a `prompt` and a `suffix`, as in
//! completions. The response has a `message`, as in chat completions.

use crate::completion::prompt_tokens::Prompt;
use crate::completion::{
    Completion, FinishReason, Generation, GenerationRequest, StreamField, fields,
};
use crate::engine::{Body, BoxedBody, Buffer, Progress, Sink, sse};
use crate::json::{Digits, object};
use crate::providers::dialect::{Dialect, Source};

/// The dialect of `/v1/fim/completions`.
pub struct Fim;

/// The fields that form the prompt.
const PROMPT: [&str; 2] = ["prompt", "suffix"];

/// The maximum number of stop sequences. Mistral documents no limit.
const MOST_STOPS: usize = 16;

impl Dialect for Fim {
    fn id_prefix(&self) -> &'static str {
        "cmpl-"
    }

    fn read(&self, source: &Source) -> GenerationRequest {
        let body = object::text(source.body);
        let mut request = GenerationRequest::default();
        let mut prompt = Prompt::new(PROMPT);
        request.is_object = object::read(&body, |key, value| match key {
            "model" => request.model = fields::model(value),
            "stream" => request.stream = fields::stream(value),
            "max_tokens" => request.limits.max_tokens = value.parse(),
            "stop" => request.limits.stop = fields::stop::<MOST_STOPS>(value),
            _ => prompt.field(key, value),
        });
        if !request.is_object {
            request = GenerationRequest::default();
        } else {
            request.estimated_prompt_tokens = prompt.tokens();
        }
        if request.stream != StreamField::True {
            request.stream = StreamField::False;
        }
        request
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        &PROMPT
    }

    fn finish_reason(&self, completion: &Completion, _request: &GenerationRequest) -> &'static str {
        finish_reason(completion)
    }

    fn stream(&self, generation: &Generation) -> BoxedBody {
        let mut head = sse::DATA.to_vec();
        put_head(generation, "chat.completion.chunk", &mut head);
        let mut usage = Vec::new();
        put_usage(generation, &mut usage);
        BoxedBody::new(Chunks {
            head,
            usage,
            completion: generation.completion.clone(),
        })
    }

    fn plain(&self, generation: &Generation) -> Vec<u8> {
        let mut out = Vec::with_capacity(generation.completion.text().len() + AROUND);
        put_head(generation, "chat.completion", &mut out);
        out.put_all(&[
            b"\"finish_reason\":\"",
            finish_reason(&generation.completion).as_bytes(),
            b"\",\"message\":{\"role\":\"assistant\",\"tool_calls\":null,\"content\":\"",
            generation.completion.text(),
            b"\"}}]",
        ]);
        put_usage(generation, &mut out);
        out.put(b"}");
        out
    }
}

/// The approximate size of a plain response without its text, in bytes.
const AROUND: usize = 400;

fn finish_reason(completion: &Completion) -> &'static str {
    match completion.finish() {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
    }
}

/// Writes an object up to the fields of its choice.
fn put_head(generation: &Generation, object: &str, out: &mut Vec<u8>) {
    out.put_all(&[
        b"{\"id\":\"",
        generation.id.as_bytes(),
        b"\",\"object\":\"",
        object.as_bytes(),
        b"\",\"created\":",
        Digits::of(generation.timing.start_seconds()).as_bytes(),
        b",\"model\":\"",
        generation.model.as_bytes(),
        b"\",\"choices\":[{\"index\":0,",
    ]);
}

/// Writes the field `usage`, with the comma before it.
fn put_usage(generation: &Generation, out: &mut Vec<u8>) {
    let (prompt, completion) = (
        generation.prompt_tokens,
        generation.completion.tokens() as u64,
    );
    out.put_all(&[
        b",\"usage\":{\"prompt_tokens\":",
        Digits::of(prompt).as_bytes(),
        b",\"completion_tokens\":",
        Digits::of(completion).as_bytes(),
        b",\"total_tokens\":",
        Digits::of(prompt.saturating_add(completion)).as_bytes(),
        b"}",
    ]);
}

/// A streamed response. The role comes before the first chunk. The finish
/// reason, the usage and the end of the stream follow the last chunk.
struct Chunks {
    /// The beginning of each chunk, up to the fields of its choice.
    head: Vec<u8>,
    /// The field `usage` of the last chunk, with the comma before it.
    usage: Vec<u8>,
    completion: Completion,
}

impl Body for Chunks {
    fn steps(&self) -> usize {
        self.completion.steps()
    }

    fn render(&self, step: usize, out: &mut Buffer) {
        const NOT_FINISHED: &[u8] = b"\"},\"finish_reason\":null}]}";
        if step == 0 {
            out.put_all(&[
                &self.head,
                b"\"delta\":{\"role\":\"assistant\",\"content\":\"",
                NOT_FINISHED,
                sse::END,
            ]);
        }
        if !self.completion.is_empty() {
            out.put_all(&[
                &self.head,
                b"\"delta\":{\"content\":\"",
                self.completion.chunk(step),
                NOT_FINISHED,
                sse::END,
            ]);
        }
        if step + 1 == self.steps() {
            out.put_all(&[
                &self.head,
                b"\"delta\":{\"content\":\"\"},\"finish_reason\":\"",
                finish_reason(&self.completion).as_bytes(),
                b"\"}]",
                &self.usage,
                b"}",
                sse::END,
                sse::DONE,
            ]);
        }
    }

    fn progress(&self, steps: usize) -> Progress {
        let reason = finish_reason(&self.completion);
        self.completion.progress(steps, 1, reason)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing;

    const TEXT: &str = "return \"a\" + b";

    fn with_generation<T>(text: &str, body: &str, f: impl FnOnce(&Generation) -> T) -> T {
        let request = testing::read(&Fim, body);
        testing::generation(&Fim, "codestral-latest", text, &request, f)
    }

    fn plain(text: &str, body: &str) -> Value {
        let body = with_generation(text, body, |generation| Fim.plain(generation));
        serde_json::from_slice(&body).unwrap()
    }

    fn chunks(text: &str, body: &str) -> Vec<Value> {
        let body = with_generation(text, body, |generation| Fim.stream(generation));
        let sent = testing::steps(&body).concat();
        let events = sent.strip_suffix("data: [DONE]\n\n").unwrap();
        let events = events.strip_suffix("\n\n").unwrap().split("\n\n");
        let data = events.map(|event| event.strip_prefix("data: ").unwrap());
        data.map(|data| serde_json::from_str(data).unwrap())
            .collect()
    }

    #[test]
    fn the_response_has_a_message() {
        assert_eq!(
            plain(TEXT, r#"{"prompt":"def f(a, b):"}"#),
            json!({
                "id": "cmpl-123", "object": "chat.completion", "created": 1_234_567_890,
                "model": "codestral-latest",
                "choices": [{
                    "index": 0, "finish_reason": "stop",
                    "message": {"role": "assistant", "tool_calls": null, "content": TEXT},
                }],
                "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13},
            })
        );
    }

    #[test]
    fn the_stream_has_deltas_and_ends_with_the_usage() {
        for (text, body, reason, expected) in [
            (TEXT, "{}", "stop", TEXT),
            ("", "{}", "stop", ""),
            ("a b c", r#"{"max_tokens":2}"#, "length", "a b "),
            ("a b c", r#"{"stop":["c"]}"#, "stop", "a b "),
        ] {
            let chunks = chunks(text, body);
            let whole = plain(text, body);
            let choices = chunks.iter().map(|chunk| &chunk["choices"][0]);
            let content = choices.map(|choice| choice["delta"]["content"].as_str().unwrap());
            assert_eq!(content.collect::<String>(), expected);
            assert_eq!(whole["choices"][0]["message"]["content"], expected);
            assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
            let (last, others) = chunks.split_last().unwrap();
            assert_eq!(last["choices"][0]["finish_reason"], reason);
            assert_eq!(last["usage"], whole["usage"]);
            for chunk in others {
                assert_eq!(chunk["object"], "chat.completion.chunk");
                assert_eq!(chunk["choices"][0]["finish_reason"], Value::Null);
                assert_eq!(chunk.get("usage"), None);
            }
        }
    }

    #[test]
    fn only_stream_true_is_streamed() {
        for (body, expected) in [
            ("", StreamField::False),
            (r#"{"stream":null}"#, StreamField::False),
            (r#"{"stream":true}"#, StreamField::True),
        ] {
            assert_eq!(testing::read(&Fim, body).stream, expected, "{body}");
        }
        let request = testing::read(&Fim, r#"{"prompt":"123456","suffix":"12"}"#);
        assert_eq!(request.estimated_prompt_tokens, 3);
    }
}
