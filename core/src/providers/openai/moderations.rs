//! Moderations (API reference, "Moderations"): whether inputs are harmful.
//!
//! An input is flagged for the categories that it names as words, such as
//! "violence" or "hate/threatening", so that clients can rehearse both cases.

use crate::completion::Inputs;
use crate::completion::fields::model;
use crate::error::Error;
use crate::host::HostRng;
use crate::json::{Escaped, Value, object};
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};
use crate::util::id;

/// `POST /v1/moderations`
pub struct Moderations;

const DEFAULT_MODEL: &[u8] = b"omni-moderation-latest";

/// The prefix of the names of older models, which have fewer categories and do
/// not accept images.
const TEXT_MODEL: &[u8] = b"text-moderation";

struct Category {
    name: &'static str,
    /// Whether the category applies to images too.
    of_images: bool,
    /// Whether older models have the category.
    of_text_models: bool,
}

const fn category(name: &'static str, of_images: bool, of_text_models: bool) -> Category {
    Category {
        name,
        of_images,
        of_text_models,
    }
}

static CATEGORIES: [Category; 13] = [
    category("harassment", false, true),
    category("harassment/threatening", false, true),
    category("sexual", true, true),
    category("hate", false, true),
    category("hate/threatening", false, true),
    category("illicit", false, false),
    category("illicit/violent", false, false),
    category("self-harm/intent", true, true),
    category("self-harm/instructions", true, true),
    category("self-harm", true, true),
    category("sexual/minors", false, true),
    category("violence", true, true),
    category("violence/graphic", true, true),
];

/// The length of the longest result, in bytes.
const LONGEST_RESULT: usize = 2048;

impl DirectEndpoint for Moderations {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let asked = read(request.body);
        if asked.inputs.count > Inputs::MOST {
            return Err(Error::too_long("input", Inputs::MOST, asked.inputs.count));
        }
        let model = asked.model.as_deref().map_or(DEFAULT_MODEL, str::as_bytes);
        let model = Escaped::new(model);
        let is_text_model = model.as_bytes().starts_with(TEXT_MODEL);
        let mut found = asked.inputs.found;
        if found.is_empty() {
            found.push(Found::default());
        }
        const AROUND: usize = 100;
        let len = AROUND + model.as_bytes().len() + found.len() * LONGEST_RESULT;
        let mut out = Vec::with_capacity(len);
        out.extend_from_slice(b"{\"id\":\"modr-");
        out.extend_from_slice(id::object("", &mut HostRng(request.host)).as_bytes());
        out.extend_from_slice(b"\",\"model\":\"");
        out.extend_from_slice(model.as_bytes());
        out.extend_from_slice(b"\",\"results\":[");
        for (nth, found) in found.iter().enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            found.put(is_text_model, &mut out);
        }
        out.extend_from_slice(b"]}");
        Ok(out.into())
    }
}

/// The fields of a request.
#[derive(Default)]
struct Asked {
    model: Option<String>,
    inputs: Judged,
}

fn read(body: &[u8]) -> Asked {
    let body = object::text(body);
    let mut asked = Asked::default();
    let is_object = object::read(&body, |key, value| match key {
        "model" => asked.model = model(value),
        "input" => asked.inputs = Judged::read(value),
        _ => {}
    });
    if is_object { asked } else { Asked::default() }
}

/// The categories found in each input.
#[derive(Default)]
struct Judged {
    found: Vec<Found>,
    /// The number of inputs.
    count: usize,
}

impl Judged {
    /// Reads a string, a list of strings, or a list of content parts. Each
    /// string is an input. Content parts form one input. Values of other types
    /// are ignored.
    fn read(value: Value) -> Self {
        let mut judged = Self::default();
        match value.json().as_bytes().first() {
            Some(b'"') => judged.add(Found::in_text(value)),
            Some(b'[') => judged.list(value),
            _ => {}
        }
        judged
    }

