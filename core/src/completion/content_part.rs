//! A part of a completion: its text, or one tool call.

use std::ops::Range;
use std::sync::Arc;

use super::chunked_text::ChunkedText;
use crate::json::Escaped;
use crate::util::Id;

/// A call of one of the client's tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The id of the call in each choice.
    pub ids: Vec<Id>,
    /// The name of the tool.
    pub name: Escaped,
    /// Whether the tool takes text instead of arguments.
    pub is_custom: bool,
}

impl ToolCall {
    /// Returns the id of the call in a choice.
    pub fn id(&self, choice: usize) -> &Id {
        self.ids.get(choice).unwrap_or(&Id::NONE)
    }
}

/// A text, or the arguments of one call: a prefix of a chunked text.
#[derive(Debug, Clone)]
pub struct ContentPart {
    pub(super) chunked: Arc<ChunkedText>,
    pub(super) call: Option<Box<ToolCall>>,
    /// The range of its chunks among those of the completion.
    pub(super) chunks: Range<usize>,
    /// The range of its tokens among those of the completion.
    pub(super) tokens: Range<usize>,
    /// Its end in the chunked text.
    pub(super) end: usize,
}

impl ContentPart {
    /// Returns the call; `None` for a text.
    pub fn call(&self) -> Option<&ToolCall> {
        self.call.as_deref()
    }

    /// Returns the text or the arguments, as the inside of a JSON string.
    pub fn text(&self) -> &[u8] {
        self.bytes(0, self.end)
    }

    /// Returns whether no limit has truncated the part.
    pub fn is_whole(&self) -> bool {
        self.end == self.chunked.text().as_bytes().len()
    }

    /// Returns a chunk by its number in the completion; `None` past the end.
    pub(super) fn chunk(&self, number: usize) -> Option<&[u8]> {
        let number = Some(number).filter(|it| self.chunks.contains(it))?;
        let index = number - self.chunks.start;
        let start = self.chunked.start_of(index);
        let end = self.chunked.start_of(index + 1).min(self.end);
        Some(self.bytes(start, end))
    }

    /// Returns the number of tokens of the completion that begin before a chunk.
    pub(super) fn tokens_before(&self, number: usize) -> usize {
        let index = number.saturating_sub(self.chunks.start);
        let begun = self.chunked.tokens_before(self.chunked.start_of(index));
        self.tokens.end.min(self.tokens.start + begun)
    }

    pub(super) fn bytes(&self, start: usize, end: usize) -> &[u8] {
        let text = self.chunked.text().as_bytes();
        text.get(start..end).unwrap_or_default()
    }
}
