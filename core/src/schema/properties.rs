//! The properties of an object, of all schemas that apply to it, by name.

use super::tape::{Node, Tape};

/// The fields of several keywords `properties`, sorted by name, so that n
/// fields take a time of n log n.
pub struct Properties<'a>(Vec<Field<'a>>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Field<'a> {
    name: &'a str,
    /// The index of the keyword.
    list: usize,
    schema: Node,
}

/// A property.
#[derive(Clone, Copy)]
pub struct Property<'p, 'a>(&'p [Field<'a>]);

impl<'a> Properties<'a> {
    /// Merges the fields of `lists`, the values of the keywords.
    pub fn merge(tape: &'a Tape, lists: &[Node]) -> Self {
        let lists = lists.iter().enumerate();
        let fields = lists.flat_map(|(list, &node)| {
            let fields = tape.fields(node);
            fields.map(move |(name, schema)| Field { name, list, schema })
        });
        let mut fields: Vec<_> = fields.collect();
        fields.sort_unstable();
        Self(fields)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0
            .binary_search_by_key(&name, |field| field.name)
            .is_ok()
    }

    /// Returns the properties in the order in which the schemas name them
    /// first.
    pub fn in_order(&self) -> Vec<Property<'_, 'a>> {
        let groups = self.0.chunk_by(|a, b| a.name == b.name);
        let mut all: Vec<_> = groups.map(Property).collect();
        all.sort_unstable_by_key(|it| it.0.first().map(|field| (field.list, field.schema)));
        all
    }
}

impl<'a> Property<'_, 'a> {
    pub fn name(self) -> &'a str {
        self.0.first().map_or("", |field| field.name)
    }

    /// Returns its schemas: one of each keyword that names it, the last of
    /// duplicate keys.
    pub fn schemas(self) -> Vec<Node> {
        let lists = self.0.chunk_by(|a, b| a.list == b.list);
        lists.filter_map(|it| Some(it.last()?.schema)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_by_name_in_order_of_the_first() {
        let tape = Tape::of(r#"[{"b":1,"a":2,"b":3},{"c":4,"a":5}]"#).unwrap();
        let lists: Vec<_> = tape.items(0).collect();
        let properties = Properties::merge(&tape, &lists);
        let found = properties.in_order().into_iter().map(|property| {
            let schemas = property.schemas().into_iter();
            let schemas: Vec<_> = schemas.map(|node| tape.json(node)).collect();
            (property.name(), schemas)
        });
        let expected = [("b", vec!["3"]), ("a", vec!["2", "5"]), ("c", vec!["4"])];
        assert_eq!(found.collect::<Vec<_>>(), expected);
        assert!(properties.has("c") && !properties.has("d"));
    }
}
