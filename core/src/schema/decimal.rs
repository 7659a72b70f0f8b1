//! Numbers of a schema: in decimal, as they are written, so that a multiple of
//! 0.01 is one.

use super::rng::Rng;

/// `mantissa` and so many digits after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// So few digits that no sum or product here comes near an `i128`'s end.
const MOST_DIGITS: usize = 18;
const MOST_SCALE: i32 = 8;

/// The longest number that is read, in bytes.
const LONGEST: usize = 64;

impl Decimal {
    const ONE: Self = Self {
        mantissa: 1,
        scale: 0,
    };

    /// A JSON number. `None` for one that is so large or so exact that it is
    /// no limit in practice.
    pub fn parse(json: &str) -> Option<Self> {
        if json.len() > LONGEST {
            return None;
        }
        let (digits, exponent) = match json.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (json, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        if whole.len() + fraction.len() > MOST_DIGITS {
            return None;
        }
        let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = i32::try_from(fraction.len())
            .ok()?
            .checked_sub(exponent)
            .filter(|scale| (-MOST_SCALE..=MOST_SCALE).contains(scale))?;
        Some(Self {
            mantissa: mantissa * 10_i128.pow(u32::try_from(-scale).unwrap_or(0)),
            scale: u32::try_from(scale).unwrap_or(0),
        })
    }

    /// The mantissa with more digits after the point.
    fn at(self, scale: u32) -> i128 {
        self.mantissa
            .saturating_mul(10_i128.pow(scale.saturating_sub(self.scale)))
    }
}

/// Which numbers are allowed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    min: Option<(Decimal, bool)>,
    max: Option<(Decimal, bool)>,
    step: Option<Decimal>,
}

impl Range {
    /// At least `min`, or more than it.
    pub fn at_least(&mut self, min: Decimal, exclusive: bool) {
        let is_tighter = |(old, was): (Decimal, bool)| {
            let scale = old.scale.max(min.scale);
            (old.at(scale), was) < (min.at(scale), exclusive)
        };
        if self.min.is_none_or(is_tighter) {
            self.min = Some((min, exclusive));
        }
    }

    /// At most `max`, or less than it.
    pub fn at_most(&mut self, max: Decimal, exclusive: bool) {
        let is_tighter = |(old, was): (Decimal, bool)| {
            let scale = old.scale.max(max.scale);
            (-old.at(scale), was) < (-max.at(scale), exclusive)
        };
        if self.max.is_none_or(is_tighter) {
            self.max = Some((max, exclusive));
        }
    }

    /// A multiple of `step`, if that is positive.
    pub fn multiple_of(&mut self, step: Decimal) {
        if step.mantissa <= 0 {
            return;
        }
        self.step = Some(match self.step {
            None => step,
            Some(other) => common_multiple(step, other),
        });
    }

    /// One of the numbers, as JSON. If there is none, the one nearest to the
    /// least.
    pub fn pick(&self, whole: bool, rng: &mut Rng) -> String {
        const USUAL: i128 = 100;
        /// Two digits after the point are usual, and there is room between any
        /// two limits.
        const FINER: u32 = 2;
        let step = match (self.step, whole) {
            (Some(step), true) => Some(common_multiple(step, Decimal::ONE)),
            (None, true) => Some(Decimal::ONE),
            (step, false) => step,
        };
        let limits = [self.min, self.max];
        let scales = limits.iter().flatten().map(|(limit, _)| limit.scale);
        let mut scale = scales.chain(step.map(|step| step.scale)).max().unwrap_or(0);
        if step.is_none() {
            scale += FINER;
        }
        let step = step.map_or(1, |step| step.at(scale)).max(1);
        let min = self.min.map(|(min, open)| min.at(scale) + i128::from(open));
        let max = self.max.map(|(max, open)| max.at(scale) - i128::from(open));
        let span = (Decimal::ONE.at(scale).max(step)).saturating_mul(USUAL);
        let (min, max) = match (min, max) {
            (None, None) => (0, span),
            (Some(min), None) => (min, min.saturating_add(span)),
            (None, Some(max)) if max >= 0 => (max.saturating_sub(span).max(0), max),
            (None, Some(max)) => (max.saturating_sub(span), max),
            (Some(min), Some(max)) => (min, max),
        };
        let least = -((-min).div_euclid(step));
        let most = max.div_euclid(step).max(least);
        let room = usize::try_from((most - least).saturating_add(1)).unwrap_or(usize::MAX);
        let mantissa = (least + rng.below(room) as i128).saturating_mul(step);
        render(mantissa, scale)
    }
}

