//! `GET /api/tags` and `POST /api/show` (`docs/api.md`, "List Local Models" and
//! "Show Model Information"). Models differ only in their names, their digests,
//! and in that those with `embed` in their names create embeddings.

use memchr::memmem;

use crate::completion::{Models, fields};
use crate::error::Error;
use crate::json::{Escaped, object};
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};
use crate::util::excerpt;

/// The models if `llm_mock_models` is not set.
const KNOWN: [&str; 8] = [
    "llama3.2:latest",
    "llama3.1:8b",
    "qwen3:8b",
    "gemma3:4b",
    "mistral:latest",
    "deepseek-r1:8b",
    "gpt-oss:20b",
    "nomic-embed-text:latest",
];

/// The default tag of a name.
const LATEST: &[u8] = b":latest";

/// The size that every model has: that of Llama 3.2 with 3.2 billion
/// parameters.
const SIZE: &[u8] = b",\"size\":2019393189";
const MODIFIED_AT: &[u8] = b"\"modified_at\":\"2025-05-04T17:37:44.706015396Z\"";
const DETAILS: &[u8] = b"\"details\":{\"parent_model\":\"\",\"format\":\"gguf\",\
    \"family\":\"llama\",\"families\":[\"llama\"],\"parameter_size\":\"3.2B\",\
    \"quantization_level\":\"Q4_K_M\"}";
const MODEL_INFO: &[u8] = b"\"model_info\":{\"general.architecture\":\"llama\",\
    \"general.file_type\":15,\"general.parameter_count\":3212749888,\
    \"llama.context_length\":131072,\"llama.embedding_length\":3072}";

/// The prompt template. Clients search it for `.Tools` to find out whether a
/// model supports tools.
const TEMPLATE: &[u8] = br#"{{ .System }}{{ range .Tools }}{{ . }}{{ end }}{{ range .Messages }}{{ .Role }}: {{ .Content }}{{ end }}"#;

/// `GET /api/tags`
pub struct Tags;

impl DirectEndpoint for Tags {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let models = request.host.models()?;
        let mut out = b"{\"models\":[".to_vec();
        match models.names() {
            Some(names) => put_list(names.iter().map(Escaped::as_bytes), &mut out),
            None => put_list(KNOWN.iter().map(|name| name.as_bytes()), &mut out),
        }
        out.extend_from_slice(b"]}");
        Ok(out.into())
    }
}

/// `POST /api/show`
pub struct Show;

impl DirectEndpoint for Show {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let asked = model(request.body);
        let name = request.model(asked.as_deref())?;
        if asked.is_some() && !has(&*request.host.models()?, &name) {
            let name = excerpt::of_bytes(asked.unwrap_or_default().as_bytes());
            return Err(Error::new(404, format!("model '{name}' not found")));
        }
        let name = name.as_bytes();
        let parts = [
            b"{\"modelfile\":\"FROM ".as_slice(),
            name,
            b"\",\"template\":\"",
            TEMPLATE,
            b"\",",
            DETAILS,
            b",",
            MODEL_INFO,
            b",",
            capabilities(name),
            b",",
            MODIFIED_AT,
            b"}",
        ];
        Ok(parts.concat().into())
    }
}

/// Returns the model that a body names. Older clients send it as `name`.
fn model(body: &[u8]) -> Option<String> {
    let (mut model, mut name) = (None, None);
    let body = object::text(body);
    let is_object = object::read(&body, |key, value| match key {
        "model" => model = fields::model(value),
        "name" => name = fields::model(value),
        _ => {}
    });
    model.or(name).filter(|_| is_object)
}

/// Returns whether a list contains a model, with or without the tag `latest`.
fn has(models: &Models, name: &Escaped) -> bool {
    let tagged = full_name(name.as_bytes());
    let found = |names: &[Escaped]| names.iter().any(|it| full_name(it.as_bytes()) == tagged);
    models.names().is_none_or(found)
}

