//! The events of a streamed response (API reference, "Responses", "Streaming
//! events").

use super::object::{Response, Status, put_content};
use crate::completion::{Generation, Step};
use crate::engine::{Body, Buffer, Progress, Sink, sse};
use crate::json::escape::Digits;
use crate::providers::openai::tools::input_field;

/// A streamed response. The events before an output item are sent with its
/// first chunk, and the events after it with its last chunk.
pub struct Events(Response);

impl Events {
    /// Creates the events of a completion.
    pub fn new(generation: &Generation) -> Self {
        Self(Response::of(generation))
    }
}

impl Body for Events {
    fn steps(&self) -> usize {
        self.0.completion.steps()
    }

    fn render(&self, number: usize, out: &mut Buffer) {
        let Some(step) = self.0.completion.step(number) else {
            return;
        };
        let mut events = Writer {
            response: &self.0,
            step,
            next: events_before(&step, number),
            out,
        };
        if number == 0 {
            events.response(b"response.created", Status::InProgress);
            events.response(b"response.in_progress", Status::InProgress);
        }
        if step.begins {
            events.before();
        }
        if let Some(chunk) = step.chunk {
            events.delta(chunk);
        }
        if step.ends {
            events.after();
        }
        if number + 1 == self.steps() {
            let status = Status::at_end(&self.0.completion);
            let name: &[u8] = match status {
                Status::Incomplete => b"response.incomplete",
                Status::Completed | Status::InProgress => b"response.completed",
            };
            events.response(name, status);
        }
    }

    fn progress(&self, steps: usize) -> Progress {
        let reason = Status::at_end(&self.0.completion).name();
        self.0.completion.progress(steps, 1, reason)
    }
}

/// Returns the number of events before those of a step.
fn events_before(step: &Step, number: usize) -> usize {
    const BEFORE_ITEMS: usize = 2;
    /// The number of events of a tool call other than its chunks. Only tool
    /// calls follow other items.
    const AROUND_A_CALL: usize = 3;
    if number == 0 {
        return 0;
    }
    let added = match (step.begins, step.part.call()) {
        (true, _) => 0,
        (false, Some(_)) => 1,
        (false, None) => 2,
    };
    BEFORE_ITEMS + step.index * AROUND_A_CALL + number + added
}

/// Writes the events of one step.
struct Writer<'a> {
    response: &'a Response,
    step: Step<'a>,
    /// The number of the next event.
    next: usize,
    out: &'a mut Buffer,
}

impl Writer<'_> {
    /// Writes an event about the response.
    fn response(&mut self, name: &[u8], status: Status) {
        self.begin(&[name]);
        self.out.put(b",\"response\":");
        self.response.put(status, self.out);
        self.end();
    }

    /// Writes an event about the output item.
    fn item(&mut self, name: &[u8], status: Status) {
        self.begin(&[name]);
        let index = Digits::of(self.step.index as u64);
        let fields = [b",\"output_index\":", index.as_bytes(), b",\"item\":"];
        self.out.put_all(&fields);
        self.response.put_item(self.step.part, status, self.out);
        self.end();
    }

    /// Writes an event about a content part of a message.
    fn content(&mut self, name: &[u8], text: &[u8]) {
        self.begin(&[name]);
        self.put_place();
        self.out.put(b",\"part\":");
        put_content(text, self.out);
        self.end();
    }

    fn before(&mut self) {
        self.item(b"response.output_item.added", Status::InProgress);
        if self.step.part.call().is_none() {
            self.content(b"response.content_part.added", b"");
        }
    }

    fn delta(&mut self, chunk: &[u8]) {
        self.begin(&[self.text_event(), b".delta"]);
        self.put_place();
        self.out.put_all(&[b",\"delta\":\"", chunk]);
        self.end_text();
    }

    fn after(&mut self) {
        let text = self.step.part.text();
        self.begin(&[self.text_event(), b".done"]);
        self.put_place();
        match self.step.part.call() {
            None => self.out.put(b",\"text\":\""),
            Some(call) => {
                if !call.is_custom {
                    let name = call.name.as_bytes();
                    self.out.put_all(&[b",\"name\":\"", name, b"\""]);
                }
                self.out.put_all(&[b",\"", input_field(call), b"\":\""]);
            }
        }
        self.out.put(text);
        self.end_text();
        if self.step.part.call().is_none() {
            self.content(b"response.content_part.done", text);
        }
        let status = self.response.status_at_end(self.step.index);
        self.item(b"response.output_item.done", status);
    }

    /// Returns the type of the delta and done events, without its suffix.
    fn text_event(&self) -> &'static [u8] {
        match self.step.part.call() {
            None => b"response.output_text",
            Some(call) if call.is_custom => b"response.custom_tool_call_input",
            Some(_) => b"response.function_call_arguments",
        }
    }

    /// Writes the fields that identify the item and the content part of an
    /// event.
    fn put_place(&mut self) {
        self.out.put(b",\"item_id\":\"");
        self.response.put_item_id(self.step.part, self.out);
        let index = Digits::of(self.step.index as u64);
        self.out
            .put_all(&[b"\",\"output_index\":", index.as_bytes()]);
        if self.step.part.call().is_none() {
            self.out.put(b",\"content_index\":0");
        }
    }

    /// Writes the beginning of an event, up to the fields of its type.
    fn begin(&mut self, name: &[&[u8]]) {
        self.out.put(sse::EVENT);
        self.out.put_all(name);
        self.out.put_all(&[b"\n", sse::DATA, b"{\"type\":\""]);
        self.out.put_all(name);
        let number = Digits::of(self.next as u64);
        self.out
            .put_all(&[b"\",\"sequence_number\":", number.as_bytes()]);
        self.next += 1;
    }

    /// Writes the end of an event, after its text.
    fn end_text(&mut self) {
        self.out.put(match self.step.part.call() {
            None => b"\",\"logprobs\":[]",
            Some(_) => b"\"",
        });
        self.end();
    }

    fn end(&mut self) {
        self.out.put_all(&[b"}", sse::END]);
    }
}
