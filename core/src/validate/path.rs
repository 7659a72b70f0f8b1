//! The place of a value in a body.

use std::fmt::Write;

/// A place, step by step from the inside out.
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
    /// The whole body.
    pub const BODY: Path<'static> = Path {
        outer: None,
        step: Step::Body,
    };

    /// A field of the object in this place.
    pub fn field<'q>(&'q self, name: &'q str) -> Path<'q> {
        Path {
            outer: Some(self),
            step: Step::Field(name),
        }
    }

    /// An item of the list in this place.
    pub fn item(&self, index: usize) -> Path<'_> {
        Path {
            outer: Some(self),
            step: Step::Item(index),
        }
    }

    /// The place of the list or object around this one.
    pub fn outer(&self) -> &Self {
        self.outer.unwrap_or(self)
    }

    /// Whether this is a field of the body itself.
    pub fn is_top(&self) -> bool {
        matches!(self.outer().step, Step::Body)
    }

    /// The name of the field; empty if it is not one.
    pub fn name(&self) -> &'p str {
        match self.step {
            Step::Field(name) => name,
            Step::Body | Step::Item(_) => "",
        }
    }

    /// As `messages[0].role`.
    pub fn brackets(&self) -> String {
        self.written("[", "]")
    }

    /// As `messages.0.role`.
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
    fn is_written_as_the_services_do() {
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
