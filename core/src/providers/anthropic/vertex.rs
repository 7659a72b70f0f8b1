//! The Messages API on Google's Vertex AI (Google Cloud, "Use Claude models"):
//! the path names the model, and its verb selects a stream.

use super::messages::Messages;
use crate::completion::{Completion, Generation, GenerationRequest, LONGEST_MODEL, StreamField};
use crate::engine::BoxedBody;
use crate::providers::dialect::{Dialect, Source};

/// The dialect of `:rawPredict` and `:streamRawPredict`.
pub struct RawPredict {
    /// Whether this is `:streamRawPredict`.
    pub streams: bool,
}

impl Dialect for RawPredict {
    fn id_prefix(&self) -> &'static str {
        "msg_vrtx_"
    }

    fn call_id_prefix(&self) -> &'static str {
        "toolu_vrtx_"
    }

    fn read(&self, source: &Source) -> GenerationRequest {
        let stream = match self.streams {
            true => StreamField::True,
            false => StreamField::False,
        };
        GenerationRequest {
            model: model(source.name),
            stream,
            ..Messages.read(source)
        }
    }

    fn prompt_fields(&self) -> &'static [&'static str] {
        Messages.prompt_fields()
    }

    fn finish_reason(&self, completion: &Completion, request: &GenerationRequest) -> &'static str {
        Messages.finish_reason(completion, request)
    }

    fn stream(&self, generation: &Generation) -> BoxedBody {
        Messages.stream(generation)
    }

    fn plain(&self, generation: &Generation) -> Vec<u8> {
        Messages.plain(generation)
    }
}

/// Returns the model that the path names, without its version:
/// `claude-sonnet-4-5@20250929` is `claude-sonnet-4-5` in a response.
fn model(name: &[u8]) -> Option<String> {
    let model = name.split(|&byte| byte == b'@').next().unwrap_or_default();
    let model = String::from_utf8_lossy(model);
    (model.len() <= LONGEST_MODEL).then(|| model.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_names_the_model_and_the_verb_selects_a_stream() {
        for (streams, stream) in [(true, StreamField::True), (false, StreamField::False)] {
            let request = RawPredict { streams }.read(&Source {
                body: br#"{"anthropic_version":"vertex-2023-10-16","max_tokens":5,"stream":true}"#,
                name: b"claude-sonnet-4-5@20250929",
                ..Source::default()
            });
            assert_eq!(request.model.as_deref(), Some("claude-sonnet-4-5"));
            assert_eq!(request.limits.max_tokens, Some(5));
            assert_eq!(request.stream, stream);
        }
    }
}
