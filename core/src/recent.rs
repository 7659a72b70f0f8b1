//! A text that comes from a variable is cut for each request. Most often it is
//! the one that other streams say at this moment.

use std::sync::{Arc, Weak};

use crate::chunk::Cut;
use crate::script::Script;

/// The text that was cut last. It is cut once for all who say it at the same
/// time: a long one takes more memory cut than all else of a stream, and more
/// time.
#[derive(Debug, Default)]
pub struct Recent {
    text: Vec<u8>,
    script: Weak<Script>,
}

impl Recent {
    /// Nothing was cut yet.
    pub const fn new() -> Self {
        Self {
            text: Vec::new(),
            script: Weak::new(),
        }
    }

    /// How much memory [`Recent::cut`] takes at most, in bytes.
    pub fn memory(text: &[u8], cut: Cut) -> usize {
        Script::memory(text, cut).saturating_add(text.len())
    }

    /// `text`, if it was cut so and is being said.
    pub fn get(&self, text: &[u8], cut: Cut) -> Option<Arc<Script>> {
        let script = self.script.upgrade()?;
        (script.how_cut() == cut && self.text == text).then_some(script)
    }

    /// Cuts `text`, and remembers it instead of the one before.
    pub fn cut(&mut self, text: &[u8], cut: Cut) -> Arc<Script> {
        // What there was is given back before there is more.
        *self = Self::new();
        let script = Arc::new(Script::cut(text, cut));
        self.text = text.to_vec();
        self.script = Arc::downgrade(&script);
        script
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::{Chunk, Unit};

    #[test]
    fn a_text_is_cut_once_while_it_is_said() {
        let words = Cut::default();
        let chars = Cut {
            chunk: Chunk {
                unit: Unit::Char,
                ..Chunk::default()
            },
            ..words
        };
        let mut recent = Recent::new();
        assert!(recent.get(b"", words).is_none());
        let said = recent.cut(b"a b", words);
        assert!(Arc::ptr_eq(&recent.get(b"a b", words).unwrap(), &said));
        assert!(recent.get(b"a c", words).is_none());
        assert!(recent.get(b"a b", chars).is_none());
        drop(said);
        assert!(recent.get(b"a b", words).is_none());
    }
}
