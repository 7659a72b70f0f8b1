//! The body of a request (API reference, "Create a Message").

use super::wish::Fields;
use crate::api::body;
use crate::api::openai::request;
use crate::api::prompt::Prompt;
use crate::ask::{Ask, StreamField};

/// What a model would read.
pub const PROMPT: [&str; 3] = ["system", "messages", "tools"];

/// How many stop sequences are heeded; Anthropic names no limit.
const MOST_STOPS: usize = 16;

/// Reads a body. One that is not a single JSON object says nothing.
pub fn read(body: &[u8]) -> Ask {
    let body = body::text(body);
    let mut ask = Ask::default();
    let mut prompt = Prompt::new(PROMPT);
    let mut wanted = Fields::default();
    ask.is_object = body::read(&body, |key, value| {
        match key {
            "model" => ask.model = request::model(value),
            "stream" => ask.stream = request::stream(value),
            "max_tokens" => ask.limits.max_tokens = value.parse(),
            "stop_sequences" => ask.limits.stop = request::stop::<MOST_STOPS>(value),
            _ => prompt.field(key, value),
        }
        wanted.field(key, value);
    });
    if !ask.is_object {
        ask = Ask::default();
    } else {
        ask.prompt_tokens = prompt.tokens();
        ask.wish = wanted.wish();
    }
    // Only `true` makes a stream here, whoever asks.
    if ask.stream != StreamField::True {
        ask.stream = StreamField::False;
    }
    ask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_decides_about_the_reply() {
        let ask = read(
            br#"{"model":"claude","max_tokens":5,"stream":true,"stop_sequences":["a","b"],
            "system":"12","messages":[1,2,3],"metadata":{"user_id":"x"}}"#,
        );
        assert_eq!(ask.model.as_deref(), Some("claude"));
        assert_eq!(ask.limits.max_tokens, Some(5));
        assert_eq!(ask.limits.stop, ["a", "b"]);
        assert_eq!(ask.stream, StreamField::True);
        assert_eq!(ask.prompt_tokens, 3);
    }

    #[test]
    fn what_is_of_another_type_is_not_said() {
        let unsaid = |is_object| Ask {
            stream: StreamField::False,
            is_object,
            ..Ask::default()
        };
        let body =
            br#"{"model":1,"max_tokens":"5","stream":"yes","stop_sequences":{},"thinking":{}}"#;
        assert_eq!(read(body), unsaid(true));
        for body in ["", "nonsense", "[]", r#"{"model":"x""#] {
            assert_eq!(read(body.as_bytes()), unsaid(false), "{body}");
        }
    }
}
