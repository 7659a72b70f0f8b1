//! A JSON text and the positions of its values: three numbers for each value in
//! one array, instead of a tree.

use crate::json::{Value, scalar_end};

/// The longest schema, in bytes.
pub const LONGEST: usize = 256 * 1024;

/// The greatest depth of nested objects and arrays.
const MOST_DEPTH: usize = 128;

/// The index of a value on the tape; 0 is the outermost.
pub type Node = u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    start: u32,
    end: u32,
    /// The first value after those inside this one.
    next: Node,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tape {
    text: Box<str>,
    marks: Vec<Mark>,
}

impl Tape {
    /// Reads a JSON text. `None` if it is not valid JSON, longer than
    /// [`LONGEST`] or too deep.
    pub fn of(json: &str) -> Option<Self> {
        if json.len() > LONGEST || !Value::new(json).is_valid() {
            return None;
        }
        let bytes = json.as_bytes();
        let separators = bytes.iter().filter(|b| b",:[{".contains(b)).count();
        let mut marks: Vec<Mark> = Vec::with_capacity(separators + 1);
        let mut open: Vec<usize> = Vec::with_capacity(MOST_DEPTH);
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let start = u32::try_from(at).ok()?;
            match byte {
                b'{' | b'[' if open.len() == MOST_DEPTH => return None,
                b'{' | b'[' => {
                    open.push(marks.len());
                    marks.push(Mark {
                        start,
                        end: 0,
                        next: 0,
                    });
                    at += 1;
                }
                b'}' | b']' => {
                    at += 1;
                    let next = u32::try_from(marks.len()).ok()?;
                    let mark = marks.get_mut(open.pop()?)?;
                    mark.end = u32::try_from(at).ok()?;
                    mark.next = next;
                }
                b',' | b':' => at += 1,
                _ if byte.is_ascii_whitespace() => at += 1,
                _ => {
                    at = scalar_end(bytes, at);
                    marks.push(Mark {
                        start,
                        end: u32::try_from(at).ok()?,
                        next: u32::try_from(marks.len()).ok()? + 1,
                    });
                }
            }
        }
        Some(Self {
            text: json.into(),
            marks,
        })
    }

    /// Returns the number of values.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Returns the JSON of a value; empty if there is no such value.
    pub fn json(&self, node: Node) -> &str {
        let Some(mark) = self.mark(node) else {
            return "";
        };
        let text = self.text.get(mark.start as usize..mark.end as usize);
        text.unwrap_or_default()
    }

    /// Returns the number of values inside a value, itself included.
    pub fn size(&self, node: Node) -> usize {
        self.mark(node)
            .map_or(0, |mark| (mark.next - node) as usize)
    }

    /// Returns whether a value is an object.
    pub fn is_object(&self, node: Node) -> bool {
        self.json(node).starts_with('{')
    }

    /// Returns the text between the quotes of a string, with its escapes.
    pub fn raw_string(&self, node: Node) -> Option<&str> {
        self.json(node).strip_prefix('"')?.strip_suffix('"')
    }

    /// Returns the text of a string, decoded.
    pub fn string(&self, node: Node) -> Option<String> {
        serde_json::from_str(self.json(node)).ok()
    }

    /// Reads a count: a whole number, or a string of digits, as Google writes
    /// large numbers.
    pub fn count(&self, node: Node) -> Option<usize> {
        /// Digits enough for each `usize`. A number may be as long as the
        /// schema, and is read for each value that it applies to.
        const MOST_DIGITS: usize = 20;
        let digits = self.raw_string(node).unwrap_or(self.json(node));
        let digits = Some(digits).filter(|it| it.len() <= MOST_DIGITS);
        digits?.parse().ok()
    }

    /// Returns the values of an array; of an object, names and values in turn.
    pub fn items(&self, node: Node) -> impl Iterator<Item = Node> {
        let (mut at, end) = match self.mark(node) {
            Some(mark) if self.json(node).starts_with(['{', '[']) => (node + 1, mark.next),
            _ => (0, 0),
        };
        std::iter::from_fn(move || {
            let item = (at < end).then_some(at)?;
            at = self.mark(item)?.next;
            Some(item)
        })
    }

    /// Returns the fields of an object: the name between its quotes, and the
    /// value.
    pub fn fields(&self, node: Node) -> impl Iterator<Item = (&str, Node)> {
        let is_object = self.is_object(node);
        let mut items = self.items(node).filter(move |_| is_object);
        std::iter::from_fn(move || {
            let name = items.next()?;
            Some((self.raw_string(name)?, items.next()?))
        })
    }

    /// Returns the value of a field; the last of several with the same name.
    #[cfg(test)]
    pub fn field(&self, node: Node, name: &str) -> Option<Node> {
        let fields = self.fields(node).filter(|&(it, _)| it == name);
        fields.map(|(_, value)| value).last()
    }

    fn mark(&self, node: Node) -> Option<&Mark> {
        self.marks.get(node as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// Reads the tape back.
    fn value(tape: &Tape, node: Node) -> Value {
        match tape.json(node).chars().next() {
            Some('{') => tape
                .fields(node)
                .map(|(name, it)| (format!("\"{name}\""), value(tape, it)))
                .map(|(name, it)| (serde_json::from_str(&name).unwrap(), it))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Some('[') => tape.items(node).map(|it| value(tape, it)).collect(),
            _ => serde_json::from_str(tape.json(node)).unwrap(),
        }
    }

    #[test]
    fn refuses_long_and_deep_texts() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Tape::of(&nested(MOST_DEPTH)).is_some());
        assert!(Tape::of(&nested(MOST_DEPTH + 1)).is_none());
        let long = |len| format!("\"{}\"", "x".repeat(len));
        assert!(Tape::of(&long(LONGEST - 2)).is_some());
        assert!(Tape::of(&long(LONGEST - 1)).is_none());
    }

    #[test]
    fn a_missing_value_is_empty() {
        let tape = Tape::of("[1]").unwrap();
        assert_eq!(tape.json(7), "");
        assert_eq!(tape.items(7).count(), 0);
        assert_eq!(tape.items(1).count(), 0);
        assert_eq!(tape.fields(0).count(), 0);
        assert_eq!(Tape::default().items(0).count(), 0);
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a\"\\\\,:{}é \\[\\]]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a\"\\\\,:{}]{0,3}", inner, 0..4)
                    .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn holds_the_values_of_the_text(json in json(), pretty: bool) {
            let text = match pretty {
                true => serde_json::to_string_pretty(&json).unwrap(),
                false => json.to_string(),
            };
            let tape = Tape::of(&text).unwrap();
            prop_assert!(tape.marks.len() <= tape.marks.capacity());
            prop_assert_eq!(value(&tape, 0), json);
        }

        #[test]
        fn never_panics(text: String) {
            if let Some(tape) = Tape::of(&text) {
                for node in 0..tape.len() as Node {
                    tape.fields(node).count();
                }
            }
        }
    }
}
