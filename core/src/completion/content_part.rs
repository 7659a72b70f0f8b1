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
    /// Whether the tool takes a text, not arguments.
    pub is_custom: bool,
}

impl ToolCall {
    /// The id of the call in a choice.
    pub fn id(&self, choice: usize) -> &Id {
        self.ids.get(choice).unwrap_or(&Id::NONE)
    }
}

/// A text, or the arguments of one call: the beginning of a chunked text.
#[derive(Debug, Clone)]
pub struct ContentPart {
    pub(super) chunked: Arc<ChunkedText>,
    pub(super) call: Option<Box<ToolCall>>,
    /// Its chunks among those of the completion.
    pub(super) chunks: Range<usize>,
    /// Its tokens among those of the completion.
    pub(super) tokens: Range<usize>,
    /// Where it ends in the text.
    pub(super) end: usize,
}

impl ContentPart {
    /// The call, if it is one.
    pub fn call(&self) -> Option<&ToolCall> {
        self.call.as_deref()
    }

    /// All of it, as the inside of a JSON string.
    pub fn text(&self) -> &[u8] {
        self.bytes(0, self.end)
    }

    /// Whether no limit has cut it.
    pub fn is_whole(&self) -> bool {
        self.end == self.chunked.text().as_bytes().len()
    }

    /// A chunk, by its number in the completion; none past the end.
    pub(super) fn chunk(&self, number: usize) -> Option<&[u8]> {
        let number = Some(number).filter(|it| self.chunks.contains(it))?;
        let index = number - self.chunks.start;
        let start = self.chunked.start_of(index);
        let end = self.chunked.start_of(index + 1).min(self.end);
        Some(self.bytes(start, end))
    }

    /// The number of tokens of the completion that begin before a chunk.
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