    fn list(&mut self, list: Value) {
        let mut parts = None::<Found>;
        for value in list.items() {
            if value.is_object() {
                parts.get_or_insert_default().join(Found::in_part(value));
            } else {
                self.add(Found::in_text(value));
            }
        }
        if let Some(parts) = parts {
            self.add(parts);
        }
    }

    fn add(&mut self, found: Found) {
        if self.count < Inputs::MOST {
            self.found.push(found);
        }
        self.count += 1;
    }
}

/// The categories found in one input.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    /// A bit for each of [`CATEGORIES`].
    categories: u16,
    text: bool,
    image: bool,
}

impl Found {
    fn in_text(value: Value) -> Self {
        let categories = match value.is_string() {
            true => named_in(&value.text()),
            false => 0,
        };
        Self {
            categories,
            text: true,
            image: false,
        }
    }

    fn in_part(value: Value) -> Self {
        let mut found = Self::default();
        object::read(value.json(), |key, value| match key {
            "text" => found.join(Self::in_text(value)),
            "image_url" => found.image = true,
            _ => {}
        });
        found
    }

    fn join(&mut self, other: Self) {
        self.categories |= other.categories;
        self.text |= other.text;
        self.image |= other.image;
    }

    /// Writes an item of the list `results`.
    fn put(self, is_text_model: bool, out: &mut Vec<u8>) {
        let known = || {
            let all = CATEGORIES.iter().enumerate();
            all.filter(move |(_, category)| category.of_text_models || !is_text_model)
        };
        let has = |nth: usize| self.categories >> nth & 1 != 0;
        let mut fields = |name: &str, value: &dyn Fn(usize, &Category) -> &'static str| {
            out.extend_from_slice(name.as_bytes());
            for (place, (nth, category)) in known().enumerate() {
                out.extend_from_slice(if place == 0 { b"{\"" } else { b",\"" });
                out.extend_from_slice(category.name.as_bytes());
                out.extend_from_slice(b"\":");
                out.extend_from_slice(value(nth, category).as_bytes());
            }
            out.push(b'}');
        };
        fields(
            match known().any(|(nth, _)| has(nth)) {
                true => "{\"flagged\":true,\"categories\":",
                false => "{\"flagged\":false,\"categories\":",
            },
            &|nth, _| if has(nth) { "true" } else { "false" },
        );
        fields(",\"category_scores\":", &|nth, _| {
            if has(nth) { "0.98" } else { "0.00001" }
        });
        if !is_text_model {
            fields(",\"category_applied_input_types\":", &|_, category| match (
                self.text,
                self.image && category.of_images,
            ) {
                (true, true) => "[\"text\",\"image\"]",
                (true, false) => "[\"text\"]",
                (false, true) => "[\"image\"]",
                (false, false) => "[]",
            });
        }
        out.push(b'}');
    }
}

