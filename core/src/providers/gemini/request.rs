//! Reads a request (API reference, "Generating content"): its body, its path
//! and its arguments.

use std::str::FromStr;

use super::output::Fields;
use crate::completion::prompt_tokens::Prompt;
use crate::completion::{Framing, GenerationRequest, LONGEST_MODEL, fields};
use crate::json::{Value, object};
use crate::providers::dialect::Source;

/// The fields that form the prompt. Google accepts the names of fields in camel
/// case and in snake case.
pub const PROMPT: [&str; 4] = [
    "contents",
    "systemInstruction",
    "system_instruction",
    "tools",
];

/// The maximum number of stop sequences, which is Google's.
pub(super) const MOST_STOPS: usize = 5;

/// Reads a request. A body that is not a JSON object is read as an empty one.
pub fn read(source: &Source) -> GenerationRequest {
    GenerationRequest {
        model: model(source.name),
        framing: framing(source.args),
        ..read_body(source.body)
    }
}

fn read_body(body: &[u8]) -> GenerationRequest {
    let body = object::text(body);
    let mut request = GenerationRequest::default();
    let mut prompt = Prompt::new(PROMPT);
    let mut output_fields = Fields::default();
    request.is_object = object::read(&body, |key, value| match key {
        "generationConfig" | "generation_config" => config(value, &mut request, &mut output_fields),
        _ => {
            prompt.field(key, value);
            output_fields.field(key, value);
        }
    });
    if !request.is_object {
        return GenerationRequest::default();
    }
    request.estimated_prompt_tokens = prompt.tokens();
    request.output = output_fields.output();
    request
}

fn config<'a>(value: Value<'a>, request: &mut GenerationRequest, output_fields: &mut Fields<'a>) {
    object::read(value.json(), |key, value| match key {
        "maxOutputTokens" | "max_output_tokens" => request.limits.max_tokens = number(value),
        "stopSequences" | "stop_sequences" => {
            request.limits.stop = fields::stop::<MOST_STOPS>(value);
        }
        "candidateCount" | "candidate_count" => request.choices = fields::choices(number(value)),
        "seed" => request.seed = fields::seed(number(value)),
        _ => output_fields.config_field(key, value),
    });
}

/// Parses an integer, which may be written as a string (Protocol Buffers
/// documentation, "ProtoJSON Format").
fn number<T: FromStr>(value: Value) -> Option<T> {
    value.text().parse().ok()
}

/// Returns the model that the path names.
fn model(name: &[u8]) -> Option<String> {
    let model = String::from_utf8_lossy(name);
    (model.len() <= LONGEST_MODEL).then(|| model.into_owned())
}

/// Returns the framing of a stream: server-sent events if the arguments contain
/// `alt=sse`, an array if not.
fn framing(args: &[u8]) -> Framing {
    let is_sse = |arg: &[u8]| arg.eq_ignore_ascii_case(b"alt=sse");
    match args.split(|&byte| byte == b'&').any(is_sse) {
        true => Framing::Events,
        false => Framing::Array,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_request_are_read() {
        for body in [
            r#"{"contents":[1,2,3],"systemInstruction":"12","safetySettings":[],"generationConfig":
            {"maxOutputTokens":5,"stopSequences":["a","b"],"candidateCount":2,"temperature":0}}"#,
            r#"{"contents":[1,2,3],"system_instruction":"12","generation_config":
            {"max_output_tokens":"5","stop_sequences":["a","b"],"candidate_count":"2"}}"#,
        ] {
            let request = read_body(body.as_bytes());
            assert_eq!(request.limits.max_tokens, Some(5));
            assert_eq!(request.limits.stop, ["a", "b"]);
            assert_eq!(request.choices, 2);
            assert_eq!(request.estimated_prompt_tokens, 3);
            assert_eq!(request.model, None);
        }
    }

    #[test]
    fn fields_of_the_wrong_type_are_ignored() {
        let unsaid = |is_object| GenerationRequest {
            is_object,
            ..GenerationRequest::default()
        };
        for body in [
            r#"{"generationConfig":7}"#,
            r#"{"generationConfig":{"maxOutputTokens":"5x","stopSequences":{},"candidateCount":[]}}"#,
        ] {
            assert_eq!(read_body(body.as_bytes()), unsaid(true), "{body}");
        }
        for body in ["", "nonsense", "[]", r#"{"generationConfig":{}"#] {
            assert_eq!(read_body(body.as_bytes()), unsaid(false), "{body}");
        }
    }

    #[test]
    fn the_path_selects_the_model_and_the_arguments_the_framing() {
        for (args, framing) in [
            ("", Framing::Array),
            ("alt=json", Framing::Array),
            ("key=alt=sse", Framing::Array),
            ("alt=sse", Framing::Events),
            ("key=x&alt=SSE", Framing::Events),
        ] {
            let request = read(&Source {
                name: b"gemini",
                args: args.as_bytes(),
                ..Source::default()
            });
            assert_eq!(request.model.as_deref(), Some("gemini"));
            assert_eq!(request.framing, framing, "{args}");
        }
    }
}
