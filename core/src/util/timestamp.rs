//! Times in the format of RFC 3339: `2026-08-04T08:52:19.250000Z`.

use std::io::Write;
use std::time::{Duration, UNIX_EPOCH};

use super::time::{Micros, SECOND};

/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// A time in UTC, with microseconds, as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp([u8; 27]);

impl Timestamp {
    /// Formats a time in microseconds since 1970. A time after the year 9999
    /// becomes the last second of that year.
    pub fn of(unix: Micros) -> Self {
        let time = UNIX_EPOCH + Duration::from_micros(unix.min(LAST_SECOND * SECOND));
        let mut text = *b"1970-01-01T00:00:00.000000Z";
        // Both are 27 bytes, and no year has more than four digits.
        let _ = write!(
            text.as_mut_slice(),
            "{}",
            humantime::format_rfc3339_micros(time)
        );
        Self(text)
    }

    /// Returns the text as ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_format_of_rfc_3339() {
        for (unix, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_234_567_890_250_000, "2009-02-13T23:31:30.250000Z"),
            (1_709_164_800_000_001, "2024-02-29T00:00:00.000001Z"),
            (253_402_300_799_000_000, "9999-12-31T23:59:59.000000Z"),
            (u64::MAX, "9999-12-31T23:59:59.000000Z"),
        ] {
            let text = Timestamp::of(unix);
            assert_eq!(std::str::from_utf8(text.as_bytes()), Ok(expected));
        }
    }
}
