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

    /// What a path has before this, and the name in it.
    pub fn find_in<'a>(&self, path: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let Some(after) = self.after_name else {
            return Some((path.strip_suffix(self.fixed)?, &[]));
        };
        let path = path.strip_suffix(after)?;
        let slashes = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/');
        let mut found = slashes.filter_map(|(at, _)| {
            let (before, rest) = path.split_at_checked(at)?;
            Some((before, rest.strip_prefix(self.fixed)?))
        });
        found.next().filter(|(_, name)| !name.is_empty())
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

    #[test]
    fn a_path_is_found_where_another_ends_with_it() {
        const ALL: Pattern = Pattern::of("/v1/chat/completions");
        assert_eq!(
            ALL.find_in(b"/chat/completions"),
            Some((&b""[..], &b""[..]))
        );
        assert_eq!(
            ALL.find_in(b"/a/v1/chat/completions"),
            Some((&b"/a/v1"[..], &b""[..]))
        );
        assert_eq!(ALL.find_in(b"/v1/chat/completions/"), None);
        assert_eq!(ALL.find_in(b"/completions"), None);
    }

    #[test]
    fn a_name_stands_where_the_braces_are() {
        const MODEL: Pattern = Pattern::of("/v1beta/models/{model}:count");
        const LAST: Pattern = Pattern::of("/v1/models/{model}");
        let found = Some((&b"/v1beta"[..], &b"a/models/b"[..]));
        assert_eq!(MODEL.find_in(b"/v1beta/models/a/models/b:count"), found);
        assert_eq!(LAST.find_in(b"/v1beta/models/a/models/b"), found);
        assert_eq!(MODEL.find_in(b"/models/:count"), None);
        assert_eq!(MODEL.find_in(b"/models/a:counts"), None);
        assert_eq!(LAST.find_in(b"/models/"), None);
        assert_eq!(LAST.find_in(b"/models"), None);
    }
}