/// The least number that both divide.
fn common_multiple(a: Decimal, b: Decimal) -> Decimal {
    let scale = a.scale.max(b.scale);
    let (x, y) = (a.at(scale), b.at(scale));
    let (mut divisor, mut rest) = (x, y);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    Decimal {
        mantissa: (x / divisor.max(1)).saturating_mul(y),
        scale,
    }
}

fn render(mantissa: i128, scale: u32) -> String {
    let sign = if mantissa < 0 { "-" } else { "" };
    let unit = 10_u128.pow(scale);
    let whole = mantissa.unsigned_abs() / unit;
    let fraction = mantissa.unsigned_abs() % unit;
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let width = scale as usize;
    let digits = format!("{fraction:0width$}");
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::rng::Rng;
    use proptest::prelude::*;

    fn picked(set: impl Fn(&mut Range), whole: bool, seed: u64) -> String {
        let mut range = Range::default();
        set(&mut range);
        range.pick(whole, &mut Rng::new(seed))
    }

    fn of(json: &str) -> Decimal {
        Decimal::parse(json).unwrap()
    }

    #[test]
    fn reads_json_numbers() {
        for (json, mantissa, scale) in [
            ("0", 0, 0),
            ("-12", -12, 0),
            ("1.50", 15, 1),
            ("-0.25", -25, 2),
            ("1e3", 1000, 0),
            ("1.5E-2", 15, 3),
            ("2.5e+1", 25, 0),
        ] {
            assert_eq!(of(json), Decimal { mantissa, scale }, "{json}");
        }
        for json in [
            "1e400",
            "1e-400",
            "1e99999999999",
            "1234567890123456789",
            "x",
            "",
        ] {
            assert_eq!(Decimal::parse(json), None, "{json}");
        }
    }

    #[test]
    fn limits_that_leave_one_number() {
        for (whole, expected, set) in [
            (
                true,
                "3",
                (|range| {
                    range.at_least(of("2"), true);
                    range.at_most(of("3.9"), false);
                }) as fn(&mut Range),
            ),
            (true, "-6", |range| {
                range.at_least(of("-6.5"), false);
                range.at_most(of("-6"), false);
            }),
            (false, "0.07", |range| {
                range.at_least(of("0.065"), false);
                range.at_most(of("0.075"), false);
                range.multiple_of(of("0.01"));
            }),
            (true, "15", |range| {
                range.multiple_of(of("2.5"));
                range.at_least(of("11"), false);
                range.at_most(of("19"), false);
            }),
            (true, "12", |range| {
                range.multiple_of(of("4"));
                range.multiple_of(of("6"));
                range.at_least(of("1"), false);
                range.at_least(of("0"), true);
                range.at_most(of("23"), false);
                range.at_most(of("100"), false);
            }),
        ] {
            for seed in 0..20 {
                assert_eq!(picked(set, whole, seed), expected);
            }
        }
    }

    proptest! {
        #[test]
        fn lies_between_its_limits(a in -10_000_i64..10_000, b in -10_000_i64..10_000, whole: bool, seed: u64) {
            let (least, most) = (a.min(b), a.max(b));
            let json = |n: i64| format!("{}e-1", n * 10);
            let number: f64 = picked(|range| {
                range.at_least(of(&json(least)), false);
                range.at_most(of(&json(most)), false);
            }, whole, seed).parse().unwrap();
            prop_assert!((least as f64..=most as f64).contains(&number));
            prop_assert!(!whole || number.fract() == 0.0);
        }

        #[test]
        fn never_panics(texts in prop::collection::vec("-?[0-9]{1,18}(\\.[0-9]{1,8})?(e-?[0-9]{1,2})?", 3), seed: u64, whole: bool) {
            let mut range = Range::default();
            let found: Vec<_> = texts.iter().map(|text| Decimal::parse(text)).collect();
            if let Some(min) = found[0] { range.at_least(min, true); }
            if let Some(max) = found[1] { range.at_most(max, true); }
            if let Some(step) = found[2] { range.multiple_of(step); }
            range.pick(whole, &mut Rng::new(seed)).parse::<f64>().unwrap();
        }
    }
}
