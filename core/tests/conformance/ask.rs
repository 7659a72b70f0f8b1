//! What a client gets, without a server: the reply to a request.

use std::sync::Arc;

use llm_mock_core::api::openai::error::Error;
use llm_mock_core::api::openai::models::Models;
use llm_mock_core::api::routes::{ROUTES, Routed, route};
use llm_mock_core::api::service::Service;
use llm_mock_core::api::{Endpoint, Generation, Method, Query};
use llm_mock_core::ask::{Client, StreamMode};
use llm_mock_core::batch::Batch;
use llm_mock_core::id;
use llm_mock_core::json::Escaped;
use llm_mock_core::reply::{Now, Reply, Settings};
use llm_mock_core::script::Script;
use llm_mock_core::stream::Poll;
use llm_mock_core::tokens::TokenizerMode;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde_json::Value;

const TEXT: &str = "Hello there, 世界! \"quoted\"\nand more.";
const NOW: Now = Now {
    monotonic: 0,
    unix: 1_800_000_000,
};

/// The body of the reply to a request with this body.
fn body(method: Method, path: &str, body: &Value) -> String {
    let sent = match body {
        Value::Null => Vec::new(),
        body => body.to_string().into_bytes(),
    };
    let settings = Settings {
        delay: 0,
        first_delay: 0,
        model: &Escaped::new(b"gpt-3.5-turbo"),
        models: &Models::only([b"gpt-4o".as_slice(), b"mine"].into_iter()),
        stream: StreamMode::Auto,
        tokenizer: TokenizerMode::Off,
    };
    let mut rng = SmallRng::seed_from_u64(1);
    let mut reply = match route(method, path.as_bytes()) {
        Routed::To(target) => match target.route.endpoint {
            Endpoint::Generate(dialect) => {
                let generation = Generation {
                    dialect,
                    ask: &dialect.ask(&sent),
                    client: Client {
                        is_api_client: true,
                    },
                    script: &Arc::new(Script::new(TEXT.as_bytes())),
                    settings: &settings,
                };
                Reply::compose(&generation, NOW, &mut rng)
            }
            Endpoint::Lookup(lookup) => {
                let query = Query {
                    name: target.name,
                    body: &sent,
                    unix: NOW.unix,
                    id: id::object("", &mut rng),
                    settings: &settings,
                };
                Reply::look_up(Service::OpenAi, lookup, &query, NOW.monotonic, &mut rng)
            }
            Endpoint::Fixed(json) => Reply::fixed(json, &mut rng),
        },
        Routed::NotAllowed(route) => {
            Reply::not_allowed(Service::OpenAi, method.name().as_bytes(), route, &mut rng)
        }
        Routed::NotFound | Routed::Preflight => {
            let error = Error::not_found(method.name().as_bytes(), path.as_bytes(), ROUTES);
            Reply::error(Service::OpenAi, &error, &mut rng)
        }
    };
    let mut all = Vec::new();
    loop {
        let mut out = Batch::new();
        let polled = reply.body.poll(NOW.monotonic, &mut out);
        all.extend_from_slice(out.as_bytes());
        match polled {
            Poll::Done => return String::from_utf8(all).unwrap(),
            Poll::Wait(_) => {}
            Poll::NoMemory => panic!("no memory"),
        }
    }
}

/// The object that a plain reply is.
pub fn plain(method: Method, path: &str, request: &Value) -> Value {
    let body = body(method, path, request);
    serde_json::from_str(&body).unwrap_or_else(|e| panic!("{e}: {body}"))
}

/// The objects of the stream that `request` gets, `[DONE]` left out.
pub fn events(path: &str, request: &Value) -> Vec<Value> {
    let mut request = request.clone();
    request["stream"] = true.into();
    let body = body(Method::Post, path, &request);
    let events = body.strip_suffix("\n\n").unwrap().split("\n\n");
    let data = events.map(|event| event.rsplit_once("data: ").unwrap().1);
    data.filter(|data| *data != "[DONE]")
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}
