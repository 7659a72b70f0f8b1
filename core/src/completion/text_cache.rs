//! Shares texts from variables between concurrent responses.

use std::sync::{Arc, Weak};

use super::chunked_text::ChunkedText;
use super::chunking::Chunking;

/// The latest text that was split into chunks. Concurrent streams with the same
/// text share one copy: a long text takes more memory and time than the rest of
/// a stream.
#[derive(Debug, Default)]
pub struct TextCache {
    source: Vec<u8>,
    text: Weak<ChunkedText>,
}

impl TextCache {
    /// Creates an empty cache.
    pub const fn new() -> Self {
        Self {
            source: Vec::new(),
            text: Weak::new(),
        }
    }

    /// Returns `source`, split into chunks. It is split again unless it is the
    /// latest text, split in the same way, and still in use.
    pub fn get(&mut self, source: &[u8], chunking: Chunking) -> Arc<ChunkedText> {
        if let Some(text) = self.text.upgrade()
            && text.chunking() == chunking
            && self.source == source
        {
            return text;
        }
        // Free the old copy before the new one is created.
        *self = Self::new();
        let text = Arc::new(ChunkedText::new(source, chunking));
        self.source = source.to_vec();
        self.text = Arc::downgrade(&text);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::{ChunkSize, Unit};

    #[test]
    fn a_text_is_shared_while_it_is_in_use() {
        let words = Chunking::default();
        let chars = Chunking {
            size: ChunkSize {
                unit: Unit::Char,
                ..ChunkSize::default()
            },
            ..words
        };
        let mut cache = TextCache::new();
        let text = cache.get(b"a b", words);
        assert!(Arc::ptr_eq(&cache.get(b"a b", words), &text));
        for (other, chunking) in [(b"a c", words), (b"a b", chars)] {
            let other = cache.get(other, chunking);
            assert!(!Arc::ptr_eq(&other, &text));
        }
        let text = Arc::downgrade(&cache.get(b"a b", words));
        assert!(text.upgrade().is_none(), "the cache keeps no text alive");
    }
}
