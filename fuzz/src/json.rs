//! A grammar of JSON bodies: random values, and random edits of a value.

use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};

use crate::words::word;

/// Numbers at the limits of what fields accept.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "8",
    "20",
    "21",
    "128",
    "129",
    "512",
    "2048",
    "3072",
    "65536",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "0.5",
    "-0.0",
    "1.0",
    "2.0000001",
    "1e-7",
    "1e300",
    "-1e18",
    "0.1",
];

/// A random value of at most `depth` levels.
pub fn value(rng: &mut SmallRng, depth: usize) -> Value {
    let kinds = if depth == 0 { 6 } else { 10 };
    match rng.random_range(0..kinds) {
        0 | 1 => word(rng).into(),
        2 => number(rng),
        3 => json!(rng.random_bool(0.5)),
        4 => Value::Null,
        5 => text(rng),
        6 | 7 => {
            let len = rng.random_range(0..4);
            Value::Array((0..len).map(|_| value(rng, depth - 1)).collect())
        }
        _ => {
            let len = rng.random_range(0..5);
            let fields = (0..len).map(|_| (word(rng).to_owned(), value(rng, depth - 1)));
            Value::Object(fields.collect())
        }
    }
}

fn number(rng: &mut SmallRng) -> Value {
    let text = NUMBERS.choose(rng).copied().unwrap_or("0");
    serde_json::from_str(text).unwrap_or_default()
}

/// A few words in a row.
fn text(rng: &mut SmallRng) -> Value {
    let len = rng.random_range(0..12);
    let words: Vec<_> = (0..len).map(|_| word(rng)).collect();
    words.join(" ").into()
}

/// Edits one random value inside `root`.
pub fn edit(root: &mut Value, rng: &mut SmallRng) {
    let count = count(root);
    let donor = nth(root, &mut rng.random_range(0..count)).map(|it| it.clone());
    let Some(node) = nth(root, &mut rng.random_range(0..count)) else {
        return;
    };
    match rng.random_range(0..10) {
        0 => *node = value(rng, 3),
        1 => *node = donor.unwrap_or_default(),
        2 => *node = json!([node.take()]),
        3 => {
            let mut object = Map::new();
            object.insert(word(rng).to_owned(), node.take());
            *node = Value::Object(object);
        }
        _ => match node {
            Value::Object(fields) => edit_object(fields, donor, rng),
            Value::Array(items) => edit_array(items, donor, rng),
            Value::String(_) => {
                *node = [word(rng).into(), text(rng)][rng.random_range(0..2)].take()
            }
            Value::Number(_) => *node = number(rng),
            Value::Bool(flag) => *flag = !*flag,
            Value::Null => *node = value(rng, 2),
        },
    }
}

fn edit_object(fields: &mut Map<String, Value>, donor: Option<Value>, rng: &mut SmallRng) {
    let keys: Vec<String> = fields.keys().cloned().collect();
    match (rng.random_range(0..5), keys.choose(rng)) {
        (0, Some(key)) => drop(fields.shift_remove(key)),
        (1, Some(key)) => {
            let value = fields.shift_remove(key).unwrap_or_default();
            fields.insert(word(rng).to_owned(), value);
        }
        (2, _) => drop(fields.insert(word(rng).to_owned(), donor.unwrap_or_default())),
        _ => drop(fields.insert(word(rng).to_owned(), value(rng, 2))),
    }
}

fn edit_array(items: &mut Vec<Value>, donor: Option<Value>, rng: &mut SmallRng) {
    let item = items.choose(rng).cloned();
    match (rng.random_range(0..4), item) {
        (0, Some(_)) => drop(items.remove(rng.random_range(0..items.len()))),
        (1, Some(item)) => {
            let times = 1 << rng.random_range(0..7);
            items.extend(std::iter::repeat_n(item, times));
        }
        (2, _) => items.push(donor.unwrap_or_default()),
        _ => items.push(value(rng, 2)),
    }
}

/// Makes the value number `index` inside `root` about `len` bytes long, as text.
pub fn lengthen(root: &mut Value, index: usize, len: usize) -> String {
    const NESTED: &str = "nested arrays";
    let count = count(root);
    let Some(node) = nth(root, &mut (index % count)) else {
        return root.to_string();
    };
    match node {
        Value::String(text) => *text = repeated(if text.is_empty() { "a" } else { text }, len),
        Value::Array(items) if !items.is_empty() => {
            let times = len / (node_len(items) + 1) + 1;
            *items = vec![std::mem::take(items); times].concat();
        }
        Value::Object(fields) if !fields.is_empty() => {
            let (key, value) = fields
                .iter()
                .next()
                .map_or((String::new(), Value::Null), |it| {
                    (it.0.clone(), it.1.clone())
                });
            let times = len / (value.to_string().len() + key.len() + 9);
            fields.extend((0..times).map(|n| (format!("{key}{n}"), value.clone())));
        }
        // serde_json would recurse.
        _ => *node = NESTED.into(),
    }
    let nested = ["[".repeat(len / 2), "]".repeat(len / 2)].concat();
    root.to_string().replace(&format!("\"{NESTED}\""), &nested)
}

fn repeated(text: &str, len: usize) -> String {
    text.repeat(len / text.len() + 1)
}

fn node_len(items: &[Value]) -> usize {
    items.iter().map(|item| item.to_string().len() + 1).sum()
}

/// How many values `root` holds, itself included.
fn count(root: &Value) -> usize {
    let inner: usize = match root {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    };
    inner + 1
}

/// The value number `left` of `root`, in the order of the text.
fn nth<'a>(root: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(root);
    }
    *left -= 1;
    match root {
        Value::Array(items) => items.iter_mut().find_map(|it| nth(it, left)),
        Value::Object(fields) => fields.values_mut().find_map(|it| nth(it, left)),
        _ => None,
    }
}
