//! Checks a body against a spec. The check recurses as deep as the spec, which
//! is not recursive, and skips what the spec does not describe.

use super::messages::{Counted, Found, Range, Type, Violation};
use super::names::{is_camel_case_of, number};
use super::path::Path;
use super::spec::{Field, MANY, Object, Presence, Rule, STRING, Spec};
use crate::error::Error;
use crate::json::Value;
use crate::util::excerpt::{cut, start_of};

/// A check against a spec.
pub struct Check<'f> {
    pub spec: &'f Spec,
    /// Whether the path names the model.
    pub names_model: bool,
}

impl Check<'_> {
    /// Checks an object.
    pub fn object(&self, object: Value, table: &'static Object, path: &Path) -> Result<(), Error> {
        let mut found = Found::default();
        // A bit for each field of the table.
        let mut present = 0_u64;
        for (key, value) in object.fields() {
            let key = key.text();
            let known = table.fields.iter().position(|it| self.names(&key, it.name));
            match known.and_then(|nth| Some((nth, table.fields.get(nth)?))) {
                Some((nth, field)) => {
                    if self.is_present(field, value) {
                        present |= 1 << nth;
                    }
                    if found.wrong.is_none() {
                        found.wrong = self
                            .value(value, field.rules, &path.field(field.name))
                            .err();
                    }
                }
                None if table.is_open || found.unknown.is_some() => {}
                None => {
                    let name = cut(&key);
                    found.unknown = self.refuse(&path.field(&name), &Violation::Unknown);
                }
            }
        }
        let absent = |(nth, _): &(usize, &Field)| present & 1 << nth == 0;
        let mut absent = table.fields.iter().enumerate().filter(absent);
        found.missing = absent.find_map(|(_, field)| self.missing(object, field, path));
        match self.spec.messages.first(found) {
            Some(error) => Err(error),
            None => self.dependencies(object, table, present, path),
        }
    }

    /// Checks that a tool that is chosen by name is offered.
    pub fn tool_choice(&self, body: Value) -> Result<(), Error> {
        let Some(choice) = &self.spec.tool_choice else {
            return Ok(());
        };
        let Some(chosen) = self.follow(body, choice.chosen).filter(|it| it.is_string()) else {
            return Ok(());
        };
        let chosen = chosen.text();
        let tools = self.get(body, "tools");
        let mut tools = tools.iter().flat_map(|tools| tools.items());
        let is_chosen = |tool| {
            let name = self.follow(tool, choice.tool);
            name.is_some_and(|name| name.text() == chosen)
        };
        if tools.any(|tool| is_chosen(tool) || (choice.provides_others)(tool)) {
            return Ok(());
        }
        let violation = Violation::NoSuchTool(cut(&chosen));
        self.fail(&Path::BODY.field("tool_choice"), &violation)
    }

    /// Checks a value against the rule for its type.
    fn value(&self, value: Value, rules: &'static [Rule], path: &Path) -> Result<(), Error> {
        let kind = Type::of(value);
        if rules.is_empty() || (self.spec.is_proto && kind == Type::Null) {
            return Ok(());
        }
        let takes = |rule: &&Rule| self.takes(rule, kind, value);
        let Some(rule) = rules.iter().find(takes) else {
            return self.wrong_type(value, rules, path);
        };
        match rule {
            Rule::Null | Rule::Boolean => Ok(()),
            Rule::Integer { least, most } => self.integer(value, *least, *most, path),
            Rule::Number { least, most } => self.number(value, *least, *most, path),
            // A prompt may have megabytes.
            Rule::String {
                least: 0,
                most: MANY,
            } => Ok(()),
            Rule::String { least, most } => {
                let len = value.text().chars().count();
                self.length(Counted::Characters, len, *least, *most, path)
            }
            Rule::Name { most } => self.name(value, *most, path),
            Rule::Word(words) => self.word(value, words, path),
            Rule::Array { items, least, most } => {
                let mut len = 0;
                for item in value.items() {
                    self.value(item, items, &path.item(len))?;
                    len += 1;
                }
                self.length(Counted::Items, len, *least, *most, path)
            }
            Rule::Object(table) => self.object(value, table, path),
            Rule::Tagged {
                tag,
                objects,
                others,
            } => self.tagged(value, (tag, objects, *others), path),
            Rule::Map { values, most } => {
                let mut len = 0;
                for (key, value) in value.fields() {
                    let key = key.text();
                    let name = start_of(&key);
                    self.value(value, values, &path.field(name))?;
                    len += 1;
                }
                self.length(Counted::Properties, len, 0, *most, path)
            }
        }
    }

    /// Returns whether a rule is for values of this type.
    fn takes(&self, rule: &Rule, kind: Type, value: Value) -> bool {
        match rule {
            Rule::Null => kind == Type::Null,
            Rule::Boolean => kind == Type::Boolean,
            Rule::Integer { .. } => {
                kind == Type::Integer
                    || self.spec.is_proto && number(value).is_some_and(|it| it.fract() == 0.0)
            }
            Rule::Number { .. } => {
                matches!(kind, Type::Integer | Type::Decimal)
                    || self.spec.is_proto && number(value).is_some()
            }
            Rule::String { .. } | Rule::Name { .. } | Rule::Word(_) => kind == Type::String,
            Rule::Array { .. } => kind == Type::Array,
            Rule::Object(_) | Rule::Tagged { .. } | Rule::Map { .. } => kind == Type::Object,
        }
    }

    fn integer(&self, value: Value, least: i64, most: i64, path: &Path) -> Result<(), Error> {
        let json = value.json();
        // A number that does not fit is beyond every limit.
        let beyond = match json.starts_with('-') {
            true => i128::MIN,
            false => i128::MAX,
        };
        let number = match number(value).filter(|_| self.spec.is_proto) {
            Some(number) => number as i128,
            None => json.parse().unwrap_or(beyond),
        };
        let range = Range::Integer(least, most);
        let (least, most) = (i128::from(least), i128::from(most));
        self.within(number < least, number > most, range, value, path)
    }

    fn number(&self, value: Value, least: f64, most: f64, path: &Path) -> Result<(), Error> {
        let number = number(value).unwrap_or(f64::INFINITY);
        let range = Range::Decimal(least, most);
        self.within(number < least, number > most, range, value, path)
    }

    /// Fails if a number is below or above its range.
    fn within(
        &self,
        is_below: bool,
        is_above: bool,
        range: Range,
        value: Value,
        path: &Path,
    ) -> Result<(), Error> {
        if !is_below && !is_above {
            return Ok(());
        }
        let violation = Violation::OutOfRange {
            range,
            is_above,
            json: start_of(value.json()),
        };
        self.fail(path, &violation)
    }

    fn name(&self, value: Value, most: usize, path: &Path) -> Result<(), Error> {
        let name = value.text();
        self.length(Counted::Characters, name.chars().count(), 1, most, path)?;
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        match name.chars().all(is_allowed) {
            true => Ok(()),
            false => self.fail(path, &Violation::NoName),
        }
    }

    fn word(&self, value: Value, words: &[&'static str], path: &Path) -> Result<(), Error> {
        let word = value.text();
        if words.contains(&word.as_ref()) {
            return Ok(());
        }
        let violation = Violation::NotAmong {
            words: words.to_vec(),
            is_tag: false,
            text: cut(&word),
        };
        self.fail(path, &violation)
    }

    fn tagged(
        &self,
        value: Value,
        (tag, objects, others): (
            &'static str,
            &[(&'static str, &'static Object)],
            Option<&'static Object>,
        ),
        path: &Path,
    ) -> Result<(), Error> {
        let tag_path = path.field(tag);
        let Some(found) = self.get(value, tag) else {
            return self.fail(&tag_path, &Violation::Missing);
        };
        if !found.is_string() {
            return self.wrong_type(found, STRING, &tag_path);
        }
        let word = found.text();
        let known = objects.iter().find(|(name, _)| *name == word);
        match known.map(|(_, table)| *table).or(others) {
            Some(table) => self.object(value, table, path),
            None => {
                let violation = Violation::NotAmong {
                    words: objects.iter().map(|(name, _)| *name).collect(),
                    is_tag: true,
                    text: cut(&word),
                };
                self.fail(&tag_path, &violation)
            }
        }
    }

    fn length(
        &self,
        what: Counted,
        len: usize,
        least: usize,
        most: usize,
        path: &Path,
    ) -> Result<(), Error> {
        if len < least {
            return self.fail(path, &Violation::Short { what, least, len });
        }
        if len > most {
            return self.fail(path, &Violation::Long { what, most, len });
        }
        Ok(())
    }

    /// Returns the error for an absent field, if it must be present.
    fn missing(&self, object: Value, field: &Field, path: &Path) -> Option<Error> {
        let is_not_null = |name: &&str| self.get(object, name).is_some_and(is_not_null);
        let violation = match field.presence {
            Presence::Model if !self.names_model => Violation::NoModel,
            Presence::Named if !self.names_model => Violation::Missing,
            Presence::Required => Violation::Missing,
            Presence::Unless(others) if !others.iter().any(is_not_null) => Violation::Missing,
            _ => return None,
        };
        self.refuse(&path.field(field.name), &violation)
    }

    /// Checks that present fields have the others that they depend on.
    fn dependencies(
        &self,
        object: Value,
        table: &Object,
        present: u64,
        path: &Path,
    ) -> Result<(), Error> {
        for (nth, field) in table.fields.iter().enumerate() {
            if present & 1 << nth == 0 {
                continue;
            }
            let path = path.field(field.name);
            match field.presence {
                Presence::Enabled(other)
                    if self.get(object, other).is_none_or(|it| it.json() != "true") =>
                {
                    return self.fail(&path, &Violation::NotEnabled(other));
                }
                Presence::Given(other) if !self.get(object, other).is_some_and(is_not_null) => {
                    return self.fail(&path, &Violation::NotGiven(other));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns whether a field with this value is present.
    fn is_present(&self, field: &Field, value: Value) -> bool {
        match field.presence {
            Presence::Required => is_not_null(value) || !self.spec.is_proto,
            Presence::Model => is_not_null(value) && value.json() != "\"\"",
            _ => is_not_null(value),
        }
    }

    /// Returns whether a key names a field.
    fn names(&self, key: &str, name: &str) -> bool {
        key == name || self.spec.is_proto && is_camel_case_of(key, name)
    }

    /// Returns the value of a field; the last, if there are several.
    fn get<'v>(&self, object: Value<'v>, name: &str) -> Option<Value<'v>> {
        let named =
            |(key, value): (Value, Value<'v>)| self.names(&key.text(), name).then_some(value);
        object.fields().filter_map(named).last()
    }

    fn follow<'v>(&self, value: Value<'v>, names: &[&str]) -> Option<Value<'v>> {
        names
            .iter()
            .try_fold(value, |value, name| self.get(value, name))
    }

    fn wrong_type(&self, value: Value, rules: &'static [Rule], path: &Path) -> Result<(), Error> {
        let violation = Violation::Type {
            rules,
            got: Type::of(value),
            json: start_of(value.json()),
        };
        self.fail(path, &violation)
    }

    fn refuse(&self, path: &Path, violation: &Violation) -> Option<Error> {
        Some(self.spec.messages.violation(path, violation))
    }

    fn fail(&self, path: &Path, violation: &Violation) -> Result<(), Error> {
        Err(self.spec.messages.violation(path, violation))
    }
}

/// Returns whether a value is not null.
fn is_not_null(value: Value) -> bool {
    value.json() != "null"
}
