//! How deep the flattest document of a schema is. Where a schema refers to
//! itself, the way out is the branch whose document is flattest.

use super::index::Index;
use super::rules::{Types, keywords};
use super::tape::{Node, Tape};

/// Of a schema that has no finite document.
pub const ENDLESS: u8 = u8::MAX;

/// What may be spent on finding them out, in visits of fields.
const MOST_WORK: usize = 1_000_000;

/// The heights of all values on a tape, as schemas. None where nothing is
/// referred to: then each document ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heights(Vec<u8>);

impl Heights {
    pub fn of(tape: &Tape, index: &Index) -> Self {
        if !tape.json(0).contains("\"$ref\"") {
            return Self::default();
        }
        let mut heights = Self(vec![ENDLESS; tape.len()]);
        let mut work = 0;
        loop {
            let mut is_settled = true;
            // What is inside stands behind.
            for node in (0..tape.len()).rev() {
                if work > MOST_WORK {
                    return heights;
                }
                let found = heights.find(tape, index, node as Node, &mut work);
                if let Some(height) = heights.0.get_mut(node).filter(|it| found < **it) {
                    *height = found;
                    is_settled = false;
                }
            }
            if is_settled {
                return heights;
            }
        }
    }

    pub fn get(&self, node: Node) -> u8 {
        if self.0.is_empty() {
            return 0;
        }
        self.0.get(node as usize).copied().unwrap_or(ENDLESS)
    }

    /// From what is known so far of the schemas inside.
    fn find(&self, tape: &Tape, index: &Index, schema: Node, work: &mut usize) -> u8 {
        match tape.json(schema) {
            "true" => return 0,
            "false" => return ENDLESS,
            json if !json.starts_with('{') => return ENDLESS,
            _ => {}
        }
        let mut types = Types::ANY;
        let mut hints = Types::NONE;
        let mut height = 0;
        let (mut properties, mut required) = (None, None);
        let (mut items, mut prefix, mut least) = (None, None, 0);
        for (name, value) in keywords(tape, schema) {
            *work += tape.size(value);
            hints = hints.or(Types::hinted(name));
            let each = || tape.items(value).map(|it| self.get(it));
            match name {
                "enum" | "const" => return 0,
                "type" => types = Types::named(tape, value),
                "$ref" => {
                    let target = index.target(schema);
                    height = height.max(target.map_or(0, |it| self.get(it)));
                }
                "allOf" => height = height.max(each().max().unwrap_or(0)),
                "anyOf" | "oneOf" => height = height.max(each().min().unwrap_or(0)),
                "properties" => properties = Some(value),
                "required" => required = Some(value),
                "items" => items = Some(value),
                "prefixItems" => prefix = Some(value),
                "minItems" => least = tape.count(value).unwrap_or(0),
                _ => {}
            }
        }
        if types == Types::ANY {
            types = hints;
        }
        let nests = Types::OBJECT.or(Types::ARRAY);
        if types.is_none() || !types.without(nests).is_none() {
            return height;
        }
        let mut own = ENDLESS;
        if types.has(Types::ARRAY) {
            let first = prefix
                .into_iter()
                .flat_map(|list| tape.items(list))
                .take(least);
            let inside = first
                .chain(items.filter(|_| least > 0))
                .map(|it| self.get(it));
            own = inside.max().map_or(0, |inside| inside.saturating_add(1));
        }
        if types.has(Types::OBJECT) {
            let mut inside = 0;
            for (name, value) in properties.into_iter().flat_map(|it| tape.fields(it)) {
                let mut names = required.into_iter().flat_map(|list| tape.items(list));
                let is_required = names.any(|it| {
                    *work += 1;
                    tape.raw_string(it) == Some(name)
                });
                if is_required {
                    inside = inside.max(self.get(value).saturating_add(1));
                }
            }
            own = own.min(inside);
        }
        height.max(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flattest_document_counts() {
        for (schema, expected) in [
            (r##"{"$ref":"#"}"##, ENDLESS),
            (r##"{"anyOf":[{"$ref":"#"},{"type":"null"}]}"##, 0),
            (r##"{"properties":{"a":{"$ref":"#"}}}"##, 0),
            (
                r##"{"properties":{"a":{"$ref":"#"}},"required":["a"]}"##,
                ENDLESS,
            ),
            (
                r##"{"type":["object","null"],"properties":{"a":{"$ref":"#"}},"required":["a"]}"##,
                0,
            ),
            (
                r##"{"properties":{"a":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["a"]}"##,
                1,
            ),
            (
                r##"{"properties":{"a":{"type":"array","items":{"$ref":"#"}}},"required":["a"]}"##,
                1,
            ),
            (
                r##"{"type":"array","items":{"$ref":"#"},"minItems":1}"##,
                ENDLESS,
            ),
            (r##"{"allOf":[{"$ref":"#/x"}],"x":{"type":"string"}}"##, 0),
            (
                r##"{"x":{"$ref":"#/y"},"y":{"enum":[1]},"properties":{"a":{"$ref":"#/x"}},"required":["a"]}"##,
                1,
            ),
        ] {
            let tape = Tape::of(schema).unwrap();
            assert_eq!(
                Heights::of(&tape, &Index::of(&tape)).get(0),
                expected,
                "{schema}"
            );
        }
    }
}
