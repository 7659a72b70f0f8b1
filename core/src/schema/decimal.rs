//! Numbers of a schema: in decimal, so that a multiple of 0.01 is one.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::rng::Rng;

/// The most digits after the point.
const MOST_SCALE: u32 = 8;

/// The most digits before the point: with [`MOST_SCALE`] fewer than the 28 of a
/// [`Decimal`].
const MOST_DIGITS: u32 = 18;

/// The longest number that is read, in bytes. A number may be as long as the
/// schema, and is read for each value that it applies to.
const LONGEST: usize = 64;

/// Reads a JSON number. Returns `None` if it is so large or so exact that it is
/// no limit in practice.
pub fn parse(json: &str) -> Option<Decimal> {
    if json.len() > LONGEST {
        return None;
    }
    let number = match json.contains(['e', 'E']) {
        true => Decimal::from_scientific(json),
        false => Decimal::from_str(json),
    };
    let number = number.ok()?.normalize();
    let whole = number.trunc().mantissa().unsigned_abs();
    let is_small = number.scale() <= MOST_SCALE && whole < 10_u128.pow(MOST_DIGITS);
    is_small.then_some(number)
}

/// The numbers that are allowed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// The minimum, and whether it is exclusive.
    min: Option<(Decimal, bool)>,
    max: Option<(Decimal, bool)>,
    step: Option<Decimal>,
}

impl Range {
    /// Requires a number of at least `min`, or greater than `min` if it is
    /// `exclusive`.
    pub fn at_least(&mut self, min: Decimal, exclusive: bool) {
        if self.min.is_none_or(|old| old < (min, exclusive)) {
            self.min = Some((min, exclusive));
        }
    }

    /// Requires a number of at most `max`, or less than `max` if it is
    /// `exclusive`.
    pub fn at_most(&mut self, max: Decimal, exclusive: bool) {
        if self
            .max
            .is_none_or(|(old, was)| (-old, was) < (-max, exclusive))
        {
            self.max = Some((max, exclusive));
        }
    }

    /// Requires a multiple of `step`, if that is positive.
    pub fn multiple_of(&mut self, step: Decimal) {
        if step > Decimal::ZERO {
            let common = self.step.and_then(|other| common_multiple(step, other));
            self.step = common.or(self.step).or(Some(step));
        }
    }

    /// Returns one of the numbers, as JSON. If there is none, the multiple that
    /// is next to the minimum.
    pub fn pick(&self, is_whole: bool, rng: &mut Rng) -> String {
        let number = self.find(is_whole, rng).unwrap_or_default();
        number.normalize().to_string()
    }

    fn find(&self, is_whole: bool, rng: &mut Rng) -> Option<Decimal> {
        /// How many steps, or whole numbers, there are without limits.
        const USUAL: Decimal = Decimal::ONE_HUNDRED;
        /// Digits after the point beyond those of the limits.
        const FINER: u32 = 2;
        let step = match (self.step, is_whole) {
            (Some(step), true) => common_multiple(step, Decimal::ONE),
            (None, true) => Some(Decimal::ONE),
            (step, false) => step,
        };
        let limits = [self.min, self.max].into_iter().flatten();
        let scales = limits.map(|(limit, _)| limit.scale());
        let scale = scales.chain(step.map(|it| it.scale())).max().unwrap_or(0);
        let finer = if step.is_none() { FINER } else { 0 };
        let unit = Decimal::try_from_i128_with_scale(1, scale + finer).ok()?;
        let step = step.unwrap_or(unit);
        let gap = |exclusive| if exclusive { unit } else { Decimal::ZERO };
        let min = self.min.map(|(min, open)| min.checked_add(gap(open)));
        let max = self.max.map(|(max, open)| max.checked_sub(gap(open)));
        let span = step.max(Decimal::ONE).checked_mul(USUAL)?;
        let (min, max) = match (min, max) {
            (None, None) => (Decimal::ZERO, span),
            (Some(min), None) => (min?, min?.checked_add(span)?),
            (None, Some(max)) => {
                let min = max?.checked_sub(span)?;
                // Not negative without need.
                let is_positive = max? >= Decimal::ZERO;
                (
                    if is_positive {
                        min.max(Decimal::ZERO)
                    } else {
                        min
                    },
                    max?,
                )
            }
            (Some(min), Some(max)) => (min?, max?),
        };
        let first = min.checked_div(step)?.ceil();
        let last = max.checked_div(step)?.floor().max(first);
        let count = last.checked_sub(first)?.trunc().mantissa() + 1;
        let nth = rng.below(usize::try_from(count).unwrap_or(usize::MAX));
        first.checked_add(nth.into())?.checked_mul(step)
    }
}

/// Returns the least number that both divide, or `None` if it has too many
/// digits.
fn common_multiple(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (mut divisor, mut rest) = (a, b);
    while !rest.is_zero() {
        (divisor, rest) = (rest, divisor.checked_rem(rest)?);
    }
    a.checked_div(divisor)?.checked_mul(b)
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
        parse(json).unwrap()
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
            assert_eq!(
                (of(json).mantissa(), of(json).scale()),
                (mantissa, scale),
                "{json}"
            );
        }
        for json in [
            "1e400",
            "1e-400",
            "1e99999999999",
            "1234567890123456789",
            "x",
            "",
        ] {
            assert_eq!(parse(json), None, "{json}");
        }
    }

    #[test]
    fn finds_the_one_number_within_limits() {
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
        fn numbers_are_within_limits(a in -10_000_i64..10_000, b in -10_000_i64..10_000, whole: bool, seed: u64) {
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
            let found: Vec<_> = texts.iter().map(|text| parse(text)).collect();
            if let Some(min) = found[0] { range.at_least(min, true); }
            if let Some(max) = found[1] { range.at_most(max, true); }
            if let Some(step) = found[2] { range.multiple_of(step); }
            range.pick(whole, &mut Rng::new(seed)).parse::<f64>().unwrap();
        }
    }
}
