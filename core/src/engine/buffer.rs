//! What is rendered to be sent at one time.

/// A batch is sent once it holds this many bytes, even if more is due: a long
/// reply without delay must not hold a worker, and a client that does not read
/// must not hold more of its memory.
pub const FULL: usize = 64 * 1024;

/// Bytes to be sent, in a buffer that is used again and again. It may run out
/// of memory, which it remembers; from then on it takes nothing.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    out_of_memory: bool,
}

impl Buffer {
    /// Empty, and without memory yet.
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            out_of_memory: false,
        }
    }

    /// Appends `bytes`.
    pub fn put(&mut self, bytes: &[u8]) {
        self.out_of_memory |= self.bytes.try_reserve(bytes.len()).is_err();
        if !self.out_of_memory {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Forgets what was put, and keeps the memory for what comes unless it is
    /// more than a batch takes.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.out_of_memory = false;
        if self.bytes.capacity() > 2 * FULL {
            self.bytes = Vec::new();
        }
    }

    /// Whether it is to be sent before it takes more.
    pub fn is_full(&self) -> bool {
        self.bytes.len() >= FULL
    }

    /// Whether there was no memory for what was put.
    pub fn is_out_of_memory(&self) -> bool {
        self.out_of_memory
    }

    /// What was put.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was put, for one who recodes it in place.
    pub fn as_mut_bytes(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_its_memory_within_bounds() {
        let mut buffer = Buffer::new();
        buffer.put(&[b'x'; FULL]);
        assert!(buffer.is_full());
        buffer.clear();
        assert_eq!(buffer.as_bytes(), b"");
        assert!(buffer.bytes.capacity() >= FULL);
        buffer.put(&[b'x'; 2 * FULL + 1]);
        buffer.clear();
        assert_eq!(buffer.bytes.capacity(), 0);
    }
}
