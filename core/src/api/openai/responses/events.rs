//! The events of a streamed response (API reference, "Responses", "Streaming
//! events").

use super::object::{Response, Status};
use crate::api::Said;
use crate::api::out::Out;
use crate::batch::Batch;
use crate::json::Digits;
use crate::sse;
use crate::stream::Frames;

/// A streamed response. What comes before the text comes with its first word,
/// what comes after it with the last.
pub struct Events {
    response: Response,
    /// The fields that say which part of which item an event is about.
    place: Vec<u8>,
}

/// How many events come before the text.
const BEFORE_TEXT: usize = 4;

impl Events {
    /// Of what is said.
    pub fn new(said: &Said) -> Self {
        let response = Response::of(said);
        let place = [
            b",\"item_id\":\"",
            response.item_id.as_slice(),
            b"\",\"output_index\":0,\"content_index\":0",
        ]
        .concat();
        Self { response, place }
    }

    fn before_text(&self, out: &mut Batch) {
        let response = &self.response;
        for (number, name) in [b"response.created".as_slice(), b"response.in_progress"]
            .into_iter()
            .enumerate()
        {
            begin(name, number, out);
            out.put(b",\"response\":");
            response.put(Status::InProgress, out);
            end(out);
        }
        begin(b"response.output_item.added", 2, out);
        out.put(b",\"output_index\":0,\"item\":");
        response.put_item(Status::InProgress, out);
        end(out);
        begin(b"response.content_part.added", 3, out);
        out.put_all(&[&self.place, b",\"part\":"]);
        response.put_part(Status::InProgress, out);
        end(out);
    }

    fn delta(&self, step: usize, out: &mut Batch) {
        begin(b"response.output_text.delta", BEFORE_TEXT + step, out);
        let word = self.response.saying.piece(step);
        out.put_all(&[&self.place, b",\"delta\":\"", word, b"\",\"logprobs\":[]"]);
        end(out);
    }

    fn after_text(&self, out: &mut Batch) {
        let response = &self.response;
        let status = Status::at_end(&response.saying);
        let number = BEFORE_TEXT + response.saying.len();
        begin(b"response.output_text.done", number, out);
        let text = response.saying.text();
        out.put_all(&[&self.place, b",\"text\":\"", text, b"\",\"logprobs\":[]"]);
        end(out);
        begin(b"response.content_part.done", number + 1, out);
        out.put_all(&[&self.place, b",\"part\":"]);
        response.put_part(status, out);
        end(out);
        begin(b"response.output_item.done", number + 2, out);
        out.put(b",\"output_index\":0,\"item\":");
        response.put_item(status, out);
        end(out);
        let name: &[u8] = match status {
            Status::Incomplete => b"response.incomplete",
            Status::Completed | Status::InProgress => b"response.completed",
        };
        begin(name, number + 3, out);
        out.put(b",\"response\":");
        response.put(status, out);
        end(out);
    }
}

/// An event up to the fields that are its own.
fn begin(name: &[u8], sequence_number: usize, out: &mut Batch) {
    out.put_all(&[
        sse::EVENT,
        name,
        b"\n",
        sse::DATA,
        b"{\"type\":\"",
        name,
        b"\",\"sequence_number\":",
        Digits::of(sequence_number as u64).as_bytes(),
    ]);
}

fn end(out: &mut Batch) {
    out.put(b"}");
    out.put(sse::END);
}

impl Frames for Events {
    fn steps(&self) -> usize {
        self.response.saying.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Batch) {
        if step == 0 {
            self.before_text(out);
        }
        if !self.response.saying.is_empty() {
            self.delta(step, out);
        }
        if step + 1 == self.steps() {
            self.after_text(out);
        }
    }
}
