//! The body of a reply.

use crate::api::openai::chat::Chunks;
use crate::batch::Batch;
use crate::stream::{Frames, Whole};

/// What a reply's body is made of. Chat, of which tens of thousands of streams
/// may be open, and what is whole lie where this does: for a stream of chat
/// nothing is taken from the heap. All else has a place of its own there.
#[expect(
    clippy::large_enum_variant,
    reason = "the large one is the one that there are many of"
)]
pub enum Body {
    /// It is sent at once.
    Whole(Whole),
    /// A stream of chat completions.
    Chat(Chunks),
    /// Any other.
    Other(Box<dyn Frames>),
}

impl Body {
    /// One of the others.
    pub fn other(frames: impl Frames + 'static) -> Self {
        Self::Other(Box::new(frames))
    }
}

impl Frames for Body {
    fn steps(&self) -> usize {
        match self {
            Self::Whole(whole) => whole.steps(),
            Self::Chat(chunks) => chunks.steps(),
            Self::Other(frames) => frames.steps(),
        }
    }

    fn render(&self, step: usize, out: &mut Batch) {
        match self {
            Self::Whole(whole) => whole.render(step, out),
            Self::Chat(chunks) => chunks.render(step, out),
            Self::Other(frames) => frames.render(step, out),
        }
    }
}
