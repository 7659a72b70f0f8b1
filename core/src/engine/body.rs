//! The body of a response, step by step.

use stack_dst::Value;
use stack_dst::buffers::ConstArrayBuf;

use super::buffer::Buffer;
use super::facts::Progress;

/// A body, cut into the steps that are sent at one time each.
pub trait Body {
    /// How many steps there are; at least one.
    fn steps(&self) -> usize;

    /// Appends to `out` what is sent at step `step`.
    fn render(&self, step: usize, out: &mut Buffer);

    /// How much is sent after the first `steps` steps. A body that holds no
    /// completion has no tokens.
    fn progress(&self, _steps: usize) -> Progress {
        Progress::default()
    }
}

/// How many words a body takes at most that is not on the heap: those of a chat
/// stream, of which tens of thousands may be open.
const INLINE_WORDS: usize = 46;

type Inline = Value<dyn Body, ConstArrayBuf<usize, INLINE_WORDS>>;

/// A body of any kind. A small one is kept where this is; a large one is on the
/// heap.
pub struct BoxedBody(Place);

enum Place {
    Inline(Inline),
    Heap(Box<dyn Body>),
}

impl BoxedBody {
    /// Boxes a body.
    pub fn new<B: Body + 'static>(body: B) -> Self {
        Self(match Inline::new_stable(body, |it| it) {
            Ok(inline) => Place::Inline(inline),
            Err(large) => Place::Heap(Box::new(large)),
        })
    }

    fn body(&self) -> &dyn Body {
        match &self.0 {
            Place::Inline(body) => &**body,
            Place::Heap(body) => &**body,
        }
    }
}

impl Body for BoxedBody {
    fn steps(&self) -> usize {
        self.body().steps()
    }

    fn render(&self, step: usize, out: &mut Buffer) {
        self.body().render(step, out);
    }

    fn progress(&self, steps: usize) -> Progress {
        self.body().progress(steps)
    }
}

/// A body that is sent at once.
pub struct WholeBody {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What it holds of a completion.
    pub progress: Progress,
}

impl From<Vec<u8>> for WholeBody {
    fn from(bytes: Vec<u8>) -> Self {
        let progress = Progress::default();
        Self { bytes, progress }
    }
}

impl Body for WholeBody {
    fn steps(&self) -> usize {
        1
    }

    fn render(&self, _step: usize, out: &mut Buffer) {
        out.put(&self.bytes);
    }

    fn progress(&self, steps: usize) -> Progress {
        match steps {
            0 => Progress::default(),
            _ => self.progress,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body that ends with its words.
    struct Words<const N: usize>([usize; N]);

    impl<const N: usize> Body for Words<N> {
        fn steps(&self) -> usize {
            N
        }

        fn render(&self, step: usize, out: &mut Buffer) {
            out.put(&[self.0[step] as u8]);
        }
    }

    #[test]
    fn a_small_body_is_inline_and_a_large_one_on_the_heap() {
        let rendered = |body: &BoxedBody| {
            let mut out = Buffer::new();
            (0..body.steps()).for_each(|step| body.render(step, &mut out));
            out.as_bytes().to_vec()
        };
        let small = BoxedBody::new(Words([7; 8]));
        assert!(matches!(small.0, Place::Inline(_)));
        assert_eq!(rendered(&small), [7; 8]);
        let large = BoxedBody::new(Words([7; INLINE_WORDS]));
        assert!(matches!(large.0, Place::Heap(_)));
        assert_eq!(rendered(&large), [7; INLINE_WORDS]);
    }
}
