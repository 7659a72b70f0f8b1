//! The targets of `$ref` around a value: how recursion is found.

use super::tape::Node;

/// The schemas that were referred to by the objects and arrays around a value.
/// Looking one up takes constant time.
#[derive(Debug)]
pub struct Path {
    nodes: Vec<Node>,
    is_on_path: Vec<bool>,
}

impl Path {
    /// Creates the path of the outermost value, for a tape of `len` values.
    pub fn of_root(len: usize) -> Self {
        let mut path = Self {
            nodes: Vec::new(),
            is_on_path: vec![false; len],
        };
        path.enter(&[0]);
        path
    }

    /// Returns whether a schema is on the path.
    pub fn contains(&self, node: Node) -> bool {
        self.is_on_path.get(node as usize) == Some(&true)
    }

    /// Adds schemas, and returns the mark that [`Path::leave`] takes.
    pub fn enter(&mut self, nodes: &[Node]) -> usize {
        let mark = self.nodes.len();
        for &node in nodes {
            if let Some(it) = self.is_on_path.get_mut(node as usize).filter(|it| !**it) {
                *it = true;
                self.nodes.push(node);
            }
        }
        mark
    }

    /// Removes the schemas that were added since `mark`.
    pub fn leave(&mut self, mark: usize) {
        for node in self.nodes.drain(mark.min(self.nodes.len())..) {
            if let Some(it) = self.is_on_path.get_mut(node as usize) {
                *it = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_removes_only_what_was_added() {
        let mut path = Path::of_root(4);
        let outer = path.enter(&[1, 2]);
        let inner = path.enter(&[2, 3, 9]);
        assert!([0, 1, 2, 3].into_iter().all(|node| path.contains(node)));
        assert!(!path.contains(9), "not a node of this tape");
        path.leave(inner);
        assert!(path.contains(2) && !path.contains(3));
        path.leave(outer);
        assert!(path.contains(0) && !path.contains(1) && !path.contains(2));
    }
}
