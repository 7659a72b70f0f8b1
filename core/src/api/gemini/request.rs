//! A request (API reference, "Generating content"): its body, and what the
//! path and its arguments say.

use std::str::FromStr;

use super::wish::Fields;
use crate::api::body;
use crate::api::openai::request;
use crate::api::prompt::Prompt;
use crate::ask::{Ask, Framing, LONGEST_MODEL};
use crate::value::Value;

/// What a model would read. Google takes the names of its fields in two forms.
pub const PROMPT: [&str; 4] = [
    "contents",
    "systemInstruction",
    "system_instruction",
    "tools",
];

/// As many stop sequences as Google takes.
pub(super) const MOST_STOPS: usize = 5;

/// Reads a body. One that is not a single JSON object says nothing.
pub fn read(body: &[u8]) -> Ask {
    let body = body::text(body);
    let mut ask = Ask::default();
    let mut prompt = Prompt::new(PROMPT);
    let mut wanted = Fields::default();
    ask.is_object = body::read(&body, |key, value| match key {
        "generationConfig" | "generation_config" => config(value, &mut ask, &mut wanted),
        _ => {
            prompt.field(key, value);
            wanted.field(key, value);
        }
    });
    if !ask.is_object {
        return Ask::default();
    }
    ask.prompt_tokens = prompt.tokens();
    ask.wish = wanted.wish();
    ask
}

fn config<'a>(value: Value<'a>, ask: &mut Ask, wanted: &mut Fields<'a>) {
    body::read(value.json(), |key, value| match key {
        "maxOutputTokens" | "max_output_tokens" => ask.limits.max_tokens = number(value),
        "stopSequences" | "stop_sequences" => {
            ask.limits.stop = request::stop::<MOST_STOPS>(value);
        }
        "candidateCount" | "candidate_count" => ask.choices = request::choices(number(value)),
        "seed" => ask.seed = request::seed(number(value)),
        _ => wanted.config_field(key, value),
    });
}

/// A whole number, which may stand in a string too (Protocol Buffers
/// documentation, "ProtoJSON Format").
fn number<T: FromStr>(value: Value) -> Option<T> {
    value.text().parse().ok()
}

/// Adds the model's name, and `alt`, which makes events of a stream.
pub fn heed_path(name: &[u8], args: &[u8], ask: &mut Ask) {
    let model = String::from_utf8_lossy(name);
    ask.model = (model.len() <= LONGEST_MODEL).then(|| model.into_owned());
    let is_sse = |arg: &[u8]| arg.eq_ignore_ascii_case(b"alt=sse");
    ask.framing = if args.split(|&byte| byte == b'&').any(is_sse) {
        Framing::Events
    } else {
        Framing::Array
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_decides_about_the_reply() {
        for body in [
            r#"{"contents":[1,2,3],"systemInstruction":"12","safetySettings":[],"generationConfig":
            {"maxOutputTokens":5,"stopSequences":["a","b"],"candidateCount":2,"temperature":0}}"#,
            r#"{"contents":[1,2,3],"system_instruction":"12","generation_config":
            {"max_output_tokens":"5","stop_sequences":["a","b"],"candidate_count":"2"}}"#,
        ] {
            let ask = read(body.as_bytes());
            assert_eq!(ask.limits.max_tokens, Some(5));
            assert_eq!(ask.limits.stop, ["a", "b"]);
            assert_eq!(ask.choices, 2);
            assert_eq!(ask.prompt_tokens, 3);
            assert_eq!(ask.model, None);
        }
    }

    #[test]
    fn what_is_of_another_type_is_not_said() {
        let unsaid = |is_object| Ask {
            is_object,
            ..Ask::default()
        };
        for body in [
            r#"{"generationConfig":7}"#,
            r#"{"generationConfig":{"maxOutputTokens":"5x","stopSequences":{},"candidateCount":[]}}"#,
        ] {
            assert_eq!(read(body.as_bytes()), unsaid(true), "{body}");
        }
        for body in ["", "nonsense", "[]", r#"{"generationConfig":{}"#] {
            assert_eq!(read(body.as_bytes()), unsaid(false), "{body}");
        }
    }

    #[test]
    fn the_path_names_the_model_and_the_framing() {
        for (args, framing) in [
            ("", Framing::Array),
            ("alt=json", Framing::Array),
            ("key=alt=sse", Framing::Array),
            ("alt=sse", Framing::Events),
            ("key=x&alt=SSE", Framing::Events),
        ] {
            let mut ask = Ask::default();
            heed_path(b"gemini", args.as_bytes(), &mut ask);
            assert_eq!(ask.model.as_deref(), Some("gemini"));
            assert_eq!(ask.framing, framing, "{args}");
        }
    }
}
