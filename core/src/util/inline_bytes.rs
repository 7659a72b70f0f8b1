//! Short byte strings.
//!
//! Like `SmallVec<[u8; N]>`, but immutable, and 8 bytes smaller with the `N` of
//! a chat stream, of which tens of thousands may be open.

/// Bytes that are stored inline up to a length of `N`, so that a stream takes no
/// heap memory for them. Longer strings are on the heap. `N` is at most 255.
#[derive(Debug)]
pub struct InlineBytes<const N: usize>(Place<N>);

#[derive(Debug)]
enum Place<const N: usize> {
    Inline { len: u8, bytes: [u8; N] },
    Heap(Box<[u8]>),
}

impl<const N: usize> InlineBytes<N> {
    /// Concatenates all `parts`.
    pub fn new(parts: &[&[u8]]) -> Self {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let mut this = Self(match u8::try_from(len) {
            Ok(len) if usize::from(len) <= N => Place::Inline { len, bytes: [0; N] },
            _ => Place::Heap(parts.concat().into()),
        });
        if let Place::Inline { bytes, .. } = &mut this.0 {
            let mut rest = bytes.as_mut_slice();
            for part in parts {
                let Some((slot, after)) = rest.split_at_mut_checked(part.len()) else {
                    break;
                };
                slot.copy_from_slice(part);
                rest = after;
            }
        }
        this
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Place::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Place::Heap(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_strings_are_inline_and_long_ones_on_the_heap() {
        let is_inline = |parts: &[&[u8]]| {
            let short = InlineBytes::<4>::new(parts);
            assert_eq!(short.as_bytes(), parts.concat());
            matches!(short.0, Place::Inline { .. })
        };
        assert!(is_inline(&[]));
        assert!(is_inline(&[b"a", b"", b"bcd"]));
        assert!(!is_inline(&[b"ab", b"cde"]));
        assert!(!is_inline(&[&[b'x'; 300]]));
    }
}
