//! Embeddings (API reference, "Embeddings"): the `list` and `embedding`
//! objects.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::completion::Inputs;
use crate::completion::embedding::Embedding;
use crate::completion::fields::{dimensions, model};
use crate::engine::{Body, BoxedBody, Buffer};
use crate::error::Error;
use crate::json::{Digits, Escaped, Value, object};
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};

/// `POST /v1/embeddings`
pub struct Embeddings;

impl DirectEndpoint for Embeddings {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let asked = read(request.body);
        let inputs = asked.inputs.unwrap_or_else(Inputs::empty);
        if inputs.count() > Inputs::MOST {
            return Err(Error::too_long("input", Inputs::MOST, inputs.count()));
        }
        let model = asked.model.as_deref();
        let tokens = match request.encoding(model)? {
            Some(encoding) => inputs.tokens_in(encoding),
            None => inputs.tokens(),
        };
        let model = request.model(model)?;
        Ok(Answer::Steps(BoxedBody::new(Vectors {
            dimensions: asked.dimensions.unwrap_or_else(|| usual_dimensions(&model)),
            is_base64: asked.is_base64,
            tail: tail(&model, tokens),
            inputs,
        })))
    }
}

/// The fields of a request.
#[derive(Default)]
struct Asked {
    model: Option<String>,
    inputs: Option<Inputs>,
    dimensions: Option<usize>,
    is_base64: bool,
}

fn read(body: &[u8]) -> Asked {
    let body = object::text(body);
    let mut asked = Asked::default();
    let is_object = object::read(&body, |key, value| match key {
        "model" => asked.model = model(value),
        "input" => asked.inputs = Inputs::read(value),
        "dimensions" => asked.dimensions = dimensions(value),
        "encoding_format" => asked.is_base64 = is_base64(value),
        _ => {}
    });
    if is_object { asked } else { Asked::default() }
}

fn is_base64(value: Value) -> bool {
    // Longer values cannot match and are not copied.
    value.is("base64")
}

/// Returns the default length of a model's vectors: `text-embedding-3-large`
/// has 3,072 dimensions, `text-embedding-3-small` and `text-embedding-ada-002`
/// have 1,536.
fn usual_dimensions(model: &Escaped) -> usize {
    const LARGE: &[u8] = b"3-large";
    let mut places = model.as_bytes().windows(LARGE.len());
    if places.any(|at| at == LARGE) {
        3072
    } else {
        1536
    }
}

/// Renders the end of the response, after the vectors.
fn tail(model: &Escaped, tokens: u64) -> Vec<u8> {
    const FIXED: usize = 100;
    let mut out = Vec::with_capacity(FIXED + model.as_bytes().len());
    out.extend_from_slice(b"],\"model\":\"");
    out.extend_from_slice(model.as_bytes());
    out.extend_from_slice(b"\",\"usage\":{\"prompt_tokens\":");
    out.extend_from_slice(Digits::of(tokens).as_bytes());
    out.extend_from_slice(b",\"total_tokens\":");
    out.extend_from_slice(Digits::of(tokens).as_bytes());
    out.extend_from_slice(b"}}");
    out
}

/// The body of a response with one vector per step. Each vector is computed
/// when its step is sent: all vectors together may take 75 MB, and half a
/// second of a worker's time.
struct Vectors {
    inputs: Inputs,
    dimensions: usize,
    is_base64: bool,
    tail: Vec<u8>,
}

impl Body for Vectors {
    fn steps(&self) -> usize {
        self.inputs.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Buffer) {
        if step == 0 {
            out.put(b"{\"object\":\"list\",\"data\":[");
        } else {
            out.put(b",");
        }
        if let Some(input) = self.inputs.get(step) {
            let vector = Embedding::of(input, self.dimensions);
            out.put(b"{\"object\":\"embedding\",\"index\":");
            out.put(Digits::of(step as u64).as_bytes());
            out.put(b",\"embedding\":");
            if self.is_base64 {
                put_base64(&vector.rounded(), out);
            } else {
                vector.put_numbers(out);
            }
            out.put(b"}");
        }
        if step + 1 == self.steps() {
            out.put(&self.tail);
        }
    }
}

