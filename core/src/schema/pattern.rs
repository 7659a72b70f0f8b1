//! Strings that match a regular expression of ECMA-262. Characters, classes,
//! groups, alternatives and counts are covered; look-around, back references,
//! `\b` and `\p` are not.
//!
//! Own code and not the parser of `regex-syntax`: with it the same takes 308
//! lines in place of 290, because ECMA-262 has to be translated first (`[[a]`,
//! `[\w-.]`, `[a&&b]`, `{` and `\<` mean something else to the parser), and a
//! string takes 3 to 7 times as long: 2.5 us against 0.7 for
//! `^[a-z0-9_-]{3,16}$`, 4.5 against 0.6 for a number of 0 to 255.

use super::budget::{Budget, LONGEST_DOCUMENT};
use super::rng::Rng;

/// The greatest depth of nested groups.
const MOST_DEPTH: usize = 16;

/// The longest pattern, in characters.
const LONGEST: usize = 2000;

/// How many strings are generated to find one of the right length.
const TRIES: usize = 64;

/// Returns a string of `min..=max` characters that `pattern` matches: as a
/// whole, or a part of it if no match has that length, or `None` for a pattern
/// that is not covered, or if no string is found.
pub fn matching(
    pattern: &str,
    min: usize,
    max: usize,
    rng: &mut Rng,
    budget: &mut Budget,
) -> Option<String> {
    let pattern: Vec<char> = pattern.chars().take(LONGEST + 1).collect();
    if pattern.len() > LONGEST {
        return None;
    }
    let mut short = None;
    for nth in 0..TRIES {
        let mut writer = Writer {
            rng,
            out: String::new(),
            // Few at first, and more with each try if the string must be long.
            usual: 4 + (min.min(LONGEST_DOCUMENT) * (nth % 8)) / 4,
            budget,
        };
        writer.alternatives(&pattern, MOST_DEPTH)?;
        let text = writer.out;
        let len = text.chars().count();
        if (min..=max).contains(&len) {
            return Some(text);
        }
        if len < min {
            short = Some((text, min - len));
        }
    }
    let (text, missing) = short.filter(|_| min <= max.min(LONGEST_DOCUMENT))?;
    let padding = "a".repeat(missing);
    // At an end that no assertion anchors, there may be more.
    match (pattern.contains(&'^'), pattern.contains(&'$')) {
        (_, false) => Some(text + &padding),
        (false, true) => Some(padding + &text),
        (true, true) => None,
    }
}

struct Writer<'a> {
    rng: &'a mut Rng,
    out: String,
    /// How often an atom is repeated beyond its minimum, at most.
    usual: usize,
    budget: &'a mut Budget,
}

