//! Strings of a schema.

use super::LONGEST_DOCUMENT;
use super::dice::Dice;
use super::rules::Rules;
use super::tape::Tape;
use super::{format, pattern};
use crate::json;

const WORDS: [&str; 16] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jade",
    "larch", "maple", "north", "ocean", "pearl", "river",
];

/// Writes a string with its quotes. What it may look like is said first by
/// its pattern, then by its format, then by its length. `None` if there is not
/// enough fuel.
pub fn write(
    tape: &Tape,
    rules: &Rules,
    dice: &mut Dice,
    fuel: &mut usize,
    out: &mut String,
) -> Option<()> {
    let (least, most) = (rules.least_length, rules.most_length);
    let fits = |text: &String| (least..=most).contains(&text.chars().count());
    let mut text = None;
    if let Some(pattern) = rules.pattern {
        *fuel = fuel.checked_sub(tape.json(pattern).len())?;
        let pattern = tape.string(pattern).unwrap_or_default();
        text = pattern::matching(&pattern, least, most, dice, fuel);
    }
    let by_format = |dice: &mut Dice| {
        let format = tape.raw_string(rules.format?)?;
        format::example(format, dice).filter(fits)
    };
    let text = text
        .or_else(|| by_format(dice))
        .unwrap_or_else(|| words(least, most, dice));
    let mut escaped = Vec::with_capacity(text.len());
    json::escape(&text, &mut escaped);
    out.push('"');
    out.push_str(&String::from_utf8_lossy(&escaped));
    out.push('"');
    Some(())
}

/// Some words, `least..=most` letters of ASCII.
fn words(least: usize, most: usize, dice: &mut Dice) -> String {
    let mut text = dice.pick(&WORDS).to_owned();
    let spoken = dice.between(0, 2);
    for _ in 0..spoken {
        text.push(' ');
        text.push_str(dice.pick(&WORDS));
    }
    let least = least.min(LONGEST_DOCUMENT + 1);
    while text.len() < least {
        text.push(' ');
        text.push_str(dice.pick(&WORDS));
    }
    let most = most.min(text.len().max(least));
    // At a word's end, if that leaves enough.
    let whole = text.get(..most).unwrap_or_default();
    let cut = match whole.rfind(' ') {
        Some(space) if most < text.len() && space >= least.max(1) => space,
        _ => whole.len(),
    };
    text.truncate(cut);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_are_as_long_as_asked(least in 0usize..80, more in 0usize..80, seed: u64) {
            let text = words(least, least + more, &mut Dice::new(seed));
            prop_assert!((least..=least + more).contains(&text.len()), "{text:?}");
        }
    }
}
