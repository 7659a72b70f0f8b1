//! Base64 (RFC 4648, section 4).

use crate::engine::Buffer;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends to `out` what `bytes` are in base64. What comes in several parts
/// must be whole groups of three bytes in each but the last.
pub fn put(bytes: &[u8], out: &mut Buffer) {
    for group in bytes.chunks(3) {
        let byte = |nth| u32::from(group.get(nth).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let mut text = [b'='; 4];
        // A byte alone takes two letters, two bytes take three.
        for (nth, letter) in text.iter_mut().take(group.len() + 1).enumerate() {
            let six = (bits >> (18 - 6 * nth)) & 0x3f;
            *letter = ALPHABET.get(six as usize).copied().unwrap_or(b'=');
        }
        out.put(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 4648, section 10, and every letter.
    #[test]
    fn is_as_the_standard_says() {
        for (bytes, expected) in [
            (b"".as_slice(), ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"fooba", "Zm9vYmE="),
            (b"foobar", "Zm9vYmFy"),
            (b"\xfb\xff\xbf", "+/+/"),
        ] {
            let mut out = Buffer::new();
            put(bytes, &mut out);
            assert_eq!(out.as_bytes(), expected.as_bytes(), "{bytes:?}");
        }
    }
}
