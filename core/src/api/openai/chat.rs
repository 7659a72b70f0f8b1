//! Chat completions (API reference, "Chat"): the objects
//! `chat.completion.chunk` and `chat.completion`.

use std::sync::Arc;

use super::request;
use crate::api::{Dialect, Said};
use crate::ask::Ask;
use crate::batch::Batch;
use crate::json;
use crate::script::Script;
use crate::sse;
use crate::stream::Frames;

/// The dialect of `/v1/chat/completions`.
pub struct Chat;

impl Dialect for Chat {
    fn id_prefix(&self) -> &'static str {
        "chatcmpl-"
    }

    fn ask(&self, body: &[u8]) -> Ask {
        let ask = request::read(body);
        #[cfg(feature = "inject-panic")]
        inject::panic_if(ask.model.as_deref() == Some("panic in ask"));
        ask
    }

    fn stream(&self, said: &Said) -> Box<dyn Frames> {
        Box::new(Chunks {
            head: head(sse::DATA, said, "chat.completion.chunk", b"\"delta\":"),
            script: Arc::clone(said.script),
        })
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        let mut out = head(
            b"",
            said,
            "chat.completion",
            b"\"message\":{\"role\":\"assistant\",\"content\":\"",
        );
        out.extend_from_slice(said.script.text().as_bytes());
        out.extend_from_slice(
            b"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":",
        );
        let completion_tokens = said.script.len() as u64;
        json::number(said.prompt_tokens, &mut out);
        out.extend_from_slice(b",\"completion_tokens\":");
        json::number(completion_tokens, &mut out);
        out.extend_from_slice(b",\"total_tokens\":");
        json::number(
            said.prompt_tokens.saturating_add(completion_tokens),
            &mut out,
        );
        out.extend_from_slice(b"}}");
        out
    }
}

/// The part that all objects of a reply begin with, up to the choice's
/// content.
fn head(before: &[u8], said: &Said, object: &str, choice: &[u8]) -> Vec<u8> {
    const FIXED: usize = 100;
    let model = said.model.as_bytes();
    let mut out = Vec::with_capacity(
        before.len() + said.id.len() + object.len() + model.len() + choice.len() + FIXED,
    );
    out.extend_from_slice(before);
    out.extend_from_slice(b"{\"id\":\"");
    out.extend_from_slice(said.id.as_bytes());
    out.extend_from_slice(b"\",\"object\":\"");
    out.extend_from_slice(object.as_bytes());
    out.extend_from_slice(b"\",\"created\":");
    json::number(said.created, &mut out);
    out.extend_from_slice(b",\"model\":\"");
    out.extend_from_slice(model);
    out.extend_from_slice(b"\",\"choices\":[{\"index\":0,");
    out.extend_from_slice(choice);
    out
}

/// A streamed reply. The role comes with the first word, the finish reason
/// and the end of the stream with the last.
struct Chunks {
    /// What each chunk begins with, rendered once.
    head: Vec<u8>,
    script: Arc<Script>,
}

const OPEN: &[u8] = b",\"finish_reason\":null}]}";
const STOP: &[u8] = b",\"finish_reason\":\"stop\"}]}";

impl Chunks {
    fn chunk(&self, delta: [&[u8]; 3], finish_reason: &[u8], out: &mut Batch) {
        out.put(&self.head);
        for part in delta {
            out.put(part);
        }
        out.put(finish_reason);
        out.put(sse::END);
    }
}

impl Frames for Chunks {
    fn steps(&self) -> usize {
        self.script.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Batch) {
        if step == 0 {
            self.chunk([b"{\"role\":\"assistant\"}", b"", b""], OPEN, out);
        }
        if !self.script.is_empty() {
            let word = self.script.piece(step);
            #[cfg(feature = "inject-panic")]
            inject::panic_if(word.starts_with(b"panic-in-render"));
            self.chunk([b"{\"content\":\"", word, b"\"}"], OPEN, out);
        }
        if step + 1 == self.steps() {
            self.chunk([b"{}", b"", b""], STOP, out);
            out.put(sse::DONE);
        }
    }
}

#[cfg(feature = "inject-panic")]
mod inject {
    #[allow(clippy::panic)] // what the feature is for
    pub fn panic_if(asked: bool) {
        if asked {
            panic!("asked to");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Escaped;

    /// Hands `text`, as something said, to `f`.
    fn saying<T>(text: &str, f: impl FnOnce(&Said) -> T) -> T {
        f(&Said {
            id: "chatcmpl-123".to_owned(),
            created: 1_234_567_890,
            model: &Escaped::new(b"gpt-3.5-turbo"),
            script: &Arc::new(Script::new(text.as_bytes())),
            prompt_tokens: 9,
        })
    }

    fn steps(text: &str) -> Vec<String> {
        let frames = saying(text, |said| Chat.stream(said));
        (0..frames.steps())
            .map(|step| {
                let mut out = Batch::new();
                frames.render(step, &mut out);
                String::from_utf8(out.as_bytes().to_vec()).unwrap()
            })
            .collect()
    }

    #[test]
    fn the_stream_is_the_seeds_byte_for_byte() {
        insta::assert_snapshot!(steps("powered by openai").concat());
    }

    #[test]
    fn role_and_end_come_with_the_first_and_the_last_word() {
        let steps = steps("powered by openai");
        let chunks: Vec<_> = steps.iter().map(|s| s.matches("data: ").count()).collect();
        assert_eq!(chunks, [2, 1, 3]);
    }

    #[test]
    fn an_empty_text_has_a_beginning_and_an_end() {
        insta::assert_snapshot!(steps("").concat());
    }

    #[test]
    fn the_plain_reply_is_openais_object() {
        let body = saying("say \"hi\"\n to me", |said| Chat.whole(said));
        let body = String::from_utf8(body).unwrap();
        let _: serde_json::Value = serde_json::from_str(&body).unwrap();
        insta::assert_snapshot!(body);
    }
}
