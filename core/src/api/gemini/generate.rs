//! Generating content (API reference, "Generating content"): the object
//! `GenerateContentResponse`, whole or bit by bit.

use super::request;
use crate::api::out::Out;
use crate::api::{Dialect, Said};
use crate::ask::{Ask, Framing, StreamField};
use crate::batch::Batch;
use crate::json::Digits;
use crate::reply::Body;
use crate::saying::{Finish, Part, Saying};
use crate::sse;
use crate::stream::Frames;

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

    fn prompt_fields(&self) -> &'static [&'static str] {
        &request::PROMPT
    }

    fn stream(&self, said: &Said) -> Body {
        Body::other(Parts {
            framing: said.ask.framing,
            response: Response::of(said),
        })
    }

    fn whole(&self, said: &Said) -> Vec<u8> {
        const CANDIDATE: usize = 120;
        const A_PART: usize = 60;
        let response = Response::of(said);
        let candidates = said.choices * (said.saying.size(A_PART) + CANDIDATE);
        let mut out = Vec::with_capacity(response.tail.len() + candidates + CANDIDATE);
        let finish = Some(said.saying.finish());
        let parts = said.saying.parts().iter();
        let parts = parts.map(|part| (part, part.text()));
        response.put(parts, finish, said.saying.tokens(), &mut out);
        out
    }
}

/// A part of the content: a call, whole, or a piece of the text. A call that a
/// limit has cut takes nothing: what is there of its arguments is no JSON.
fn put_part(part: &Part, piece: &[u8], out: &mut impl Out) {
    let Some(call) = part.call() else {
        out.put_all(&[b"{\"text\":\"", piece, b"\"}"]);
        return;
    };
    out.put(b"{\"functionCall\":{\"name\":\"");
    out.put_all(&[call.name.as_bytes(), b"\",\"args\":"]);
    match part.is_whole() {
        true => out.put_document(part.text()),
        false => out.put(b"{}"),
    }
    out.put(b"}}");
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

    /// One object: every candidate says these parts, and has said `tokens`.
    fn put<'a>(
        &self,
        parts: impl Iterator<Item = (&'a Part, &'a [u8])> + Clone,
        finish: Option<Finish>,
        tokens: usize,
        out: &mut impl Out,
    ) {
        out.put(b"{\"candidates\":[");
        for index in 0..self.candidates {
            if index > 0 {
                out.put(b",");
            }
            out.put(b"{\"content\":{\"parts\":[");
            for (nth, (part, piece)) in parts.clone().enumerate() {
                if nth > 0 {
                    out.put(b",");
                }
                put_part(part, piece, out);
            }
            out.put_all(&[
                b"],\"role\":\"model\"},",
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
/// text ends. A call comes in one object, when its last piece is due.
struct Parts {
    framing: Framing,
    response: Response,
}

impl Frames for Parts {
    fn steps(&self) -> usize {
        self.response.saying.steps()
    }

    fn render(&self, number: usize, out: &mut Batch) {
        let saying = &self.response.saying;
        let Some(step) = saying.step(number) else {
            return;
        };
        let is_call = step.part.call().is_some();
        if is_call && !step.ends {
            return;
        }
        let is_first = if is_call {
            step.index == 0
        } else {
            step.begins
        };
        let is_last = number + 1 == self.steps();
        out.put(match self.framing {
            Framing::Events => sse::DATA,
            Framing::Array if is_first => b"[",
            Framing::Array => b",\r\n",
        });
        let finish = is_last.then(|| saying.finish());
        let tokens = saying.tokens_before(number + 1);
        let part = std::iter::once((step.part, step.piece.unwrap_or_default()));
        self.response.put(part, finish, tokens, out);
        match self.framing {
            Framing::Events => out.put(sse::END),
            Framing::Array if is_last => out.put(b"]"),
            Framing::Array => {}
        }
    }
}

#[cfg(test)]
mod tests;
