//! The path of a value in a body.

use std::fmt::Write;

/// A path, linked from the innermost step outwards.
#[derive(Debug, Clone, Copy)]
pub struct Path<'p> {
    outer: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Body,
    Field(&'p str),
    Item(usize),
}

impl<'p> Path<'p> {
    /// The path of the body itself.
    pub const BODY: Path<'static> = Path {
        outer: None,
        step: Step::Body,
    };

    /// Returns the path of a field of the object at this path.
    pub fn field<'q>(&'q self, name: &'q str) -> Path<'q> {
        Path {
            outer: Some(self),
            step: Step::Field(name),
        }
    }

    /// Returns the path of an item of the list at this path.
    pub fn item(&self, index: usize) -> Path<'_> {
        Path {
            outer: Some(self),
            step: Step::Item(index),
        }
    }

    /// Returns the path of the list or object around the value.
    pub fn outer(&self) -> &Self {
        self.outer.unwrap_or(self)
    }

    /// Returns whether this is a field of the body itself.
    pub fn is_top(&self) -> bool {
        matches!(self.outer().step, Step::Body)
    }

    /// Returns the name of the field; empty if the value is not a field.
    pub fn name(&self) -> &'p str {
        match self.step {
            Step::Field(name) => name,
            Step::Body | Step::Item(_) => "",
        }
    }

    /// Formats the path as `messages[0].role`.
    pub fn brackets(&self) -> String {
        self.written("[", "]")
    }

    /// Formats the path as `messages.0.role`.
    pub fn dots(&self) -> String {
        self.written(".", "")
    }

    fn written(&self, before_index: &str, after_index: &str) -> String {
        let mut out = self.outer.map_or_else(String::new, |outer| {
            outer.written(before_index, after_index)
        });
        match self.step {
            Step::Body => {}
            Step::Field(name) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            Step::Item(index) => {
                // Writing to a string does not fail.
                let _ = write!(out, "{before_index}{index}{after_index}");
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_the_notation_of_the_services() {
        let messages = Path::BODY.field("messages");
        let first = messages.item(0);
        let role = first.field("role");
        assert_eq!(role.brackets(), "messages[0].role");
        assert_eq!(role.dots(), "messages.0.role");
        assert_eq!(role.outer().brackets(), "messages[0]");
        assert_eq!(Path::BODY.brackets(), "");
        assert!(messages.is_top() && !role.is_top());
        assert_eq!((role.name(), first.name()), ("role", ""));
    }
}
