//! Generating content (API reference, "Generating content"): the object
//! `GenerateContentResponse`, whole or bit by bit.

use super::request;
use crate::api::out::Out;
use crate::api::{Dialect, Said, counting};
use crate::ask::{Ask, Framing, StreamField};
use crate::batch::Batch;
use crate::json::Digits;
use crate::saying::{Finish, Saying};
use crate::sse;
use crate::stream::Frames;
use crate::tokens::Encoding;

/// The dialect of `:generateContent` and `:streamGenerateContent`.
pub struct GenerateContent {
    /// Whether it is the latter: here the path says so, not the body.
    pub streams: bool,
}

impl Dialect for GenerateContent {
    fn id_prefix(&self) -> &'static str {
        ""
    }

    fn ask(&self, body: &[u8]) -> Ask {
        let mut ask = request::read(body);
        ask.stream = if self.streams {
            StreamField::True
        } else {
            StreamField::False
        };
        ask
    }

    fn heed_path(&self, name: &[u8], args: &[u8], ask: &mut Ask) {
        request::heed_path(name, args, ask);
    }

    fn prompt_tokens(&self, body: &[u8], encoding: Encoding) -> u64 {
        counting::of_messages(body, &request::PROMPT, encoding)
    }

    fn stream(&self, said: &Said) -> Box<dyn Frames> {
        Box::new(Parts {
            framing: said.ask.framing,
            response: Response::of(said),
        })
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        const CANDIDATE: usize = 120;
        let response = Response::of(said);
        let text = said.saying.text();
        let candidates = said.choices * (text.len() + CANDIDATE);
        let mut out = Vec::with_capacity(response.tail.len() + candidates + CANDIDATE);
        let finish = Some(said.saying.finish());
        response.put(text, finish, said.saying.tokens(), &mut out);
        out
    }
}

/// What all objects of a reply are made of.
struct Response {
    saying: Saying,
    candidates: usize,
    prompt_tokens: u64,
    /// From the end of the usage, rendered once.
    tail: Vec<u8>,
}

impl Response {
    fn of(said: &Said) -> Self {
        Self {
            saying: said.saying.clone(),
            candidates: said.choices,
            prompt_tokens: said.prompt_tokens,
            tail: [
                b"},\"modelVersion\":\"",
                said.model.as_bytes(),
                b"\",\"responseId\":\"",
                said.id.as_bytes(),
                b"\"}",
            ]
            .concat(),
        }
    }

    /// One object: every candidate says `text`, and has said `tokens`.
    fn put(&self, text: &[u8], finish: Option<Finish>, tokens: usize, out: &mut impl Out) {
        out.put(b"{\"candidates\":[");
        for index in 0..self.candidates {
            if index > 0 {
                out.put(b",");
            }
            out.put_all(&[
                b"{\"content\":{\"parts\":[{\"text\":\"",
                text,
                b"\"}],\"role\":\"model\"},",
                match finish {
                    None => b"".as_slice(),
                    Some(Finish::Stop) => b"\"finishReason\":\"STOP\",",
                    Some(Finish::Length) => b"\"finishReason\":\"MAX_TOKENS\",",
                },
                b"\"index\":",
                Digits::of(index as u64).as_bytes(),
                b"}",
            ]);
        }
        let tokens = (tokens as u64).saturating_mul(self.candidates as u64);
        out.put_all(&[
            b"],\"usageMetadata\":{\"promptTokenCount\":",
            Digits::of(self.prompt_tokens).as_bytes(),
            b",\"candidatesTokenCount\":",
            Digits::of(tokens).as_bytes(),
            b",\"totalTokenCount\":",
            Digits::of(self.prompt_tokens.saturating_add(tokens)).as_bytes(),
            &self.tail,
        ]);
    }
}

/// A streamed reply: an object for each word, the last of which says why the
/// text ends.
struct Parts {
    framing: Framing,
    response: Response,
}

impl Frames for Parts {
    fn steps(&self) -> usize {
        self.response.saying.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Batch) {
        let saying = &self.response.saying;
        let is_last = step + 1 == self.steps();
        out.put(match self.framing {
            Framing::Events => sse::DATA,
            Framing::Array if step == 0 => b"[",
            Framing::Array => b",\r\n",
        });
        let finish = is_last.then(|| saying.finish());
        let tokens = saying.tokens_before(step + 1);
        self.response.put(saying.piece(step), finish, tokens, out);
        match self.framing {
            Framing::Events => out.put(sse::END),
            Framing::Array if is_last => out.put(b"]"),
            Framing::Array => {}
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

    const DIALECT: GenerateContent = GenerateContent { streams: true };

    fn saying<T>(text: &str, body: &str, args: &str, f: impl FnOnce(&Said) -> T) -> T {
        let mut ask = DIALECT.ask(body.as_bytes());
        DIALECT.heed_path(b"gemini-2.5-flash", args.as_bytes(), &mut ask);
        let model = ask.model.clone().unwrap();
        f(&Said {
            id: "123".to_owned(),
            created: 1_234_567_890,
            model: &Escaped::new(model.as_bytes()),
            saying: Saying::new(&Arc::new(Script::new(text.as_bytes())), &ask.limits),
            choices: ask.choices,
            prompt_tokens: 9,
            include_usage: ask.include_usage,
            ask: &ask,
        })
    }

    fn stream(text: &str, body: &str, args: &str) -> String {
        let frames = saying(text, body, args, |said| DIALECT.stream(said));
        let mut out = Batch::new();
        for step in 0..frames.steps() {
            frames.render(step, &mut out);
        }
        String::from_utf8(out.as_bytes().to_vec()).unwrap()
    }

    fn whole(text: &str, body: &str) -> String {
        String::from_utf8(saying(text, body, "", |said| DIALECT.whole(said))).unwrap()
    }

    const TWO: &str = r#"{"generationConfig":{"candidateCount":2,"maxOutputTokens":2}}"#;

    #[test]
    fn the_plain_reply_is_googles_object() {
        insta::assert_snapshot!(whole("say \"hi\"", "{}"));
        insta::assert_snapshot!(whole("one two three", TWO));
    }

    #[test]
    fn the_stream_is_events_or_an_array() {
        insta::assert_snapshot!(stream("powered by google", "{}", "alt=sse"));
        insta::assert_snapshot!(stream("powered by google", TWO, ""));
        insta::assert_snapshot!(stream("", "{}", "alt=sse"));
    }

    #[test]
    fn the_parts_are_the_plain_reply() {
        for (text, body) in [
            ("", "{}"),
            ("one", "{}"),
            ("one two \"three\"", "{}"),
            ("one two three", TWO),
            (
                "one two three",
                r#"{"generationConfig":{"stopSequences":["two"]}}"#,
            ),
        ] {
            let whole: Value = serde_json::from_str(&whole(text, body)).unwrap();
            let parts: Vec<Value> = serde_json::from_str(&stream(text, body, "")).unwrap();
            let last = parts.last().unwrap();
            assert_eq!(last["usageMetadata"], whole["usageMetadata"]);
            let candidates = whole["candidates"].as_array().unwrap();
            for (index, candidate) in candidates.iter().enumerate() {
                let said: String = parts
                    .iter()
                    .map(|part| &part["candidates"][index]["content"]["parts"][0]["text"])
                    .map(|text| text.as_str().unwrap())
                    .collect();
                assert_eq!(candidate["content"]["parts"][0]["text"], said);
                let reasons = parts
                    .iter()
                    .filter_map(|part| part["candidates"][index].get("finishReason"));
                assert_eq!(reasons.collect::<Vec<_>>(), [&candidate["finishReason"]]);
            }
        }
    }
}
