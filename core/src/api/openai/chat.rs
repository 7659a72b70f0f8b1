//! Chat completions (API reference, "Chat"): the objects
//! `chat.completion.chunk` and `chat.completion`.

use super::request;
use super::usage::Usage;
use crate::api::{Dialect, Said};
use crate::ask::Ask;
use crate::batch::Batch;
use crate::json::Digits;
use crate::saying::{Finish, Saying};
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
        let mut head = Vec::with_capacity(head_len(said));
        head.extend_from_slice(sse::DATA);
        put_head(said, "chat.completion.chunk", &mut head);
        Box::new(Chunks {
            head,
            saying: said.saying.clone(),
            choices: said.choices,
            usage: said.include_usage.then(|| Usage::of(said)),
        })
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        const AROUND: usize = 120;
        let each = said.saying.text().len() + AROUND;
        let mut out = Vec::with_capacity(head_len(said) + said.choices * each + AROUND);
        put_head(said, "chat.completion", &mut out);
        for index in 0..said.choices {
            out.extend_from_slice(if index == 0 {
                b"{\"index\":"
            } else {
                b",{\"index\":"
            });
            out.extend_from_slice(Digits::of(index as u64).as_bytes());
            out.extend_from_slice(b",\"message\":{\"role\":\"assistant\",\"content\":\"");
            out.extend_from_slice(said.saying.text());
            out.extend_from_slice(b"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"");
            out.extend_from_slice(reason(said.saying.finish()));
            out.extend_from_slice(b"\"}");
        }
        out.extend_from_slice(b"],\"usage\":");
        out.extend_from_slice(Usage::of(said).as_bytes());
        out.push(b'}');
        out
    }
}

/// The part that all objects of a reply begin with, up to the list of choices.
fn put_head(said: &Said, object: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":\"");
    out.extend_from_slice(said.id.as_bytes());
    out.extend_from_slice(b"\",\"object\":\"");
    out.extend_from_slice(object.as_bytes());
    out.extend_from_slice(b"\",\"created\":");
    out.extend_from_slice(Digits::of(said.created).as_bytes());
    out.extend_from_slice(b",\"model\":\"");
    out.extend_from_slice(said.model.as_bytes());
    out.extend_from_slice(b"\",\"choices\":[");
}

/// No less than what [`put_head`] writes.
fn head_len(said: &Said) -> usize {
    const FIXED: usize = 110;
    FIXED + said.id.len() + said.model.as_bytes().len()
}

/// `finish_reason`
fn reason(finish: Finish) -> &'static [u8] {
    match finish {
        Finish::Stop => b"stop",
        Finish::Length => b"length",
    }
}

/// A streamed reply. The role comes with the first word, the finish reason and
/// the end of the stream with the last.
struct Chunks {
    /// What each chunk begins with, rendered once.
    head: Vec<u8>,
    saying: Saying,
    choices: usize,
    /// If the client wants it, each chunk has the field.
    usage: Option<Usage>,
}

impl Chunks {
    /// One chunk of choice `index`.
    fn chunk(&self, index: usize, delta: [&[u8]; 3], finish: Option<Finish>, out: &mut Batch) {
        out.put(&self.head);
        out.put(b"{\"index\":");
        out.put(Digits::of(index as u64).as_bytes());
        out.put(b",\"delta\":");
        for part in delta {
            out.put(part);
        }
        match finish {
            None => out.put(b",\"finish_reason\":null}]"),
            Some(finish) => {
                out.put(b",\"finish_reason\":\"");
                out.put(reason(finish));
                out.put(b"\"}]");
            }
        }
        out.put(match self.usage {
            None => b"}",
            Some(_) => b",\"usage\":null}",
        });
        out.put(sse::END);
    }
}

