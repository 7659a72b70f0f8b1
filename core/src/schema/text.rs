//! Strings of a schema.

use super::budget::{Budget, LONGEST_DOCUMENT};
use super::constraints::Constraints;
use super::rng::Rng;
use super::tape::Tape;
use super::{format, pattern};
use crate::json;

const WORDS: [&str; 16] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jade",
    "larch", "maple", "north", "ocean", "pearl", "river",
];

/// Writes a string with its quotes: one that matches its pattern, or else is of
/// its format, or else is some words of its length. `None` if the budget does
/// not suffice.
pub fn write(
    tape: &Tape,
    constraints: &Constraints,
    rng: &mut Rng,
    budget: &mut Budget,
    out: &mut String,
) -> Option<()> {
    let (min, max) = (constraints.min_length, constraints.max_length);
    let fits = |text: &String| (min..=max).contains(&text.chars().count());
    let mut text = None;
    if let Some(pattern) = constraints.pattern {
        budget.spend(tape.json(pattern).len())?;
        let pattern = tape.string(pattern).unwrap_or_default();
        text = pattern::matching(&pattern, min, max, rng, budget);
    }
    let of_format = |rng: &mut Rng| {
        let format = tape.raw_string(constraints.format?)?;
        format::example(format, rng).filter(fits)
    };
    let text = text.or_else(|| of_format(rng));
    if text.is_none() {
        // If the maximum is less than the minimum, words are made in vain.
        budget.spend(min.min(LONGEST_DOCUMENT))?;
    }
    let text = text.unwrap_or_else(|| words(min, max, rng));
    let mut escaped = Vec::with_capacity(text.len());
    json::escape(&text, &mut escaped);
    out.push('"');
    out.push_str(&String::from_utf8_lossy(&escaped));
    out.push('"');
    Some(())
}

/// Returns some words of ASCII letters, `min..=max` bytes long.
fn words(min: usize, max: usize, rng: &mut Rng) -> String {
    let mut text = rng.pick(&WORDS).to_owned();
    let more = rng.between(0, 2);
    for _ in 0..more {
        text.push(' ');
        text.push_str(rng.pick(&WORDS));
    }
    let min = min.min(LONGEST_DOCUMENT + 1);
    while text.len() < min {
        text.push(' ');
        text.push_str(rng.pick(&WORDS));
    }
    let max = max.min(text.len().max(min));
    // At the end of a word, if that is long enough.
    let whole = text.get(..max).unwrap_or_default();
    let end = match whole.rfind(' ') {
        Some(space) if max < text.len() && space >= min.max(1) => space,
        _ => whole.len(),
    };
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::rng::Rng;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_have_the_length(min in 0usize..80, more in 0usize..80, seed: u64) {
            let text = words(min, min + more, &mut Rng::new(seed));
            prop_assert!((min..=min + more).contains(&text.len()), "{text:?}");
        }
    }
}
