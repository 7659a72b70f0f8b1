//! `POST /api/embed` (`docs/api.md`, "Generate Embeddings").

use super::lines::nanoseconds;
use crate::completion::Inputs;
use crate::completion::embedding::Embedding;
use crate::completion::fields::{dimensions, model};
use crate::engine::{Body, BoxedBody, Buffer};
use crate::error::Error;
use crate::json::{Digits, Value, object};
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};
use crate::util::time::Micros;

/// The default length of a vector, which is that of `nomic-embed-text`.
const DIMENSIONS: usize = 768;

/// `POST /api/embed`
pub struct Embed;

impl DirectEndpoint for Embed {
    fn answer(&self, request: &DirectRequest) -> Result<Answer, Error> {
        let asked = read(request.body);
        let inputs = asked.inputs;
        if inputs.count() > Inputs::MOST {
            return Err(Error::too_long("input", Inputs::MOST, inputs.count()));
        }
        let tokens = match request.encoding(asked.model.as_deref())? {
            Some(encoding) => inputs.tokens_in(encoding),
            None => inputs.tokens(),
        };
        let model = request.model(asked.model.as_deref())?;
        Ok(Answer::Steps(BoxedBody::new(Vectors {
            head: [b"{\"model\":\"", model.as_bytes(), b"\",\"embeddings\":["].concat(),
            dimensions: asked.dimensions.unwrap_or(DIMENSIONS),
            duration: request.timing.elapsed(0),
            tokens,
            inputs,
        })))
    }
}

/// The fields of a request.
#[derive(Default)]
struct Asked {
    model: Option<String>,
    inputs: Inputs,
    dimensions: Option<usize>,
}

fn read(body: &[u8]) -> Asked {
    let body = object::text(body);
    let mut asked = Asked::default();
    let is_object = object::read(&body, |key, value| match key {
        "model" => asked.model = model(value),
        "input" => asked.inputs = inputs(value),
        "dimensions" => asked.dimensions = dimensions(value),
        _ => {}
    });
    if is_object { asked } else { Asked::default() }
}

/// Reads the inputs. An empty string is no input.
fn inputs(value: Value) -> Inputs {
    let value = Some(value).filter(|it| !it.is(""));
    value.and_then(Inputs::read).unwrap_or_default()
}

/// A body that renders one vector per step, because all vectors together may
/// take 75 MB.
struct Vectors {
    /// The response up to the first vector.
    head: Vec<u8>,
    inputs: Inputs,
    dimensions: usize,
    duration: Micros,
    tokens: u64,
}

impl Body for Vectors {
    fn steps(&self) -> usize {
        self.inputs.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Buffer) {
        out.put(if step == 0 { &self.head } else { b"," });
        if let Some(input) = self.inputs.get(step) {
            Embedding::of(input, self.dimensions).put_numbers(out);
        }
        if step + 1 == self.steps() {
            out.put(b"],\"total_duration\":");
            out.put(Digits::of(nanoseconds(self.duration)).as_bytes());
            out.put(b",\"load_duration\":0,\"prompt_eval_count\":");
            out.put(Digits::of(self.tokens).as_bytes());
            out.put(b"}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Models;
    use crate::testing;
    use serde_json::Value;

    fn text(body: &str) -> String {
        testing::answer(&Embed, &Models::default(), b"", body.as_bytes()).unwrap()
    }

    fn vectors(body: &str) -> Vec<Vec<f64>> {
        let response: Value = serde_json::from_str(&text(body)).unwrap();
        serde_json::from_value(response["embeddings"].clone()).unwrap()
    }

    #[test]
    fn the_response_has_ollamas_format() {
        insta::assert_snapshot!(text(
            r#"{"model":"nomic-embed-text","input":["why?","because"],"dimensions":4}"#
        ));
    }

    #[test]
    fn each_input_gets_a_unit_vector() {
        for (body, count, dimensions) in [
            (r#"{"input":"hello"}"#, 1, 768),
            (r#"{"input":["a","b","c"],"dimensions":7}"#, 3, 7),
            (r#"{"input":""}"#, 0, 0),
            (r#"{"input":[]}"#, 0, 0),
            (r#"{"input":7}"#, 0, 0),
            ("{}", 0, 0),
            ("nonsense", 0, 0),
        ] {
            let vectors = vectors(body);
            assert_eq!(vectors.len(), count, "{body}");
            for vector in vectors {
                assert_eq!(vector.len(), dimensions, "{body}");
                let squares: f64 = vector.iter().map(|it| it * it).sum();
                assert!((squares - 1.0).abs() < 1e-5, "{body}");
            }
        }
    }

    #[test]
    fn too_many_inputs_are_refused() {
        let body = serde_json::json!({"input": vec!["a"; Inputs::MOST + 1]}).to_string();
        let answer = testing::answer(&Embed, &Models::default(), b"", body.as_bytes());
        assert_eq!(answer.unwrap_err().status, 400);
    }
}
