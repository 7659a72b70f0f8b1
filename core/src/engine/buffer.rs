//! What is rendered to be sent at one time.

/// A batch is sent once it holds this many bytes, even if more is due: a long
/// reply without delay must not hold a worker, and a client that does not read
/// must not hold more of its memory.
pub const FULL: usize = 64 * 1024;

/// Bytes to be sent, in a buffer that is used again and again. One that has run
/// out of memory is empty, and stays so until it is cleared.
#[derive(Debug)]
pub struct Buffer {
    /// None: out of memory.
    bytes: Option<Vec<u8>>,
}

impl Buffer {
    /// Empty, and without memory yet.
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

    /// Forgets what was put, and keeps the memory for what comes unless it is
    /// more than a batch takes.
    pub fn clear(&mut self) {
        match &mut self.bytes {
            Some(buffer) if buffer.capacity() <= 2 * FULL => buffer.clear(),
            _ => *self = Self::new(),
        }
    }

    /// Whether it is to be sent before it takes more.
    pub fn is_full(&self) -> bool {
        self.as_bytes().len() >= FULL
    }

    /// Whether there was no memory for what was put.
    pub fn is_out_of_memory(&self) -> bool {
        self.bytes.is_none()
    }

    /// What was put.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or_default()
    }

    /// What was put, for one who recodes it in place.
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
    fn it_keeps_its_memory_within_bounds() {
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
