//! Patterns that match the end of a path.

/// The path of a route, split at compile time.
pub struct Pattern {
    /// The path after the version, up to the name if there is one.
    fixed: &'static [u8],
    /// The part after the name, if there is a name.
    after_name: Option<&'static [u8]>,
}

impl Pattern {
    /// Creates a pattern from a path of the table.
    pub const fn of(path: &'static str) -> Self {
        let path = without(path.as_bytes(), b"/v1");
        let path = without(path, b"beta");
        let (fixed, name) = split(path, b'{');
        let after_name = match split(name, b'}').1 {
            [] => None,
            [_brace, after @ ..] => Some(after),
        };
        Self { fixed, after_name }
    }

    /// Matches the end of a path.
    ///
    /// Returns the length of the part before the pattern, and the offset and
    /// the length of the name. Returns `None` if the path does not match.
    pub fn find_in(&self, path: &[u8]) -> Option<(usize, (usize, usize))> {
        let Some(after) = self.after_name else {
            return Some((path.strip_suffix(self.fixed)?.len(), (path.len(), 0)));
        };
        let path = path.strip_suffix(after)?;
        let slashes = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/');
        let mut found = slashes.filter_map(|(at, _)| {
            let name = path.get(at..)?.strip_prefix(self.fixed)?;
            Some((at, (at + self.fixed.len(), name.len())))
        });
        found.next().filter(|(_, (_, len))| *len > 0)
    }
}

/// Removes `prefix` from `path`, if it is there.
const fn without<'a>(path: &'a [u8], prefix: &[u8]) -> &'a [u8] {
    let (mut rest, mut left) = (path, prefix);
    while let ([one, more @ ..], [other, fewer @ ..]) = (rest, left) {
        if *one != *other {
            return path;
        }
        (rest, left) = (more, fewer);
    }
    match left {
        [] => rest,
        _ => path,
    }
}

/// Splits `path` before the first `sign`.
const fn split(path: &[u8], sign: u8) -> (&[u8], &[u8]) {
    let (mut at, mut rest) = (0, path);
    while let [first, more @ ..] = rest {
        if *first == sign {
            break;
        }
        (at, rest) = (at + 1, more);
    }
    path.split_at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the part before the pattern, and the name.
    fn find<'a>(pattern: &Pattern, path: &'a str) -> Option<(&'a str, &'a str)> {
        let (before, (start, len)) = pattern.find_in(path.as_bytes())?;
        Some((&path[..before], &path[start..start + len]))
    }

    #[test]
    fn a_pattern_matches_the_end_of_a_path() {
        const ALL: Pattern = Pattern::of("/v1/chat/completions");
        assert_eq!(find(&ALL, "/chat/completions"), Some(("", "")));
        assert_eq!(find(&ALL, "/a/v1/chat/completions"), Some(("/a/v1", "")));
        assert_eq!(find(&ALL, "/v1/chat/completions/"), None);
        assert_eq!(find(&ALL, "/completions"), None);
    }

    #[test]
    fn a_placeholder_matches_any_name() {
        const MODEL: Pattern = Pattern::of("/v1beta/models/{model}:count");
        const LAST: Pattern = Pattern::of("/v1/models/{model}");
        let found = Some(("/v1beta", "a/models/b"));
        assert_eq!(find(&MODEL, "/v1beta/models/a/models/b:count"), found);
        assert_eq!(find(&LAST, "/v1beta/models/a/models/b"), found);
        assert_eq!(find(&MODEL, "/models/:count"), None);
        assert_eq!(find(&MODEL, "/models/a:counts"), None);
        assert_eq!(find(&LAST, "/models/"), None);
        assert_eq!(find(&LAST, "/models"), None);
    }
}
