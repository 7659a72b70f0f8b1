//! OpenAI's endpoints other than chat and responses: models, embeddings,
//! completions, moderations, and Azure's paths.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::request;
use crate::support::http::Response;
use crate::support::nginx::{Conf, Nginx};

/// Sends a GET request.
fn get(nginx: &Nginx, path: &str) -> Response {
    nginx.send(request("GET", path, &[]))
}

#[test]
fn llm_mock_models_lists_the_models() {
    let nginx = Nginx::with(&Conf {
        server: "llm_mock on; llm_mock_models gpt-4o 'org/my model';
            location /any/ { }
            location /other/ { llm_mock_models other; }
            location / { }",
        ..Conf::default()
    });
    let names = |path| -> Vec<String> {
        let list = get(&nginx, path).json();
        assert_eq!(list["object"], "list");
        let models = list["data"].as_array().unwrap();
        let name = |model: &Value| model["id"].as_str().unwrap().to_owned();
        models.iter().map(name).collect()
    };
    assert_eq!(names("/v1/models"), ["gpt-4o", "org/my model"]);
    assert_eq!(names("/any/v1/models?limit=20"), ["gpt-4o", "org/my model"]);
    assert_eq!(names("/other/models"), ["other"]);
    let one = get(&nginx, "/v1/models/org%2Fmy%20model");
    assert_eq!(one.status, 200);
    assert_eq!(one.header("content-type"), Some("application/json"));
    assert_eq!(one.json()["id"], "org/my model");
    assert_eq!(one.json()["object"], "model");
    let missing = get(&nginx, "/other/v1/models/gpt-4o");
    assert_eq!(missing.status, 404);
    assert_eq!(missing.json()["error"]["code"], "model_not_found");
}

#[test]
fn any_model_exists_by_default() {
    let nginx = Nginx::start("");
    let list = get(&nginx, "/v1/models").json();
    assert!(list["data"].as_array().unwrap().len() > 10);
    assert_eq!(get(&nginx, "/v1/models/mine").json()["id"], "mine");
}

#[test]
fn embeddings_are_unit_vectors_of_their_texts() {
    let nginx = Nginx::start("");
    let embed = |body: &Value| {
        let response = nginx.post("/v1/embeddings", body.to_string());
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("application/json"));
        response.json()
    };
    let texts = json!({"model": "text-embedding-3-small", "input": [
        "How do I reset my password?",
        "how can I reset a password",
        "The weather in Paris is fine",
        "How do I reset my password?",
    ]});
    let response = embed(&texts);
    assert_eq!(response["model"], "text-embedding-3-small");
    let vectors: Vec<Vec<f64>> = response["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| serde_json::from_value(item["embedding"].clone()).unwrap())
        .collect();
    let product = |a: usize, b: usize| -> f64 {
        vectors[a].iter().zip(&vectors[b]).map(|(a, b)| a * b).sum()
    };
    assert!(vectors.iter().all(|vector| vector.len() == 1536));
    assert!((product(0, 0) - 1.0).abs() < 1e-6);
    assert_eq!(vectors[0], vectors[3]);
    assert!(product(0, 1) > product(0, 2) + 0.2);
    let encoded = embed(&json!({"input": "a", "encoding_format": "base64", "dimensions": 3}));
    assert_eq!(encoded["data"][0]["embedding"].as_str().unwrap().len(), 16);
}

#[test]
fn embeddings_accept_2048_inputs() {
    let nginx = Nginx::start("");
    let body = |len| json!({"input": vec!["text"; len], "model": "text-embedding-3-large"});
    let response = nginx.post("/v1/embeddings", body(2048).to_string());
    // A large response is sent in chunks.
    assert_eq!(response.header("content-length"), None);
    let json = response.json();
    let data = json["data"].as_array().unwrap();
    assert_eq!(data.len(), 2048);
    assert_eq!(data[2047]["index"], 2047);
    assert_eq!(data[2047]["embedding"].as_array().unwrap().len(), 3072);
    let refused = nginx.post("/v1/embeddings", body(2049).to_string());
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["error"]["param"], "input");
}

