//! Numbers and field names of a body, also in ProtoJSON's notation.

use crate::json::Value;

/// Reads a number, with or without quotes.
pub fn number(value: Value) -> Option<f64> {
    value.text().parse().ok()
}

/// Returns whether `key` is the snake_case `name` in camelCase.
pub fn is_camel_case_of(key: &str, name: &str) -> bool {
    let mut after_underscore = false;
    let camel = name.chars().filter_map(|c| {
        if c == '_' {
            after_underscore = true;
            return None;
        }
        let upper = std::mem::take(&mut after_underscore);
        Some(if upper { c.to_ascii_uppercase() } else { c })
    });
    key.chars().eq(camel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_camel_case_is_recognized() {
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
}