impl Frames for Chunks {
    fn steps(&self) -> usize {
        self.saying.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Batch) {
        let is_last = step + 1 == self.steps();
        for index in 0..self.choices {
            if step == 0 {
                self.chunk(index, [b"{\"role\":\"assistant\"}", b"", b""], None, out);
            }
            if !self.saying.is_empty() {
                let word = self.saying.piece(step);
                #[cfg(feature = "inject-panic")]
                inject::panic_if(word.starts_with(b"panic-in-render"));
                self.chunk(index, [b"{\"content\":\"", word, b"\"}"], None, out);
            }
            if is_last {
                self.chunk(index, [b"{}", b"", b""], Some(self.saying.finish()), out);
            }
        }
        if is_last {
            if let Some(usage) = &self.usage {
                out.put(&self.head);
                out.put(b"],\"usage\":");
                out.put(usage.as_bytes());
                out.put(b"}");
                out.put(sse::END);
            }
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
    use crate::script::Script;
    use serde_json::Value;
    use std::sync::Arc;

    /// Hands what is said of `text` to a request with `body` to `f`.
    fn saying<T>(text: &str, body: &str, f: impl FnOnce(&Said) -> T) -> T {
        let ask = Chat.ask(body.as_bytes());
        f(&Said {
            id: "chatcmpl-123".to_owned(),
            created: 1_234_567_890,
            model: &Escaped::new(b"gpt-3.5-turbo"),
            saying: Saying::new(&Arc::new(Script::new(text.as_bytes())), &ask.limits),
            choices: ask.choices,
            prompt_tokens: 9,
            include_usage: ask.include_usage,
            ask: &ask,
        })
    }

    fn steps(text: &str, body: &str) -> Vec<String> {
        let frames = saying(text, body, |said| Chat.stream(said));
        (0..frames.steps())
            .map(|step| {
                let mut out = Batch::new();
                frames.render(step, &mut out);
                String::from_utf8(out.as_bytes().to_vec()).unwrap()
            })
            .collect()
    }

    fn whole(text: &str, body: &str) -> String {
        String::from_utf8(saying(text, body, |said| Chat.whole(said))).unwrap()
    }

    #[test]
    fn the_stream_is_the_seeds_byte_for_byte() {
        insta::assert_snapshot!(steps("powered by openai", "").concat());
    }

    #[test]
    fn role_and_end_come_with_the_first_and_the_last_word() {
        let steps = steps("powered by openai", "");
        let chunks: Vec<_> = steps.iter().map(|s| s.matches("data: ").count()).collect();
        assert_eq!(chunks, [2, 1, 3]);
    }

    #[test]
    fn an_empty_text_has_a_beginning_and_an_end() {
        insta::assert_snapshot!(steps("", "").concat());
    }

    #[test]
    fn the_plain_reply_is_openais_object() {
        let body = whole("say \"hi\"\n to me", "");
        let _: Value = serde_json::from_str(&body).unwrap();
        insta::assert_snapshot!(body);
    }

    #[test]
    fn a_stream_ends_with_its_usage_if_asked() {
        let body = r#"{"stream_options":{"include_usage":true}}"#;
        insta::assert_snapshot!(steps("powered by openai", body).concat());
    }

    #[test]
    fn choices_run_side_by_side() {
        let body = r#"{"n":2,"max_tokens":2,"stream_options":{"include_usage":true}}"#;
        insta::assert_snapshot!(steps("powered by openai", body).concat());
        insta::assert_snapshot!(whole("powered by openai", body));
    }

    #[test]
    fn the_finish_reason_says_why_it_ends() {
        for (body, reason, content) in [
            ("{}", "stop", "a b c"),
            (r#"{"max_tokens":3}"#, "stop", "a b c"),
            (r#"{"max_tokens":2}"#, "length", "a b "),
            (r#"{"max_completion_tokens":1}"#, "length", "a "),
            (r#"{"stop":"c"}"#, "stop", "a b "),
            (r#"{"stop":["x","b c"]}"#, "stop", "a "),
            (
                r#"{"stop":null,"max_tokens":null,"n":null}"#,
                "stop",
                "a b c",
            ),
            (r#"{"stop":7,"max_tokens":"2","n":"3"}"#, "stop", "a b c"),
        ] {
            let reply: Value = serde_json::from_str(&whole("a b c", body)).unwrap();
            let choices = reply["choices"].as_array().unwrap();
            assert_eq!(choices.len(), 1, "{body}");
            assert_eq!(choices[0]["finish_reason"], reason, "{body}");
            assert_eq!(choices[0]["message"]["content"], content, "{body}");
            let last = steps("a b c", body).pop().unwrap();
            assert!(
                last.contains(&format!("\"finish_reason\":\"{reason}\"")),
                "{last}"
            );
        }
    }

    #[test]
    fn heads_are_as_long_as_foreseen() {
        saying("a", "", |said| {
            let mut out = sse::DATA.to_vec();
            put_head(said, "chat.completion.chunk", &mut out);
            assert!(out.len() <= head_len(said));
        });
    }
}