#[test]
fn embeddings_and_moderations_wait_for_the_first_delay_only() {
    let nginx = Nginx::start("llm_mock_first_delay 60ms; llm_mock_delay 20s;");
    for (path, body) in [
        ("/v1/embeddings", r#"{"input":["a","b"]}"#),
        ("/v1/moderations", r#"{"input":["a","b"]}"#),
    ] {
        let sent_at = Instant::now();
        let response = nginx.post(path, body);
        assert_eq!(response.status, 200);
        // nginx's clock counts whole milliseconds.
        assert!(
            response.first_byte_at - sent_at >= Duration::from_millis(59),
            "{path}"
        );
        assert!(
            response.last_byte_at - sent_at < Duration::from_secs(10),
            "{path}"
        );
    }
}

#[test]
fn completions_are_plain_unless_a_stream_is_requested() {
    let nginx = Nginx::start("llm_mock_delay 0; llm_mock_reply 'one two';");
    let plain = nginx.post(
        "/v1/completions",
        r#"{"prompt":["a ","b "],"n":2,"echo":true}"#,
    );
    assert_eq!(plain.header("content-type"), Some("application/json"));
    let response = plain.json();
    assert_eq!(response["object"], "text_completion");
    assert!(response["id"].as_str().unwrap().starts_with("cmpl-"));
    let texts: Vec<_> = response["choices"].as_array().unwrap().iter().collect();
    let texts: Vec<_> = texts.iter().map(|choice| &choice["text"]).collect();
    assert_eq!(texts, ["a one two", "a one two", "b one two", "b one two"]);
    let body = r#"{"prompt":"a ","stream":true,"stream_options":{"include_usage":true}}"#;
    let streamed = nginx.post("/v1/completions", body);
    assert_eq!(streamed.header("content-type"), Some("text/event-stream"));
    let events: Vec<&str> = streamed.text().split_terminator("\n\n").collect();
    assert_eq!(events.last(), Some(&"data: [DONE]"));
    let chunks: Vec<Value> = events[..events.len() - 1]
        .iter()
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect();
    let text = |chunk: &Value| chunk["choices"][0]["text"].as_str().map(str::to_owned);
    let completion: String = chunks.iter().filter_map(text).collect();
    assert_eq!(completion, "one two");
    assert_eq!(chunks[chunks.len() - 1]["usage"]["completion_tokens"], 2);
    let always = Nginx::start("llm_mock_delay 0; llm_mock_stream always;");
    let response = always.post("/v1/completions", "{}");
    assert_eq!(response.header("content-type"), Some("text/event-stream"));
}

#[test]
fn moderations_flag_a_text_that_names_a_category() {
    let nginx = Nginx::start("");
    let body = json!({"input": ["a nice day", "violence!"]}).to_string();
    let response = nginx.post("/v1/moderations", body).json();
    assert!(response["id"].as_str().unwrap().starts_with("modr-"));
    let flags: Vec<_> = response["results"].as_array().unwrap().iter().collect();
    let flags: Vec<_> = flags.iter().map(|result| &result["flagged"]).collect();
    assert_eq!(flags, [false, true]);
}

#[test]
fn azure_deployment_is_the_default_model() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for (endpoint, body) in [
        ("chat/completions", r#"{"messages":[],"stream":false}"#),
        ("completions", r#"{"prompt":"a"}"#),
        ("embeddings", r#"{"input":"a"}"#),
    ] {
        let path = format!("/openai/deployments/my%22own/{endpoint}?api-version=2024-10-21");
        let response = nginx.post(&path, body);
        assert_eq!(response.json()["model"], "my\"own", "{endpoint}");
        let named = body.replacen('{', r#"{"model":"named","#, 1);
        assert_eq!(nginx.post(&path, named).json()["model"], "named");
    }
}

#[test]
fn invalid_bodies_are_answered() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let long = json!({"input": "word ".repeat(80_000), "prompt": "x".repeat(400_000)});
    let long = long.to_string();
    for path in ["/v1/embeddings", "/v1/completions", "/v1/moderations"] {
        for body in [
            "",
            "no JSON",
            "[]",
            "{\"input\":[[[]]]}",
            "{\"prompt\":{}}",
            &long,
        ] {
            let response = nginx.post(path, body);
            assert_eq!(response.status, 200, "{path}");
            assert!(response.json().is_object());
        }
    }
}

#[test]
fn mistrals_fim_has_a_message() {
    let nginx = Nginx::start("llm_mock_delay 0; llm_mock_reply 'return a + b';");
    let body = json!({"model": "codestral", "prompt": "def f(a, b):", "suffix": "f(1, 2)"});
    let whole = nginx.post("/v1/fim/completions", &body).json();
    assert_eq!(whole["object"], "chat.completion");
    assert_eq!(whole["choices"][0]["message"]["content"], "return a + b");

    let mut body = body;
    body["stream"] = json!(true);
    let stream = nginx.post("/v1/fim/completions", &body);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    let events: Vec<_> = stream.text().trim_end().split("\n\n").collect();
    let (done, chunks) = events.split_last().unwrap();
    assert_eq!(*done, "data: [DONE]");
    let chunks = chunks.iter().map(|it| it.strip_prefix("data: ").unwrap());
    let chunks: Vec<Value> = chunks.map(|it| serde_json::from_str(it).unwrap()).collect();
    let content = chunks
        .iter()
        .map(|it| &it["choices"][0]["delta"]["content"]);
    let content: String = content.map(|it| it.as_str().unwrap()).collect();
    assert_eq!(content, "return a + b");
    assert_eq!(chunks.last().unwrap()["usage"], whole["usage"]);
}
