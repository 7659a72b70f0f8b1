//! The schemas of OpenAI's API description, by name.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::{env, fs};

use jsonschema::Validator;
use serde_json::{Value, json};

/// The environment variable with the path of a JSON file. The file has the
/// schemas under `$defs`.
const VARIABLE: &str = "LLM_MOCK_OPENAI_SCHEMAS";

/// The default path of the file: next to the project's folder.
const BESIDE: &str = "../../shared/openai/schemas.json";

pub struct Schemas {
    definitions: Value,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    /// Returns the schemas, or `None` if the file is missing. Prints a notice
    /// in this case, once.
    pub fn find() -> Option<&'static Self> {
        static FOUND: OnceLock<Option<Schemas>> = OnceLock::new();
        FOUND.get_or_init(Self::load).as_ref()
    }

    fn load() -> Option<Self> {
        let path = match env::var_os(VARIABLE) {
            Some(path) => path.into(),
            None => {
                let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(BESIDE);
                if !path.exists() {
                    // Written directly, because the output of a test is
                    // captured.
                    let _ = writeln!(
                        io::stderr(),
                        "No schemas of OpenAI's: nothing is held against them ({VARIABLE} names them)."
                    );
                    return None;
                }
                path
            }
        };
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let document: Value = serde_json::from_str(&text).unwrap();
        Some(Self {
            definitions: document["$defs"].clone(),
            compiled: Mutex::default(),
        })
    }

    /// Returns the errors of `value` under the schema `name`, one on each line.
    pub fn errors(&self, name: &str, value: &Value) -> Vec<String> {
        let schema = self.compile(name);
        let errors = schema.iter_errors(value);
        errors
            .map(|error| format!("{name} at {:?}: {error}", error.instance_path().as_str()))
            .collect()
    }

    /// Returns the required fields of the schema `name`.
    pub fn required(&self, name: &str) -> Vec<String> {
        let schema = &self.definitions[name];
        let all = std::iter::once(schema).chain(schema["allOf"].as_array().into_iter().flatten());
        all.filter_map(|schema| schema["required"].as_array())
            .flatten()
            .map(|field| field.as_str().unwrap().to_owned())
            .collect()
    }

    /// Returns the schema of a streamed event of this `type`.
    pub fn of_event(&self, kind: &str) -> &str {
        let definitions = self.definitions.as_object().unwrap();
        let of_kind =
            |(_, schema): &(_, &Value)| schema["properties"]["type"]["enum"] == json!([kind]);
        let mut found = definitions
            .iter()
            .filter(|(name, _)| name.ends_with("Event"))
            .filter(of_kind);
        let (name, _) = found
            .next()
            .unwrap_or_else(|| panic!("no such event: {kind}"));
        name
    }

    fn compile(&self, name: &str) -> Arc<Validator> {
        assert!(!self.definitions[name].is_null(), "no schema {name}");
        let mut compiled = self.compiled.lock().unwrap();
        let schema = compiled.entry(name.to_owned()).or_insert_with(|| {
            let schema =
                json!({"$ref": format!("#/$defs/{name}"), "$defs": self.definitions.clone()});
            Arc::new(jsonschema::validator_for(&schema).unwrap())
        });
        Arc::clone(schema)
    }
}
