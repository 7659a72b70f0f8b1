//! The strings and numbers of a body.

use crate::value::Value;

/// How much of a client's own text an error repeats, in characters.
const LONGEST_QUOTE: usize = 100;

/// A number, in a string or not.
pub fn number(value: Value) -> Option<f64> {
    value.text().parse().ok()
}

/// The first characters of a text: so much an error repeats.
pub fn start_of(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(LONGEST_QUOTE)
        .map_or(text.len(), |it| it.0);
    text.get(..end).unwrap_or_default()
}

/// The same, with dots where there were more.
pub fn cut(text: &str) -> String {
    let start = start_of(text);
    let dots = if start.len() < text.len() { "..." } else { "" };
    [start, dots].concat()
}

/// Whether `key` is `snake_case_name` in camelCase.
pub fn is_camel_case_of(key: &str, name: &str) -> bool {
    let mut after_line = false;
    let camel = name.chars().filter_map(|c| {
        if c == '_' {
            after_line = true;
            return None;
        }
        let upper = std::mem::take(&mut after_line);
        Some(if upper { c.to_ascii_uppercase() } else { c })
    });
    key.chars().eq(camel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_camel_case_is_told() {
        for (key, name, expected) in [
            ("maxOutputTokens", "max_output_tokens", true),
            ("seed", "seed", true),
            ("topP", "top_p", true),
            ("max_output_tokens", "max_output_tokens", false),
            ("maxoutputTokens", "max_output_tokens", false),
            ("max", "max_output_tokens", false),
            ("", "", true),
        ] {
            assert_eq!(is_camel_case_of(key, name), expected, "{key} {name}");
        }
    }

    #[test]
    fn no_more_is_repeated_than_a_person_reads() {
        assert_eq!(cut("é"), "é");
        let long = "é".repeat(LONGEST_QUOTE);
        assert_eq!(cut(&long), long);
        assert_eq!(cut(&(long.clone() + "x")), long + "...");
    }
}
