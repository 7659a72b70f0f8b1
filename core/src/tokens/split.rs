//! The pieces that a text is cut into before pairs are merged. OpenAI gives
//! them as regular expressions (`pat_str` in tiktoken's openai_public.py):
//!
//! ```text
//! cl100k_base  '(?i:[sdmt]|ll|ve|re)
//!              [^\r\n\p{L}\p{N}]?+\p{L}++
//!              \p{N}{1,3}+
//!               ?[^\s\p{L}\p{N}]++[\r\n]*+
//!              \s++$ | \s*[\r\n] | \s+(?!\S) | \s
//!
//! o200k_base   [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//!              [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//!              \p{N}{1,3}
//!               ?[^\s\p{L}\p{N}]+[\r\n/]*
//!              \s*[\r\n]+ | \s+(?!\S) | \s+
//! ```
//!
//! Each alternative is a function that matches the beginning of a text, which
//! it scans once or twice.
//!
//! Own code: `fancy-regex`, which has the look-ahead, fails on 1 MB of spaces
//! (`StackOverflow`) and takes 6.0 ms for 255 KB of prose, this file 1.4.
//! `regex` takes 1.6 ms and could do without the look-ahead, but it holds 6 to 8
//! MB for each encoding, more than all of the tokenizer, and adds 1.4 MB to the
//! module.

use unicode_general_category::{GeneralCategory, get_general_category};

use super::encoding::Encoding;

/// The classes of characters in the expressions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// `\p{Lu}`, `\p{Lt}`
    Upper,
    /// `\p{Ll}`
    Lower,
    /// `\p{Lm}`, `\p{Lo}`
    Caseless,
    /// `\p{M}`
    Mark,
    /// `\p{N}`
    Number,
    /// `[\r\n]`
    Newline,
    /// The rest of `\s`.
    Space,
    Other,
}

use Class::{Caseless, Lower, Mark, Newline, Number, Other, Space, Upper};

fn class(c: char) -> Class {
    match c {
        'a'..='z' => Lower,
        'A'..='Z' => Upper,
        '0'..='9' => Number,
        '\r' | '\n' => Newline,
        _ if c.is_whitespace() => Space,
        '\0'..='\x7f' => Other,
        _ => match get_general_category(c) {
            GeneralCategory::UppercaseLetter | GeneralCategory::TitlecaseLetter => Upper,
            GeneralCategory::LowercaseLetter => Lower,
            GeneralCategory::ModifierLetter | GeneralCategory::OtherLetter => Caseless,
            GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark => Mark,
            GeneralCategory::DecimalNumber
            | GeneralCategory::LetterNumber
            | GeneralCategory::OtherNumber => Number,
            _ => Other,
        },
    }
}

/// Returns the length of the first piece of a text, in bytes; 0 if it is empty.
pub fn first_piece(text: &str, encoding: Encoding) -> usize {
    let found = match encoding {
        Encoding::Cl100kBase => contraction(text)
            .or_else(|| word(text))
            .or_else(|| number(text))
            .or_else(|| signs(text, "\r\n"))
            .or_else(|| trailing_space(text)),
        Encoding::O200kBase => cased_word(text)
            .or_else(|| number(text))
            .or_else(|| signs(text, "\r\n/")),
    };
    found.unwrap_or_else(|| space(text))
}

/// Returns the length of the characters of `classes` that `text` begins with.
fn run(text: &str, classes: &[Class]) -> usize {
    let end = text.find(|c| !classes.contains(&class(c)));
    end.unwrap_or(text.len())
}

fn after(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}

/// Returns the length of a contraction such as `'s`, in any case; `s` also as
/// the long s.
fn contraction(text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix('\'')?.chars();
    let first = rest.next()?;
    let second = rest.next().map(|c| c.to_ascii_lowercase());
    let letters = match (first.to_ascii_lowercase(), second) {
        ('s' | 'ſ' | 'd' | 'm' | 't', _) => first.len_utf8(),
        ('l', Some('l')) | ('v' | 'r', Some('e')) => 2,
        _ => return None,
    };
    Some(1 + letters)
}

/// Returns the length of `[^\r\n\p{L}\p{N}]?`.
fn prefix(text: &str) -> usize {
    let first = text.chars().next();
    let is_one = |c: &char| matches!(class(*c), Mark | Space | Other);
    first.filter(is_one).map_or(0, char::len_utf8)
}

fn word(text: &str) -> Option<usize> {
    let start = prefix(text);
    let letters = run(after(text, start), &[Upper, Lower, Caseless]);
    (letters > 0).then_some(start + letters)
}

/// Returns the length of a word that ends where an uppercase letter follows a
/// lowercase one. A mark may be the prefix or the first letter, and a caseless
/// letter or a mark is both uppercase and lowercase: the order of the
/// alternatives decides.
fn cased_word(text: &str) -> Option<usize> {
    let prefix = prefix(text);
    let starts = [prefix, 0];
    let starts = starts.get(usize::from(prefix == 0)..).unwrap_or_default();
    let attempt = |ending: fn(&str, usize) -> Option<usize>| {
        starts.iter().find_map(|&start| {
            let rest = after(text, start);
            let upper = run(rest, &[Upper, Caseless, Mark]);
            Some(start + ending(rest, upper)?)
        })
    };
    let end = attempt(|rest, upper| {
        let lower = run(after(rest, upper), &[Lower, Caseless, Mark]);
        if lower > 0 {
            return Some(upper + lower);
        }
        // Backtracking: the last of the uppercase letters that is lowercase too.
        let head = rest.get(..upper)?;
        let last = head.char_indices().rev();
        let mut last = last.filter(|&(_, c)| matches!(class(c), Caseless | Mark));
        last.next().map(|(at, c)| at + c.len_utf8())
    })
    .or_else(|| attempt(|_, upper| (upper > 0).then_some(upper)))?;
    Some(end + contraction(after(text, end)).unwrap_or_default())
}

fn number(text: &str) -> Option<usize> {
    let digits = text.chars().take(3).take_while(|&c| class(c) == Number);
    let len = digits.map(char::len_utf8).sum();
    (len > 0).then_some(len)
}

/// Symbols and the characters of `more` after them.
fn signs(text: &str, more: &str) -> Option<usize> {
    let start = usize::from(text.starts_with(' '));
    let signs = run(after(text, start), &[Mark, Other]);
    let end = start + signs;
    let rest = after(text, end).trim_start_matches(|c| more.contains(c));
    (signs > 0).then_some(text.len() - rest.len())
}

/// Returns the length of white space up to the end of the text.
fn trailing_space(text: &str) -> Option<usize> {
    let run = run(text, &[Space, Newline]);
    (run == text.len()).then_some(run)
}

/// Returns the length of white space up to its last line break; without one, of
/// all but its last character, which belongs to the next piece.
fn space(text: &str) -> usize {
    let run = text.get(..run(text, &[Space, Newline]));
    let run = run.unwrap_or_default();
    if let Some(newline) = run.rfind(['\r', '\n']) {
        return newline + 1;
    }
    let last = run.chars().next_back().map_or(0, char::len_utf8);
    match run.len() - last {
        _ if run.len() == text.len() => run.len(),
        0 => last,
        before => before,
    }
}
