//! Short byte strings.
//!
//! Like `SmallVec<[u8; N]>`, but immutable, and 8 bytes smaller at the `N` of a
//! chat stream, of which tens of thousands may be open.

/// Bytes that are kept inline up to a length of `N`, so that a stream takes no
/// heap memory for them; more are on the heap. `N` is 255 at most.
#[derive(Debug)]
pub struct InlineBytes<const N: usize>(Place<N>);

#[derive(Debug)]
enum Place<const N: usize> {
    Here { len: u8, bytes: [u8; N] },
    Heap(Box<[u8]>),
}

impl<const N: usize> InlineBytes<N> {
    /// The bytes of all `parts`, one after the other.
    pub fn new(parts: &[&[u8]]) -> Self {
        let len = parts.iter().map(|part| part.len()).sum();
        let mut bytes = [0; N];
        match (u8::try_from(len), bytes.get_mut(..len)) {
            (Ok(len), Some(mut rest)) => {
                for part in parts {
                    let (here, after) = rest.split_at_mut(part.len());
                    here.copy_from_slice(part);
                    rest = after;
                }
                Self(Place::Here { len, bytes })
            }
            _ => Self(Place::Heap(parts.concat().into())),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Place::Here { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Place::Heap(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bytes_lie_here_and_many_on_the_heap() {
        let is_here = |parts: &[&[u8]]| {
            let short = InlineBytes::<4>::new(parts);
            assert_eq!(short.as_bytes(), parts.concat());
            matches!(short.0, Place::Here { .. })
        };
        assert!(is_here(&[]));
        assert!(is_here(&[b"a", b"", b"bcd"]));
        assert!(!is_here(&[b"ab", b"cde"]));
        assert!(!is_here(&[&[b'x'; 300]]));
    }
}