/// Returns a name with its tag.
fn full_name(name: &[u8]) -> Vec<u8> {
    let last = name.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    match last.contains(&b':') {
        true => name.to_vec(),
        false => [name, LATEST].concat(),
    }
}

fn put_list<'a>(names: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    for (nth, name) in names.enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        let name = full_name(name);
        let digest = digest(&name);
        let parts = [
            b"{\"name\":\"".as_slice(),
            &name,
            b"\",\"model\":\"",
            &name,
            b"\",",
            MODIFIED_AT,
            SIZE,
            b",\"digest\":\"",
            digest.as_bytes(),
            b"\",",
            DETAILS,
            b",",
            capabilities(&name),
            b"}",
        ];
        parts.iter().for_each(|part| out.extend_from_slice(part));
    }
}

fn capabilities(name: &[u8]) -> &'static [u8] {
    match memmem::find(name, b"embed") {
        Some(_) => b"\"capabilities\":[\"embedding\"]",
        None => b"\"capabilities\":[\"completion\",\"tools\"]",
    }
}

/// Returns 64 hexadecimal digits that depend on the name alone: four FNV-1a
/// hashes. The digest of a real model is the SHA-256 of a file, which does not
/// exist here.
fn digest(name: &[u8]) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let hash = |salt| {
        name.iter()
            .fold(add(OFFSET, salt), |hash, &byte| add(hash, byte))
    };
    (0..4).map(|salt| format!("{:016x}", hash(salt))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use serde_json::Value;

    fn answer(endpoint: &dyn DirectEndpoint, models: &Models, body: &str) -> Result<Value, Error> {
        let answer = testing::answer(endpoint, models, b"", body.as_bytes())?;
        Ok(serde_json::from_str(&answer).unwrap())
    }

    fn own() -> Models {
        Models::only([b"mine".as_slice(), b"org/my-embed:v1", b"a\"b"].into_iter())
    }

    #[test]
    fn the_list_has_ollamas_format() {
        insta::assert_snapshot!(testing::answer(&Tags, &own(), b"", b"").unwrap());
    }

    #[test]
    fn the_model_has_ollamas_format() {
        let body = br#"{"model":"llama3.2"}"#;
        insta::assert_snapshot!(testing::answer(&Show, &Models::default(), b"", body).unwrap());
    }

    #[test]
    fn each_listed_model_is_shown_and_has_its_own_digest() {
        let models = Models::default();
        let list = answer(&Tags, &models, "").unwrap();
        let list = list["models"].as_array().unwrap();
        assert_eq!(list.len(), KNOWN.len());
        let mut digests: Vec<_> = list
            .iter()
            .map(|it| it["digest"].as_str().unwrap())
            .collect();
        assert!(digests.iter().all(|digest| digest.len() == 64));
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), KNOWN.len());
        for model in list {
            let body = format!("{{\"model\":{}}}", model["model"]);
            let shown = answer(&Show, &models, &body).unwrap();
            assert_eq!(shown["capabilities"], model["capabilities"]);
            assert_eq!(shown["details"], model["details"]);
        }
    }

    #[test]
    fn unlisted_models_are_not_found() {
        for (body, found) in [
            (r#"{"model":"mine"}"#, true),
            (r#"{"model":"mine:latest"}"#, true),
            (r#"{"name":"mine"}"#, true),
            (r#"{"model":"org/my-embed:v1"}"#, true),
            (r#"{"model":"a\"b"}"#, true),
            (r#"{"model":"org/my-embed"}"#, false),
            (r#"{"model":"mine:v2"}"#, false),
            // The model of llm_mock_model.
            ("{}", true),
            ("nonsense", true),
        ] {
            assert_eq!(answer(&Show, &own(), body).is_ok(), found, "{body}");
        }
        let error = answer(&Show, &own(), r#"{"model":"x"}"#).unwrap_err();
        assert_eq!(
            (error.status, &*error.message),
            (404, "model 'x' not found")
        );
    }
}
