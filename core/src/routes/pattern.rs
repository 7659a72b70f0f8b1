//! What the end of a path must be for a route.

/// The path of a route, taken apart when the table is compiled.
pub struct Pattern {
    /// From the version on: all of it, or what stands before a name.
    fixed: &'static [u8],
    /// What follows the name, where there is one.
    after_name: Option<&'static [u8]>,
}

impl Pattern {
    /// Of a path as the table has it.
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

    /// How long the part of a path before this pattern is; where the name in it
    /// begins, and the length of that. `None` if the path does not match.
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

/// What follows `prefix`, or all if it is not there.
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

/// What stands before `sign`, and the rest from it on.
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

    /// The part before the pattern, and the name.
    fn find<'a>(pattern: &Pattern, path: &'a str) -> Option<(&'a str, &'a str)> {
        let (before, (start, len)) = pattern.find_in(path.as_bytes())?;
        Some((&path[..before], &path[start..start + len]))
    }

    #[test]
    fn a_path_matches_by_its_end() {
        const ALL: Pattern = Pattern::of("/v1/chat/completions");
        assert_eq!(find(&ALL, "/chat/completions"), Some(("", "")));
        assert_eq!(find(&ALL, "/a/v1/chat/completions"), Some(("/a/v1", "")));
        assert_eq!(find(&ALL, "/v1/chat/completions/"), None);
        assert_eq!(find(&ALL, "/completions"), None);
    }

    #[test]
    fn a_name_stands_for_the_braces() {
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
