//! `$ref` within a schema: a JSON pointer (RFC 6901) behind `#`.

use super::tape::{Node, Tape};

/// What a reference stands for. Each field or item that is passed on the way
/// is taken from `work`.
pub fn resolve(tape: &Tape, reference: Node, work: &mut usize) -> Option<Node> {
    let path = tape.raw_string(reference)?.strip_prefix('#')?;
    let mut at: Node = 0;
    for part in path.split('/').skip(1) {
        let name = unescape(part);
        *work = work.checked_sub(tape.items(at).count())?;
        at = match tape.json(at).as_bytes().first()? {
            b'{' => tape.field(at, &name)?,
            _ => tape.items(at).nth(name.parse().ok()?)?,
        };
    }
    Some(at)
}

/// `~1` and `~0`, and the percent codes of a URI's fragment.
fn unescape(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        let code = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(h, l)| h << 4 | l),
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        let taken = if code.is_some() { 3 } else { 1 };
        rest = rest.get(taken..).unwrap_or_default();
    }
    let text = String::from_utf8_lossy(&bytes);
    text.replace("~1", "/").replace("~0", "~")
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_at_what_it_names() {
        let text = r##"{"$defs":{"a":1,"b/c":2,"d~e":3,"f g":[4,5]},"r":"REF"}"##;
        for (reference, expected) in [
            ("#/$defs/a", "1"),
            ("#/%24defs/a", "1"),
            ("#/$defs/b~1c", "2"),
            ("#/$defs/d~0e", "3"),
            ("#/$defs/f%20g/1", "5"),
            ("#/$defs/f%20g/2", ""),
            ("#/$defs/f%20g/x", ""),
            ("#/$defs/none", ""),
            ("#/$defs/a/b", ""),
            ("other.json", ""),
        ] {
            let tape = Tape::of(&text.replace("REF", reference)).unwrap();
            let node = resolve(&tape, tape.field(0, "r").unwrap(), &mut 1_000);
            let found = node.map_or("", |node| tape.json(node));
            assert_eq!(found, expected, "{reference}");
        }
        let tape = Tape::of(r##"{"r":"#"}"##).unwrap();
        assert_eq!(resolve(&tape, 2, &mut 1_000), Some(0));
        let tape = Tape::of(r##"{"r":"#/a","a":1}"##).unwrap();
        assert_eq!(resolve(&tape, 2, &mut 3), None);
    }
}