impl Writer<'_> {
    /// Writes one of the alternatives.
    fn alternatives(&mut self, pattern: &[char], depth: usize) -> Option<()> {
        self.budget.spend(pattern.len())?;
        let depth = depth.checked_sub(1)?;
        let mut parts = Vec::new();
        let (mut start, mut at) = (0, 0);
        while at < pattern.len() {
            match pattern.get(at)? {
                '|' => {
                    parts.push(pattern.get(start..at)?);
                    start = at + 1;
                    at += 1;
                }
                '*' | '+' | '?' => at += 1,
                _ => at += atom_len(pattern.get(at..)?)?,
            }
        }
        parts.push(pattern.get(start..)?);
        let part = self.rng.pick(&parts);
        self.sequence(part, depth)
    }

    fn sequence(&mut self, mut rest: &[char], depth: usize) -> Option<()> {
        while !rest.is_empty() {
            let (atom, after) = rest.split_at_checked(atom_len(rest)?)?;
            let (least, most, quantifier) = count(after, self.usual)?;
            rest = after.get(quantifier..)?;
            for _ in 0..self.rng.between(least, most) {
                self.budget.spend(atom.len())?;
                if self.out.len() > LONGEST_DOCUMENT {
                    return None;
                }
                self.atom(atom, depth)?;
            }
        }
        Some(())
    }

    fn atom(&mut self, atom: &[char], depth: usize) -> Option<()> {
        /// What the characters outside of a class take.
        const STEPS_OF_A_NEGATION: usize = 16;
        match atom {
            ['^' | '$'] => {}
            ['.'] => self.one_of(&[('a', 'z')]),
            ['(', '?', ':', inner @ .., ')'] => self.alternatives(inner, depth)?,
            ['(', '?', '<', '=' | '!', ..] => return None,
            ['(', '?', '<', inner @ .., ')'] => {
                let name = inner.iter().position(|&c| c == '>')?;
                self.alternatives(inner.get(name + 1..)?, depth)?;
            }
            ['(', '?', ..] => return None,
            ['(', inner @ .., ')'] => self.alternatives(inner, depth)?,
            ['[', inner @ .., ']'] => {
                if inner.first() == Some(&'^') {
                    self.budget.spend(STEPS_OF_A_NEGATION)?;
                }
                let ranges = class(inner)?;
                self.one_of(&ranges);
            }
            ['\\', ..] => {
                let ranges = escape(atom)?;
                self.one_of(&ranges);
            }
            [c] => self.out.push(*c),
            _ => return None,
        }
        Some(())
    }

    fn one_of(&mut self, ranges: &[(char, char)]) {
        let (first, last) = self.rng.pick(ranges);
        let code = self.rng.between(first as usize, last as usize);
        // The surrogates in a range are not characters.
        let c = u32::try_from(code).ok().and_then(char::from_u32);
        self.out.push(c.unwrap_or(first));
    }
}

/// Returns the length of the first atom: a character, an escape, a class or a
/// group.
fn atom_len(pattern: &[char]) -> Option<usize> {
    let escaped = |rest: &[char]| match rest {
        ['\\', 'u', '{', ..] => Some(rest.iter().position(|&c| c == '}')? + 1),
        ['\\', 'u', ..] => Some(6),
        ['\\', 'x', ..] => Some(4),
        ['\\', 'c', ..] => Some(3),
        ['\\', _, ..] => Some(2),
        ['\\'] => None,
        _ => Some(1),
    };
    let class_len = |rest: &[char]| {
        let mut at = 1;
        while rest.get(at)? != &']' {
            at += escaped(rest.get(at..)?)?;
        }
        Some(at + 1)
    };
    match pattern.first()? {
        '[' => class_len(pattern),
        '(' => {
            let (mut at, mut open) = (0, 0_usize);
            loop {
                match pattern.get(at)? {
                    '(' => open += 1,
                    ')' => open -= 1,
                    _ => {}
                }
                at += match pattern.get(at)? {
                    '[' => class_len(pattern.get(at..)?)?,
                    _ => escaped(pattern.get(at..)?)?,
                };
                if open == 0 {
                    return Some(at);
                }
            }
        }
        ')' | '*' | '+' | '?' => None,
        _ => escaped(pattern),
    }
}

/// Returns how often an atom is repeated, and the length of its quantifier.
fn count(after: &[char], usual: usize) -> Option<(usize, usize, usize)> {
    let (least, most, mut len) = match after {
        ['?', ..] => (0, 1, 1),
        ['*', ..] => (0, usual, 1),
        ['+', ..] => (1, 1 + usual, 1),
        ['{', rest @ ..] if rest.first().is_some_and(char::is_ascii_digit) => {
            let end = rest.iter().position(|&c| c == '}')?;
            let inner: String = rest.get(..end)?.iter().collect();
            let (least, most) = match inner.split_once(',') {
                None => (inner.parse().ok()?, inner.parse().ok()?),
                Some((least, "")) => {
                    let least: usize = least.parse().ok()?;
                    (least, least.checked_add(usual)?)
                }
                Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
            };
            (least, most, end + 2)
        }
        _ => return Some((1, 1, 0)),
    };
    // The lazy form matches the same strings.
    len += usize::from(after.get(len) == Some(&'?'));
    Some((least, most.min(least.saturating_add(usual)).max(least), len))
}

