//! Ollama's chat, generate, embed, tags, show and version.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::client::{post, request};
use crate::support::http::Response;
use crate::support::nginx::{Conf, Nginx};

const REPLY: &str = "llm_mock_delay 0; llm_mock_reply 'say \"hi\" to all';";
const TEXT: &str = "say \"hi\" to all";

fn lines(response: &Response) -> Vec<Value> {
    assert_eq!(
        response.header("content-type"),
        Some("application/x-ndjson")
    );
    let text = response.text().strip_suffix('\n').unwrap();
    text.split('\n')
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn chat_and_generate_stream_lines_or_send_one_object() {
    let nginx = Nginx::start(REPLY);
    let chat = json!({"model": "llama3.2", "messages": [{"role": "user", "content": "hi"}]});
    let generate = json!({"model": "llama3.2", "prompt": "hi"});
    for (path, mut body, content) in [
        ("/api/chat", chat, "/message/content"),
        ("/proxy/api/generate", generate, "/response"),
    ] {
        // SDKs ask for JSON in streams, too.
        let headers = [
            ("Accept", "application/json"),
            ("Authorization", "Bearer key"),
        ];
        let stream = lines(&nginx.send(post(path, &headers, body.to_string())));
        body["stream"] = false.into();
        let plain = nginx.post(path, &body);
        assert_eq!(plain.header("content-type"), Some("application/json"));
        let plain = plain.json();
        let text = |object: &Value| {
            object
                .pointer(content)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(text(&plain), TEXT);
        assert_eq!(stream.iter().map(text).collect::<String>(), TEXT);
        let (last, others) = stream.split_last().unwrap();
        assert_eq!(others.len(), 4);
        assert!(others.iter().all(|line| line["done"] == false), "{path}");
        for object in [last, &plain] {
            assert_eq!(object["model"], "llama3.2");
            assert_eq!(object["done"], true);
            assert_eq!(object["done_reason"], "stop");
            assert_eq!(object["eval_count"], 4);
        }
    }
}

#[test]
fn durations_and_times_are_those_of_the_directives() {
    let nginx = Nginx::start(
        "llm_mock_first_delay 40ms; llm_mock_delay 20ms; llm_mock_reply 'one two three';",
    );
    let unix = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let before = unix(SystemTime::now());
    let response = nginx.post("/api/generate", json!({"model": "m", "prompt": "hi"}));
    let after = unix(SystemTime::now());
    let lines = lines(&response);
    let last = lines.last().unwrap();
    assert_eq!(last["prompt_eval_duration"], 40_000_000);
    assert_eq!(last["eval_duration"], 40_000_000);
    assert_eq!(last["total_duration"], 80_000_000);
    let micros = |line: &Value| -> u64 {
        // 2026-08-04T08:52:19.250000Z
        let time = line["created_at"].as_str().unwrap();
        let number = |at: std::ops::Range<usize>| time[at].parse::<u64>().unwrap();
        assert_eq!(time.len(), 27, "{time}");
        let minutes = number(11..13) * 60 + number(14..16);
        (minutes * 60 + number(17..19)) * 1_000_000 + number(20..26)
    };
    const DAY: u64 = 24 * 60 * 60;
    let times: Vec<_> = lines.iter().map(micros).collect();
    let second = times[0] / 1_000_000;
    let allowed = before.saturating_sub(1)..=after;
    assert!(
        allowed.clone().any(|it| it % DAY == second),
        "{second} {allowed:?}"
    );
    let since_first = |time: &u64| (time + DAY * 1_000_000 - times[0]) % (DAY * 1_000_000);
    let gaps: Vec<_> = times.iter().map(since_first).collect();
    assert_eq!(gaps, [0, 20_000, 40_000, 40_000]);
}

#[test]
fn a_tool_call_is_one_line() {
    let nginx = Nginx::start(REPLY);
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [
        {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object",
            "properties": {"city": {"const": "Tokyo"}}, "required": ["city"]}}}]});
    let lines = lines(&nginx.post("/api/chat", &body));
    assert_eq!(lines.len(), 2);
    let function = &lines[0]["message"]["tool_calls"][0]["function"];
    assert_eq!(function["name"], "get_weather");
    assert_eq!(function["arguments"], json!({"city": "Tokyo"}));
    assert_eq!(lines[1]["done_reason"], "stop");
}

#[test]
fn models_are_those_of_the_location() {
    let nginx = Nginx::start("llm_mock_models mine other:7b;");
    let tags = nginx.send(request("GET", "/api/tags", &[])).json();
    let models = tags["models"].as_array().unwrap().iter();
    let names: Vec<_> = models.map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["mine:latest", "other:7b"]);
    let shown = nginx.post("/api/show", json!({"model": "mine"}));
    assert_eq!(shown.status, 200);
    assert!(shown.json()["model_info"].is_object());
    let unknown = nginx.post("/api/show", json!({"model": "x"}));
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.json(), json!({"error": "model 'x' not found"}));
    let version = nginx.send(request("GET", "/api/version", &[])).json();
    assert!(version["version"].is_string());
}

#[test]
fn embeddings_are_unit_vectors() {
    let nginx = Nginx::start("");
    let body = json!({"model": "m", "input": ["one", "two"], "dimensions": 8});
    let reply = nginx.post("/api/embed", &body).json();
    let vectors: Vec<Vec<f64>> = serde_json::from_value(reply["embeddings"].clone()).unwrap();
    assert_eq!(vectors.len(), 2);
    for vector in vectors {
        assert_eq!(vector.len(), 8);
        let squares: f64 = vector.iter().map(|it| it * it).sum();
        assert!((squares - 1.0).abs() < 1e-5);
    }
}

#[test]
fn errors_are_ollamas() {
    let nginx = Nginx::with(&Conf {
        server: "
            location / { llm_mock on; llm_mock_validate strict; }
            location /busy/ { return 503; }
            error_page 503 /llm_mock_error;
            location = /llm_mock_error { internal; llm_mock on; }",
        ..Conf::default()
    });
    for (method, path, status) in [
        ("GET", "/api/chat", 405),
        ("POST", "/api/pull", 404),
        ("POST", "/busy/api/chat", 503),
        ("POST", "/api/chat", 400),
    ] {
        let response = nginx.send(request(method, path, &[]));
        assert_eq!(response.status, status, "{path}");
        let error = response.json();
        assert!(error["error"].is_string(), "{path} {error}");
    }
    let body = r#"{"model":"m","messages":[{"role":"user","content":7}]}"#;
    assert_eq!(
        nginx.post("/api/chat", body).json()["error"],
        "json: cannot unmarshal number into Go struct field ChatRequest.messages.content of type \
         string"
    );
}
