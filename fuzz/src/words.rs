//! The words of `fuzz/json.dict`: field names and values that the APIs know.

use std::sync::LazyLock;

use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;

/// The words, without the quotes of the dictionary file.
pub static WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../json.dict").lines();
    lines
        .filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'))
        .collect()
});

/// Strings that are not words: empty, long, with escapes, outside the basic plane.
const HOSTILE: &[&str] = &[
    "",
    " ",
    "a",
    "\0",
    "\"",
    "\\",
    "\n\r\t",
    "\u{85}\u{2028}\u{2029}",
    "\u{1f980}\u{fe0f}\u{200d}",
    "é",
    "data: [DONE]\n\n",
    "{\"a\":[1]}",
    "#/$defs/Node",
    "#/properties/a~1b~0c",
    "^[a-z]{3,9}(x|y+)?$",
    "^(\\d{4}-){2}[^\\s]*",
    "data:image/png;base64,iVBORw0KGgo=",
    "2024-02-29T23:59:60Z",
];

/// A random string, most often a word.
pub fn word(rng: &mut SmallRng) -> &'static str {
    let list = match rng.random_ratio(7, 8) {
        true => WORDS.as_slice(),
        false => HOSTILE,
    };
    list.choose(rng).copied().unwrap_or_default()
}
