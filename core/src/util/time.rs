//! Times in the syntax of nginx.

use std::fmt;

/// A duration, or a time on a monotonic clock, in microseconds.
pub type Micros = u64;

/// The maximum time that is accepted: a year. It keeps every sum of times in
/// range.
pub const LONGEST: Micros = 365 * 24 * 60 * 60 * 1_000_000;

/// The units, in the order in which they may appear.
const UNITS: [(&str, Micros); 7] = [
    ("w", 7 * 24 * 60 * 60 * 1_000_000),
    ("d", 24 * 60 * 60 * 1_000_000),
    ("h", 60 * 60 * 1_000_000),
    ("m", 60 * 1_000_000),
    ("s", SECOND),
    ("ms", 1_000),
    ("us", 1),
];

/// A second.
pub const SECOND: Micros = 1_000_000;

/// The error for a text that is not a valid time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeError {
    /// Not a sequence of numbers and units.
    Malformed,
    /// More than [`LONGEST`].
    TooLong,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "expected a time such as 50ms, 2.5ms or \"1m 30s\"",
            Self::TooLong => "expected a time of at most 365d",
        })
    }
}

impl std::error::Error for TimeError {}

/// Reads a time in nginx's syntax (`ngx_parse_time`): numbers with the units
/// `w d h m s ms`, greater units first. A number without a unit is in seconds.
/// Unlike in nginx, a number may have a fraction (`2.5ms`), and the unit may be
/// `us`. Fractions of a microsecond are dropped.
///
/// # Errors
///
/// Returns a [`TimeError`], whose message has the expected format.
pub fn parse(text: &[u8]) -> Result<Micros, TimeError> {
    let mut rest = std::str::from_utf8(text)
        .map_err(|_| TimeError::Malformed)?
        .trim_matches(' ');
    let mut units = UNITS.iter();
    let mut total: Micros = 0;
    if rest.is_empty() {
        return Err(TimeError::Malformed);
    }
    while !rest.is_empty() {
        let (number, tail) = split(rest, |c| c.is_ascii_digit() || c == '.');
        let (unit, tail) = split(tail, |c| c.is_ascii_alphabetic());
        let scale = if unit.is_empty() && tail.is_empty() {
            units.find(|u| u.1 == SECOND).ok_or(TimeError::Malformed)?.1
        } else {
            // The search continues after the last unit, which enforces the
            // order.
            units.find(|u| u.0 == unit).ok_or(TimeError::Malformed)?.1
        };
        total = total
            .checked_add(scaled(number, scale)?)
            .filter(|&t| t <= LONGEST)
            .ok_or(TimeError::TooLong)?;
        rest = tail.trim_start_matches(' ');
    }
    Ok(total)
}

fn split(text: &str, inside: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !inside(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// Multiplies a decimal number by `scale`, exactly.
fn scaled(number: &str, scale: Micros) -> Result<Micros, TimeError> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(TimeError::Malformed);
    }
    let whole: Micros = whole.parse().map_err(|_| TimeError::TooLong)?;
    // With seconds, digits after the sixth are below a microsecond. Twelve
    // digits keep weeks exact and the product within 128 bits.
    let fraction = fraction.get(..12).unwrap_or(fraction);
    let part: u128 = fraction.parse().map_err(|_| TimeError::Malformed)?;
    let part = part * u128::from(scale) / 10u128.pow(fraction.len() as u32);
    u128::from(whole)
        .checked_mul(u128::from(scale))
        .and_then(|t| t.checked_add(part))
        .and_then(|t| Micros::try_from(t).ok())
        .ok_or(TimeError::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_nginx_times() {
        for (text, micros) in [
            ("0", 0),
            ("50ms", 50_000),
            ("1s", 1_000_000),
            ("2", 2_000_000),
            ("1m30s", 90_000_000),
            ("1m 30s", 90_000_000),
            ("1h", 3_600_000_000),
            ("1d", 86_400_000_000),
            ("1w", 604_800_000_000),
            ("1s 500ms", 1_500_000),
            ("1m 5", 65_000_000),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(micros), "{text}");
        }
    }

    #[test]
    fn reads_fractions_and_microseconds() {
        for (text, micros) in [
            ("2.5ms", 2_500),
            ("0.5ms", 500),
            ("250us", 250),
            ("1.000001s", 1_000_001),
            ("0.0000001s", 0),
            ("1.5", 1_500_000),
            ("0.00000000000000000000001d", 0),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(micros), "{text}");
        }
    }

    #[test]
    fn refuses_malformed_and_long_times() {
        for text in [
            "", " ", "ms", "-1ms", "+1s", "1 ms", "1x", "1ms2s", "1s1s", ".5s", "5.s", "1..2s",
            "1e3ms", "50 ms", "abc", "٣s", "1ms 5", "50MS",
        ] {
            assert_eq!(
                parse(text.as_bytes()),
                Err(TimeError::Malformed),
                "{text:?}"
            );
        }
        assert_eq!(parse(b"\xff"), Err(TimeError::Malformed));
        for text in ["366d", "99999999999999999999s", "18446744073709551615w"] {
            assert_eq!(parse(text.as_bytes()), Err(TimeError::TooLong), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reads_milliseconds_exactly(ms in 0..31_536_000_000u64) {
            prop_assert_eq!(parse(format!("{ms}ms").as_bytes()), Ok(ms * 1000));
        }

        #[test]
        fn never_panics_and_never_exceeds_a_year(text in "[0-9.a-z ]{0,40}") {
            if let Ok(micros) = parse(text.as_bytes()) {
                prop_assert!(micros <= LONGEST);
            }
        }
    }
}