/// Returns the categories that a text names, and their parent categories.
fn named_in(text: &str) -> u16 {
    let in_a_name = |c: char| c.is_alphanumeric() || c == '-' || c == '/';
    let mut found = 0;
    for word in text.split(|c| !in_a_name(c)) {
        for (nth, category) in CATEGORIES.iter().enumerate() {
            let begin = word.as_bytes().get(..category.name.len());
            let begins = begin.is_some_and(|it| it.eq_ignore_ascii_case(category.name.as_bytes()));
            let after = word.as_bytes().get(category.name.len());
            if begins && matches!(after, None | Some(b'/')) {
                found |= 1 << nth;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Models;
    use crate::testing;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Returns the response, with its id replaced.
    fn text(body: &str) -> String {
        let text = testing::answer(&Moderations, &Models::default(), b"", body.as_bytes()).unwrap();
        let id = text.strip_prefix("{\"id\":\"modr-").unwrap();
        let (id, rest) = id.split_once('"').unwrap();
        assert_eq!(id.len(), 29);
        format!("{{\"id\":\"modr-123\"{rest}")
    }

    fn results(body: &str) -> Vec<Value> {
        let response: Value = serde_json::from_str(&text(body)).unwrap();
        response["results"].as_array().unwrap().clone()
    }

    #[test]
    fn the_response_has_openais_format() {
        insta::assert_snapshot!(text(r#"{"input":"What a nice day"}"#));
        let text_model = r#"{"model":"text-moderation-latest","input":["Say violence/graphic!"]}"#;
        insta::assert_snapshot!(text(text_model));
        let parts = r#"{"input":[{"type":"text","text":"hate"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}"#;
        insta::assert_snapshot!(text(parts));
    }

    #[test]
    fn a_text_is_flagged_for_the_categories_it_names() {
        for (input, expected) in [
            (json!("nice"), vec![vec![]]),
            (json!("whatever hateful"), vec![vec![]]),
            (json!("I HATE it"), vec![vec!["hate"]]),
            (
                json!("hate/threatening, self-harm."),
                vec![vec!["hate", "hate/threatening", "self-harm"]],
            ),
            (
                json!(["a", "violence", ""]),
                vec![vec![], vec!["violence"], vec![]],
            ),
            (
                json!([{"type": "text", "text": "a"}, {"type": "text", "text": "illicit"}]),
                vec![vec!["illicit"]],
            ),
            (
                json!([{"type": "image_url", "image_url": {}}]),
                vec![vec![]],
            ),
            (json!([]), vec![vec![]]),
            (json!(7), vec![vec![]]),
            (json!([7]), vec![vec![]]),
        ] {
            let body = json!({ "input": input }).to_string();
            let results = results(&body);
            assert_eq!(results.len(), expected.len(), "{body}");
            for (result, expected) in results.iter().zip(expected) {
                assert_eq!(result["flagged"], !expected.is_empty(), "{body}");
                for (name, value) in result["categories"].as_object().unwrap() {
                    assert_eq!(*value, expected.contains(&name.as_str()), "{body} {name}");
                    let score = result["category_scores"][name].as_f64().unwrap();
                    assert_eq!(score > 0.5, *value, "{body} {name}");
                }
                assert_eq!(result["categories"].as_object().unwrap().len(), 13);
            }
        }
        assert_eq!(results("").len(), 1);
    }

    #[test]
    fn results_fit_their_length_bound() {
        for (text, image) in [(true, true), (true, false), (false, false)] {
            for categories in [0, u16::MAX] {
                let mut out = Vec::new();
                let found = Found {
                    categories,
                    text,
                    image,
                };
                found.put(false, &mut out);
                assert!(out.len() <= LONGEST_RESULT, "{}", out.len());
            }
        }
    }

    #[test]
    fn too_many_inputs_are_refused() {
        let body = json!({"input": vec!["a"; Inputs::MOST + 1]}).to_string();
        let models = Models::default();
        let error = testing::answer(&Moderations, &models, b"", body.as_bytes()).unwrap_err();
        assert_eq!(error.status, 400);
        assert!(
            error.message.ends_with("length 2049 instead."),
            "{}",
            error.message
        );
    }

    proptest! {
        #[test]
        fn only_whole_words_name_a_category(
            before in "[a-z ,.]{0,9}",
            after in "[a-z ,.]{0,9}",
            nth in 0..CATEGORIES.len(),
        ) {
            let name = CATEGORIES[nth].name;
            let text = format!("{before}{name}{after}");
            let alone = !before.ends_with(|c: char| c.is_alphanumeric())
                && !after.starts_with(|c: char| c.is_alphanumeric());
            prop_assert_eq!(named_in(&text) >> nth & 1 != 0, alone, "{}", text);
        }

        #[test]
        fn never_panics_on_almost_json(value in "[{}\\[\\]\":,\\\\ a-u0-9]{0,60}") {
            text(&format!("{{\"input\":{value}}}"));
        }
    }
}
