//! `$ref` within a schema: a JSON pointer (RFC 6901) after `#`.

use std::collections::HashMap;

use super::tape::{Node, Tape};

/// Resolves the pointers of one tape. The children of an object or an array
/// are sorted when a pointer first passes through it, so that n pointers take
/// a time of n log n and not of n times the number of children.
pub struct Pointers<'a> {
    tape: &'a Tape,
    children: HashMap<Node, Children<'a>>,
}

enum Children<'a> {
    /// Of an object, sorted by name.
    Fields(Vec<(&'a str, Node)>),
    /// Of an array.
    Items(Vec<Node>),
}

impl<'a> Pointers<'a> {
    pub fn new(tape: &'a Tape) -> Self {
        Self {
            tape,
            children: HashMap::new(),
        }
    }

    /// Returns the value that the string `reference` points to.
    pub fn resolve(&mut self, reference: Node) -> Option<Node> {
        let path = self.tape.raw_string(reference)?.strip_prefix('#')?;
        let mut parts = path.split('/').skip(1);
        parts.try_fold(0, |node, part| self.child(node, &unescape(part)))
    }

    fn child(&mut self, node: Node, name: &str) -> Option<Node> {
        let tape = self.tape;
        let children = self.children.entry(node).or_insert_with(|| {
            if !tape.is_object(node) {
                return Children::Items(tape.items(node).collect());
            }
            let mut fields: Vec<_> = tape.fields(node).collect();
            fields.sort_unstable();
            Children::Fields(fields)
        });
        match children {
            Children::Items(items) => items.get(name.parse::<usize>().ok()?).copied(),
            Children::Fields(fields) => {
                // The last of fields with the same name.
                let end = fields.partition_point(|&(it, _)| it <= name);
                let &(found, value) = fields.get(end.checked_sub(1)?)?;
                (found == name).then_some(value)
            }
        }
    }
}

/// Decodes `~1` and `~0`, and the percent codes of a URI's fragment.
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
    fn resolves_pointers() {
        let text = r##"{"$defs":{"a":0,"a":1,"b/c":2,"d~e":3,"f g":[4,5]},"r":"REF"}"##;
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
            let node = Pointers::new(&tape).resolve(tape.field(0, "r").unwrap());
            let found = node.map_or("", |node| tape.json(node));
            assert_eq!(found, expected, "{reference}");
        }
        let tape = Tape::of(r##"{"r":"#"}"##).unwrap();
        assert_eq!(Pointers::new(&tape).resolve(2), Some(0));
    }
}