/// Writes the values as 32-bit little-endian floating-point numbers in base64.
fn put_base64(values: &[f32], out: &mut Buffer) {
    /// The bytes of this many values are a multiple of three.
    const GROUP: usize = 48;
    const BYTES: usize = GROUP * size_of::<f32>();
    out.put(b"\"");
    for group in values.chunks(GROUP) {
        let mut bytes = [0; BYTES];
        let mut text = [0; BYTES / 3 * 4];
        let mut len = 0;
        for (slot, &value) in bytes.chunks_exact_mut(size_of::<f32>()).zip(group) {
            slot.copy_from_slice(&value.to_le_bytes());
            len += slot.len();
        }
        let bytes = bytes.get(..len).unwrap_or_default();
        let len = STANDARD.encode_slice(bytes, &mut text).unwrap_or_default();
        out.put(text.get(..len).unwrap_or_default());
    }
    out.put(b"\"");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Models;
    use crate::providers::openai::OpenAi;
    use crate::providers::provider::Provider;
    use crate::testing;
    use serde_json::{Value, json};

    fn embed(body: &str) -> Value {
        serde_json::from_str(&text(body)).unwrap()
    }

    fn text(body: &str) -> String {
        testing::answer(&Embeddings, &Models::default(), b"", body.as_bytes()).unwrap()
    }

    fn vector(item: &Value) -> Vec<f64> {
        let values = item["embedding"].as_array().unwrap();
        values.iter().map(|v| v.as_f64().unwrap()).collect()
    }

    #[test]
    fn the_response_has_openais_format() {
        let body = r#"{"model":"m","input":["hi","你好"],"dimensions":4}"#;
        insta::assert_snapshot!(text(body));
        let body = r#"{"input":[1,2],"dimensions":4,"encoding_format":"base64"}"#;
        insta::assert_snapshot!(text(body));
    }

    #[test]
    fn fields_of_a_request_determine_the_response() {
        for (body, items, dimensions, tokens) in [
            (r#"{"input":"hello"}"#, 1, 1536, 2),
            (
                r#"{"input":["a","b"],"model":"text-embedding-3-small"}"#,
                2,
                1536,
                2,
            ),
            (
                r#"{"input":[1,2,3],"model":"text-embedding-3-large"}"#,
                1,
                3072,
                3,
            ),
            (r#"{"input":[[1],[2,3]],"dimensions":7}"#, 2, 7, 3),
            (r#"{"input":"a","dimensions":0}"#, 1, 1536, 1),
            (r#"{"input":"a","dimensions":"9"}"#, 1, 1536, 1),
            (r#"{"input":"a","dimensions":99999}"#, 1, 4096, 1),
            (r#"{"input":"a","encoding_format":"float"}"#, 1, 1536, 1),
            (r#"{"input":"a","encoding_format":7}"#, 1, 1536, 1),
            (r#"{"input":{}}"#, 1, 1536, 0),
            ("{}", 1, 1536, 0),
            ("no JSON", 1, 1536, 0),
            (r#"{"input":"a"} "#, 1, 1536, 1),
            (r#"{"input":"a"}}"#, 1, 1536, 0),
        ] {
            let response = embed(body);
            let data = response["data"].as_array().unwrap();
            assert_eq!(data.len(), items, "{body}");
            for (index, item) in data.iter().enumerate() {
                assert_eq!(item["index"], index);
                assert_eq!(item["object"], "embedding");
                assert_eq!(vector(item).len(), dimensions, "{body}");
                let squares: f64 = vector(item).iter().map(|v| v * v).sum();
                assert!((squares - 1.0).abs() < 1e-5);
            }
            let usage = json!({"prompt_tokens": tokens, "total_tokens": tokens});
            assert_eq!(response["usage"], usage, "{body}");
        }
        assert_eq!(embed(r#"{"input":[]}"#)["data"], json!([]));
        assert_eq!(embed(r#"{"model":"a\"b"}"#)["model"], "a\"b");
        assert_eq!(embed("{}")["model"], "gpt-3.5-turbo");
    }

    #[test]
    fn both_encoding_formats_hold_the_same_values() {
        for dimensions in [1, 2, 3, 4, 48, 49, 1536] {
            let input = json!({"input": "The same text", "dimensions": dimensions});
            let numbers = embed(&input.to_string());
            let mut input = input;
            input["encoding_format"] = "base64".into();
            let coded = embed(&input.to_string());
            let coded = coded["data"][0]["embedding"].as_str().unwrap();
            let bits: Vec<u8> = coded
                .bytes()
                .filter(|&c| c != b'=')
                .flat_map(|c| {
                    let alphabet =
                        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                    let six = alphabet.iter().position(|&a| a == c).unwrap();
                    (0..6).rev().map(move |bit| (six >> bit & 1) as u8)
                })
                .collect();
            let bytes: Vec<u8> = bits
                .chunks_exact(8)
                .map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit))
                .collect();
            let coded: Vec<f32> = bytes
                .chunks_exact(4)
                .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
                .collect();
            let numbers = vector(&numbers["data"][0]);
            let numbers: Vec<f32> = numbers.iter().map(|&v| v as f32).collect();
            assert_eq!(coded, numbers);
        }
    }

    #[test]
    fn too_many_inputs_are_refused_with_openais_message() {
        let body = |len| json!({"input": vec!["a"; len], "dimensions": 1}).to_string();
        let inputs = read(body(Inputs::MOST).as_bytes()).inputs.unwrap();
        assert_eq!((inputs.len(), inputs.count()), (2048, 2048));
        let models = Models::default();
        let refused = testing::answer(&Embeddings, &models, b"", body(3000).as_bytes());
        let error = refused.unwrap_err();
        assert_eq!(error.status, 400);
        let error: Value = serde_json::from_slice(&OpenAi.error_body(&error, b"")).unwrap();
        assert_eq!(
            error["error"],
            json!({
                "message": "Invalid 'input': array too long. Expected an array with maximum \
                            length 2048, but got an array with length 3000 instead.",
                "type": "invalid_request_error",
                "param": "input",
                "code": "array_above_max_length",
            })
        );
    }
}
