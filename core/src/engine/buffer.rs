//! The buffer that steps are rendered into.

/// A buffer is sent once it holds this many bytes, even if more is due: a long
/// response without delays must not block a worker, and a client that does not
/// read must not occupy more of its memory.
pub const FULL: usize = 64 * 1024;

/// A reusable buffer of bytes to send. After an allocation fails, the buffer
/// stays empty until it is cleared.
#[derive(Debug)]
pub struct Buffer {
    /// `None` after an allocation has failed.
    bytes: Option<Vec<u8>>,
}

impl Buffer {
    /// Creates an empty buffer, without allocating.
    pub const fn new() -> Self {
        Self {
            bytes: Some(Vec::new()),
        }
    }

    /// Appends `bytes`.
    pub fn put(&mut self, bytes: &[u8]) {
        let Some(buffer) = &mut self.bytes else {
            return;
        };
        match buffer.try_reserve(bytes.len()) {
            Ok(()) => buffer.extend_from_slice(bytes),
            Err(_) => self.bytes = None,
        }
    }

    /// Removes all bytes. Keeps the memory, unless it is more than a full buffer
    /// needs.
    pub fn clear(&mut self) {
        match &mut self.bytes {
            Some(buffer) if buffer.capacity() <= 2 * FULL => buffer.clear(),
            _ => *self = Self::new(),
        }
    }

    /// Returns whether the buffer must be sent before more is appended.
    pub fn is_full(&self) -> bool {
        self.as_bytes().len() >= FULL
    }

    /// Returns whether an allocation has failed.
    pub fn is_out_of_memory(&self) -> bool {
        self.bytes.is_none()
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or_default()
    }

    /// Returns the bytes, for a caller that recodes them in place.
    pub fn as_mut_bytes(&mut self) -> &mut [u8] {
        self.bytes.as_deref_mut().unwrap_or_default()
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity(buffer: &Buffer) -> usize {
        buffer.bytes.as_ref().unwrap().capacity()
    }

    #[test]
    fn a_cleared_buffer_keeps_bounded_memory() {
        let mut buffer = Buffer::new();
        buffer.put(&[b'x'; FULL]);
        assert!(buffer.is_full());
        buffer.clear();
        assert_eq!(buffer.as_bytes(), b"");
        assert!(capacity(&buffer) >= FULL);
        buffer.put(&[b'x'; 2 * FULL + 1]);
        buffer.clear();
        assert_eq!(capacity(&buffer), 0);
    }
}
