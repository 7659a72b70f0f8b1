//! The body of a response, in steps.

use stack_dst::Value;
use stack_dst::buffers::ConstArrayBuf;

use super::buffer::Buffer;
use super::facts::Progress;

/// The body of a response, split into steps. Each step is sent at one time.
pub trait Body {
    /// Returns the number of steps: at least one.
    fn steps(&self) -> usize;

    /// Appends the bytes of step `step` to `out`.
    fn render(&self, step: usize, out: &mut Buffer);

    /// Returns how much has been sent after the first `steps` steps. A body
    /// without a completion has no tokens.
    fn progress(&self, _steps: usize) -> Progress {
        Progress::default()
    }
}

/// The size limit of a body that is not on the heap, in words, including its
/// vtable pointer: the size of a chat stream, of which tens of thousands may be
/// open.
const INLINE_WORDS: usize = 33;

type Inline = Value<dyn Body, ConstArrayBuf<usize, INLINE_WORDS>>;

/// A body of any kind. A small body is stored inline, a large one on the heap.
pub struct BoxedBody(Inline);

impl BoxedBody {
    /// Stores a body.
    pub fn new(body: impl Body + 'static) -> Self {
        match Inline::new_stable(body, |it| it) {
            Ok(inline) => Self(inline),
            Err(large) => Self::on_heap(Box::new(large)),
        }
    }

    /// Stores a pointer to a body.
    fn on_heap(body: Box<dyn Body>) -> Self {
        const { assert!(size_of::<Inline>() > size_of::<Box<dyn Body>>() + size_of::<usize>()) };
        match Inline::new_stable(body, |it| it) {
            Ok(inline) => Self(inline),
            // Unreachable: see the assertion.
            Err(body) => Self::on_heap(body),
        }
    }
}

impl Body for Box<dyn Body> {
    fn steps(&self) -> usize {
        (**self).steps()
    }

    fn render(&self, step: usize, out: &mut Buffer) {
        (**self).render(step, out);
    }

    fn progress(&self, steps: usize) -> Progress {
        (**self).progress(steps)
    }
}

impl Body for BoxedBody {
    fn steps(&self) -> usize {
        self.0.steps()
    }

    fn render(&self, step: usize, out: &mut Buffer) {
        self.0.render(step, out);
    }

    fn progress(&self, steps: usize) -> Progress {
        self.0.progress(steps)
    }
}

/// A body of one step.
pub struct WholeBody {
    /// All bytes.
    pub bytes: Vec<u8>,
    /// The part of a completion that it holds.
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

    /// A body of `N` words that renders its own address.
    struct Words<const N: usize>([usize; N]);

    impl<const N: usize> Body for Words<N> {
        fn steps(&self) -> usize {
            N
        }

        fn render(&self, _step: usize, out: &mut Buffer) {
            assert_eq!(self.0, [N; N]);
            out.put(&(&raw const *self).addr().to_le_bytes());
        }
    }

    #[test]
    fn a_small_body_is_inline_and_a_large_one_on_the_heap() {
        fn is_inline<const N: usize>() -> bool {
            let body = BoxedBody::new(Words([N; N]));
            assert_eq!(body.steps(), N);
            let mut out = Buffer::new();
            body.render(0, &mut out);
            let address = usize::from_le_bytes(out.as_bytes().try_into().unwrap());
            let start = (&raw const body).addr();
            (start..start + size_of_val(&body)).contains(&address)
        }
        assert!(is_inline::<1>());
        assert!(is_inline::<{ INLINE_WORDS - 1 }>());
        assert!(!is_inline::<INLINE_WORDS>());
    }
}