const DIGITS: [(char, char); 1] = [('0', '9')];
const WORD: [(char, char); 4] = [('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')];

/// Returns some of the characters that an escape matches.
fn escape(atom: &[char]) -> Option<Vec<(char, char)>> {
    let code = |digits: &[char]| {
        let digits: String = digits.iter().collect();
        char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
    };
    let one = |c| Some(vec![(c, c)]);
    match atom {
        ['\\', 'd'] => Some(DIGITS.to_vec()),
        ['\\', 'w'] => Some(WORD.to_vec()),
        ['\\', 's'] => one(' '),
        ['\\', 'D' | 'S'] => Some(vec![('a', 'z')]),
        ['\\', 'W'] => one(' '),
        ['\\', 'n'] => one('\n'),
        ['\\', 'r'] => one('\r'),
        ['\\', 't'] => one('\t'),
        ['\\', 'f'] => one('\u{c}'),
        ['\\', 'v'] => one('\u{b}'),
        ['\\', '0'] => one('\0'),
        ['\\', 'u', '{', digits @ .., '}'] => one(code(digits)?),
        ['\\', 'x' | 'u', digits @ ..] => one(code(digits)?),
        ['\\', c] if !c.is_ascii_alphanumeric() => one(*c),
        _ => None,
    }
}

/// Returns some of the characters of a class; `inner` is the text in its
/// brackets.
fn class(inner: &[char]) -> Option<Vec<(char, char)>> {
    let (negated, mut rest) = match inner {
        ['^', rest @ ..] => (true, rest),
        _ => (false, inner),
    };
    let mut ranges: Vec<(char, char)> = Vec::new();
    while !rest.is_empty() {
        let taken = match rest {
            ['\\', ..] => atom_len(rest)?,
            _ => 1,
        };
        let (item, after) = rest.split_at_checked(taken)?;
        let first = match item {
            ['\\', 'b'] => vec![('\u{8}', '\u{8}')],
            ['\\', c @ ('D' | 'S' | 'W')] if negated => {
                let kept = escape(&['\\', c.to_ascii_lowercase()])?;
                outside(&kept)
            }
            ['\\', ..] => escape(item)?,
            &[c, ..] => vec![(c, c)],
            [] => return None,
        };
        rest = after;
        if let (['-', end, ..], &[(from, to)]) = (after, first.as_slice()) {
            if from == to {
                let after = after.get(1..)?;
                let taken = if *end == '\\' { atom_len(after)? } else { 1 };
                let (item, after) = after.split_at_checked(taken)?;
                let last = match item {
                    ['\\', ..] => escape(item)?,
                    _ => vec![(*end, *end)],
                };
                // A class at its end makes no range.
                if let &[(last, _)] = last.as_slice() {
                    if last < from {
                        return None;
                    }
                    ranges.push((from, last));
                    rest = after;
                    continue;
                }
            }
        }
        ranges.extend(first);
    }
    if !negated {
        return (!ranges.is_empty()).then_some(ranges);
    }
    let free = outside(&ranges);
    (!free.is_empty()).then_some(free)
}

