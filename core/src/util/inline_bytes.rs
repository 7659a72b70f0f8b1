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
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let mut this = Self(match u8::try_from(len) {
            Ok(len) if usize::from(len) <= N => Place::Here { len, bytes: [0; N] },
            _ => Place::Heap(parts.concat().into()),
        });
        if let Place::Here { bytes, .. } = &mut this.0 {
            let mut rest = bytes.as_mut_slice();
            for part in parts {
                let Some((here, after)) = rest.split_at_mut_checked(part.len()) else {
                    break;
                };
                here.copy_from_slice(part);
                rest = after;
            }
        }
        this
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
