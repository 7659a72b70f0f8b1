//! The tools that have returned a result since the last user message.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::json::Value;

/// The maximum number of calls since the last user message that are matched with
/// their results. Each takes about 100 bytes while the request is read.
pub const MOST_MATCHED: usize = 4096;

/// The tools that have a result since the last user message of a conversation,
/// by name. Some APIs name the tool of a result, others the id of the call.
#[derive(Debug, Default)]
pub struct ToolResults<'a> {
    /// The name of the tool of each call, by id.
    calls: HashMap<Cow<'a, str>, Cow<'a, str>>,
    names: HashSet<Cow<'a, str>>,
    /// The number of results whose calls are not in the request.
    unknown: usize,
}

/// Returns the messages after the last user message.
pub fn since_user<'a>(
    messages: Option<Value<'a>>,
    is_user: impl Fn(Value<'a>) -> bool,
) -> impl Iterator<Item = Value<'a>> {
    let messages = messages.into_iter().flat_map(Value::items);
    let count = messages.clone().zip(1..).filter(|(it, _)| is_user(*it));
    let count = count.last().map_or(0, |(_, count)| count);
    messages.skip(count)
}

impl<'a> ToolResults<'a> {
    /// Adds a call. Calls without an id or a name are ignored.
    pub fn call(&mut self, id: Option<Value<'a>>, name: Option<Value<'a>>) {
        if let (Some(id), Some(name)) = (string(id), string(name))
            && self.calls.len() < MOST_MATCHED
        {
            self.calls.insert(id, name);
        }
    }

    /// Adds the result of the call with this id. The call may not be in the
    /// request, as with `previous_response_id` of OpenAI's Responses.
    pub fn result(&mut self, id: Option<Value<'a>>) {
        match string(id).and_then(|id| self.calls.get(&id).cloned()) {
            Some(name) => self.insert(name),
            None => self.unknown += 1,
        }
    }

    /// Adds a result of the tool with this name.
    pub fn result_of(&mut self, name: Option<Value<'a>>) {
        match string(name) {
            Some(name) => self.insert(name),
            None => self.unknown += 1,
        }
    }

    fn insert(&mut self, name: Cow<'a, str>) {
        if self.names.len() < MOST_MATCHED {
            self.names.insert(name);
        }
    }

    /// Returns whether a tool has a result. Callers pass the tools in the order
    /// of their calls: the result of an unknown call is assigned to the first
    /// tool that has none.
    pub(super) fn take(&mut self, name: Value) -> bool {
        if self.names.contains(&name.text()) {
            return true;
        }
        let is_unknown = self.unknown > 0;
        self.unknown -= usize::from(is_unknown);
        is_unknown
    }
}

fn string(value: Option<Value>) -> Option<Cow<str>> {
    value.filter(|it| it.is_string()).map(Value::text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Option<Value<'_>> {
        Some(Value::new(json))
    }

    fn taken(results: &mut ToolResults) -> [bool; 3] {
        [r#""a""#, r#""b""#, r#""c""#].map(|name| results.take(Value::new(name)))
    }

    #[test]
    fn results_are_matched_by_id_or_by_name() {
        let mut results = ToolResults::default();
        results.call(value(r#""1""#), value(r#""b""#));
        results.call(value(r#""2""#), value(r#""\u0061""#));
        results.call(value("3"), value(r#""c""#));
        assert_eq!(taken(&mut results), [false; 3]);
        results.result(value(r#""\u0031""#));
        assert_eq!(taken(&mut results), [false, true, false]);
        results.result_of(value(r#""c""#));
        assert_eq!(taken(&mut results), [false, true, true]);
        results.result(value(r#""2""#));
        assert_eq!(taken(&mut results), [true; 3]);
    }

    #[test]
    fn the_result_of_an_unknown_call_is_assigned_to_the_first_tool_without_one() {
        for id in [value(r#""x""#), value("1"), None] {
            let mut results = ToolResults::default();
            results.result_of(value(r#""a""#));
            results.result(id);
            assert_eq!(taken(&mut results), [true, true, false]);
        }
    }

    #[test]
    fn messages_before_the_last_user_message_are_left_out() {
        let since = |json: &'static str| {
            let items = since_user(value(json), |it| it.is("user"));
            items.map(Value::json).collect::<Vec<_>>().concat()
        };
        assert_eq!(since(r#"[1,"user",2,"user",3,4]"#), "34");
        assert_eq!(since("[1,2]"), "12");
        assert_eq!(since(r#"[1,"user"]"#), "");
        assert_eq!(since("7"), "");
        assert!(since_user(None, |_| true).next().is_none());
    }
}