/// Returns the printable characters of ASCII outside of some ranges.
fn outside(ranges: &[(char, char)]) -> Vec<(char, char)> {
    /// One bit for each character.
    const ASCII: u32 = u128::BITS;
    let mut taken = 0_u128;
    for &(first, last) in ranges {
        let (first, last) = (u32::from(first), u32::from(last).min(ASCII - 1));
        if first <= last {
            taken |= (u128::MAX >> (ASCII - 1 - (last - first))) << first;
        }
    }
    let printable = ('a'..='z')
        .chain('A'..='Z')
        .chain('!'..='@')
        .chain([' ', '_', '~']);
    let mut free = Vec::with_capacity(ASCII as usize);
    free.extend(
        printable
            .filter(|&c| taken >> u32::from(c) & 1 == 0)
            .map(|c| (c, c)),
    );
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::rng::Rng;
    use proptest::prelude::*;

    fn matching_any(pattern: &str, seed: u64) -> Option<String> {
        matching(
            pattern,
            0,
            usize::MAX,
            &mut Rng::new(seed),
            &mut Budget::share(10),
        )
    }

    #[test]
    fn strings_match() {
        for pattern in [
            "^[a-z0-9_-]{3,16}$",
            "^\\d{3}-\\d{4}$",
            "^(?:\\+1)?[2-9]\\d{9}$",
            "^[A-Z]{2}(-[A-Z]{3})*$",
            "a|bc|[^a-z]",
            "^#([0-9a-fA-F]{3}){1,2}$",
            "^[\\w.+-]+@[\\w-]+\\.[a-z]{2,}$",
            "^(?<year>\\d{4})-(0[1-9]|1[0-2])$",
            "^\\S+ \\w+?$",
            "[\\]\\\\\\-x]{5}",
            "x{2}y{1,}z{0,2}.",
            "^\\x41\\u0042[\\x30-\\x39]\\/$",
            "^[^\\D]{4}[^\\W_][^\\S]$",
            "^[!-/:-@[-`{-~]{8}$",
            "",
        ] {
            let validator =
                jsonschema::validator_for(&serde_json::json!({ "pattern": pattern })).unwrap();
            for seed in 0..50 {
                let text = matching_any(pattern, seed).expect(pattern);
                assert!(
                    validator.is_valid(&text.clone().into()),
                    "{pattern} {text:?}"
                );
            }
        }
    }

    #[test]
    fn short_matches_are_padded_at_a_free_end() {
        for (pattern, least, is_covered) in [
            ("^https://", 9, true),
            ("^AB-", 4, true),
            ("a$", 8, true),
            ("\\d{4}$", 6, true),
            ("b|cd", 5, true),
            ("^ab$", 5, false),
            ("^a|b$", 5, false),
        ] {
            let schema = serde_json::json!({ "pattern": pattern, "minLength": least });
            let validator = jsonschema::validator_for(&schema).unwrap();
            for seed in 0..20 {
                let mut rng = Rng::new(seed);
                let text = matching(pattern, least, least + 2, &mut rng, &mut Budget::share(10));
                assert_eq!(text.is_some(), is_covered, "{pattern}");
                let fits = |text: String| validator.is_valid(&text.into());
                assert!(text.is_none_or(fits), "{pattern}");
            }
        }
    }

    #[test]
    fn refuses_patterns_that_are_not_covered() {
        for pattern in [
            "(?=a)b",
            "(?!a)b",
            "(?<=a)b",
            "(?<!a)b",
            "(a)\\1",
            "\\bword",
            "\\p{L}",
            "(",
            "[",
            "a)",
            "*",
            "a**",
            "[z-a]",
            "a{999999999}",
            "\\",
            "[^\\s\\S]\\k<x>",
        ] {
            assert_eq!(matching_any(pattern, 1), None, "{pattern}");
        }
        let deep = "(".repeat(1_000) + &")".repeat(1_000);
        assert_eq!(matching_any(&deep, 1), None);
        assert_eq!(matching_any("((((a{99}){99}){99}){99}){99}", 1), None);
    }

    #[test]
    fn strings_have_the_length() {
        for seed in 0..20 {
            let text = matching(
                "^[a-z]+$",
                30,
                40,
                &mut Rng::new(seed),
                &mut Budget::share(10),
            )
            .unwrap();
            assert!((30..=40).contains(&text.len()), "{text}");
        }
        assert_eq!(
            matching("^abc$", 4, 9, &mut Rng::new(1), &mut Budget::share(10)),
            None
        );
    }

    proptest! {
        #[test]
        fn never_panics(pattern in "[\\[\\](){}|*+?^$.\\\\a-d0-9u<>=!:,-]{0,20}", seed: u64) {
            matching_any(&pattern, seed);
        }
    }
}
