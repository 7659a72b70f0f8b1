//! What tests of endpoints share.

use std::sync::Arc;

use super::openai::error::Error;
use super::openai::models::Models;
use super::{Answer, Lookup, Query};
use crate::ask::StreamMode;
use crate::batch::Batch;
use crate::json::Escaped;
use crate::reply::Settings;
use crate::script::Script;
use crate::tokens::TokenizerMode;

/// The body of the reply to a query.
pub fn ask(
    lookup: &dyn Lookup,
    models: &Models,
    name: &[u8],
    body: &[u8],
) -> Result<String, Error> {
    let query = Query {
        name,
        body,
        unix: 1_234_567_890,
        id: "123",
        settings: &Settings {
            script: Arc::new(Script::new(b"")),
            delay: 0,
            first_delay: 0,
            model: &Escaped::new(b"gpt-3.5-turbo"),
            models,
            stream: StreamMode::Auto,
            tokenizer: TokenizerMode::Off,
        },
    };
    let body = match lookup.answer(&query)? {
        Answer::Whole(body) => body,
        Answer::Parts(frames) => {
            let mut out = Batch::new();
            for step in 0..frames.steps() {
                frames.render(step, &mut out);
            }
            out.as_bytes().to_vec()
        }
    };
    Ok(String::from_utf8(body).unwrap())
}
