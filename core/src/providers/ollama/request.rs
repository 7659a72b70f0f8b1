//! Reads the bodies of `/api/chat` and `/api/generate` (`api/types.go`,
//! `ChatRequest`, `GenerateRequest`, and `Options`).

use super::output;
use crate::completion::prompt_tokens::Prompt;
use crate::completion::{GenerationRequest, OutputKind, StreamField, fields};
use crate::json::{Value, object};

/// The fields of a chat request that form the prompt.
pub const CHAT_PROMPT: [&str; 2] = ["messages", "tools"];

/// The fields of a generate request that form the prompt.
pub const GENERATE_PROMPT: [&str; 3] = ["system", "prompt", "suffix"];

/// The maximum number of stop sequences. Ollama has no limit.
const MOST_STOPS: usize = 16;

/// Reads the body of a chat request.
pub fn chat(body: &[u8]) -> GenerationRequest {
    read(body, CHAT_PROMPT, "messages")
}

/// Reads the body of a generate request.
pub fn generate(body: &[u8]) -> GenerationRequest {
    read(body, GENERATE_PROMPT, "prompt")
}

/// Returns whether a request only loads the model: it names a model, and its
/// prompt is empty or missing (`docs/api.md`, "Load a model").
pub fn is_load(request: &GenerationRequest) -> bool {
    request.model.is_some() && request.estimated_prompt_tokens == 0
}

/// Reads a body whose prompt is in the field `required`. A body that is not a
/// JSON object is read as an empty one.
fn read<const N: usize>(
    body: &[u8],
    fields: [&'static str; N],
    required: &str,
) -> GenerationRequest {
    let body = object::text(body);
    let mut request = GenerationRequest::default();
    let mut prompt = Prompt::new(fields);
    let (mut messages, mut tools, mut has_prompt) = (None, None, false);
    request.is_object = object::read(&body, |key, value| {
        match key {
            "model" => request.model = fields::model(value),
            "stream" => request.stream = fields::stream(value),
            "format" => request.output = output::format(value),
            "options" => options(value, &mut request),
            "messages" => messages = Some(value),
            "tools" => tools = Some(value),
            _ => {}
        }
        if key == required {
            has_prompt = !is_empty(value);
        }
        prompt.field(key, value);
    });
    if !request.is_object {
        request = GenerationRequest::default();
    } else if has_prompt {
        request.estimated_prompt_tokens = prompt.tokens();
        let tools = tools.filter(|_| fields.contains(&"tools"));
        if let Some(call) = tools.and_then(|tools| output::call(tools, messages)) {
            request.output = call;
        }
    }
    if is_load(&request) {
        // The response is one object without text.
        request.stream = StreamField::False;
        request.limits.max_tokens = Some(0);
        request.output = OutputKind::Text;
    } else if request.stream != StreamField::False {
        // A missing field requests a stream too, whatever the client is.
        request.stream = StreamField::True;
    }
    request
}

/// Returns whether a string or a list is empty. A value of another type is
/// ignored, so it is empty too.
fn is_empty(value: Value) -> bool {
    match value.is_list() {
        true => value.items().next().is_none(),
        false => !value.is_string() || value.is(""),
    }
}

/// Reads the field `options`.
fn options(value: Value, request: &mut GenerationRequest) {
    object::read(value.json(), |key, value| match key {
        // A negative number means no limit.
        "num_predict" => {
            let number: Option<f64> = value.parse();
            request.limits.max_tokens = number.filter(|it| *it >= 0.0).map(|it| it as u64);
        }
        "stop" => request.limits.stop = fields::stop::<MOST_STOPS>(value),
        // -1 asks for a random seed.
        "seed" => request.seed = fields::seed(value.parse().filter(|seed| *seed != -1)),
        _ => {}
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_request_are_read() {
        let request = chat(
            br#"{"model":"llama3.2","messages":[{"role":"user","content":"hi"}],"format":"json",
            "options":{"num_predict":5,"stop":["a","b"],"seed":7,"top_k":1},"keep_alive":"5m"}"#,
        );
        assert_eq!(request.model.as_deref(), Some("llama3.2"));
        assert_eq!(request.stream, StreamField::True);
        assert_eq!(request.limits.max_tokens, Some(5));
        assert_eq!(request.limits.stop, ["a", "b"]);
        assert_eq!(request.seed, Some(7));
        assert_eq!(request.output, OutputKind::Object);
        assert_eq!(request.estimated_prompt_tokens, 8);
    }

    #[test]
    fn only_stream_false_is_plain() {
        for (stream, expected) in [
            ("", StreamField::True),
            (r#","stream":null"#, StreamField::True),
            (r#","stream":true"#, StreamField::True),
            (r#","stream":"false""#, StreamField::True),
            (r#","stream":false"#, StreamField::False),
        ] {
            let body = format!(r#"{{"prompt":"hi"{stream}}}"#);
            assert_eq!(generate(body.as_bytes()).stream, expected, "{body}");
        }
    }

    #[test]
    fn a_negative_num_predict_is_no_limit() {
        for (num_predict, expected) in [
            ("-1", None),
            ("-2", None),
            ("0", Some(0)),
            ("3.0", Some(3)),
            ("1e300", Some(u64::MAX)),
            ("\"3\"", None),
        ] {
            let body = format!(r#"{{"prompt":"hi","options":{{"num_predict":{num_predict}}}}}"#);
            let limits = generate(body.as_bytes()).limits;
            assert_eq!(limits.max_tokens, expected, "{body}");
        }
    }

    #[test]
    fn a_seed_of_minus_one_is_ignored() {
        for (seed, expected) in [("-1", None), ("0", Some(0)), ("[]", None)] {
            let body = format!(r#"{{"prompt":"hi","options":{{"seed":{seed}}}}}"#);
            assert_eq!(generate(body.as_bytes()).seed, expected, "{body}");
        }
    }

    #[test]
    fn a_request_without_a_prompt_loads_the_model() {
        for (body, expected) in [
            (r#"{"model":"m"}"#, true),
            (r#"{"model":"m","prompt":""}"#, true),
            (r#"{"model":"m","prompt":7,"stream":true}"#, true),
            (r#"{"model":"m","prompt":"x"}"#, false),
            (r#"{"prompt":""}"#, false),
            ("", false),
            ("nonsense", false),
        ] {
            let request = generate(body.as_bytes());
            assert_eq!(is_load(&request), expected, "{body}");
            assert_eq!(request.stream == StreamField::False, expected, "{body}");
        }
        let messages =
            |list: &str| chat(format!(r#"{{"model":"m","messages":{list}}}"#).as_bytes());
        assert!(is_load(&messages("[]")));
        assert!(!is_load(&messages("[{}]")));
    }
}
