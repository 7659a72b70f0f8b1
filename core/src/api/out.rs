//! Where an object is rendered to, so that a stream and a plain reply render
//! what they share with the same code.

use crate::batch::Batch;

/// Takes bytes.
pub trait Out {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);

    /// Appends all of `parts`.
    fn put_all(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.put(part);
        }
    }
}

impl Out for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl Out for Batch {
    fn put(&mut self, bytes: &[u8]) {
        Batch::put(self, bytes);
    }
}
