//! Reads the body of a request (API reference, "Create a Message").

use super::output::Fields;
use crate::completion::prompt_tokens::Prompt;
use crate::completion::{GenerationRequest, StreamField, fields};
use crate::json::object;

/// The fields that form the prompt.
pub const PROMPT: [&str; 3] = ["system", "messages", "tools"];

/// The maximum number of stop sequences. Anthropic documents no limit.
const MOST_STOPS: usize = 16;

/// Reads a body. A body that is not a single JSON object is read as an empty
/// one.
pub fn read(body: &[u8]) -> GenerationRequest {
    let body = object::text(body);
    let mut request = GenerationRequest::default();
    let mut prompt = Prompt::new(PROMPT);
    let mut output_fields = Fields::default();
    request.is_object = object::read(&body, |key, value| {
        match key {
            "model" => request.model = fields::model(value),
            "stream" => request.stream = fields::stream(value),
            "max_tokens" => request.limits.max_tokens = value.parse(),
            "stop_sequences" => request.limits.stop = fields::stop::<MOST_STOPS>(value),
            _ => prompt.field(key, value),
        }
        output_fields.field(key, value);
    });
    if !request.is_object {
        request = GenerationRequest::default();
    } else {
        request.estimated_prompt_tokens = prompt.tokens();
        request.output = output_fields.output();
    }
    // Only `true` requests a stream, whatever the client is.
    if request.stream != StreamField::True {
        request.stream = StreamField::False;
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_request_are_read() {
        let request = read(
            br#"{"model":"claude","max_tokens":5,"stream":true,"stop_sequences":["a","b"],
            "system":"12","messages":[1,2,3],"metadata":{"user_id":"x"}}"#,
        );
        assert_eq!(request.model.as_deref(), Some("claude"));
        assert_eq!(request.limits.max_tokens, Some(5));
        assert_eq!(request.limits.stop, ["a", "b"]);
        assert_eq!(request.stream, StreamField::True);
        assert_eq!(request.estimated_prompt_tokens, 3);
    }

    #[test]
    fn fields_of_the_wrong_type_are_ignored() {
        let unsaid = |is_object| GenerationRequest {
            stream: StreamField::False,
            is_object,
            ..GenerationRequest::default()
        };
        let body =
            br#"{"model":1,"max_tokens":"5","stream":"yes","stop_sequences":{},"thinking":{}}"#;
        assert_eq!(read(body), unsaid(true));
        for body in ["", "nonsense", "[]", r#"{"model":"x""#] {
            assert_eq!(read(body.as_bytes()), unsaid(false), "{body}");
        }
    }
}
