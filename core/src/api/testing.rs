//! What tests of endpoints share.

use std::sync::Arc;

use super::openai::error::Error;
use super::openai::models::Models;
use super::{Answer, Dialect, Lookup, Query, Said};
use crate::ask::{Ask, StreamMode};
use crate::batch::Batch;
use crate::composing;
use crate::id::Id;
use crate::json::Escaped;
use crate::reply::Settings;
use crate::script::Script;
use crate::stream::Frames;
use crate::tokens::TokenizerMode;
use rand::SeedableRng;
use rand::rngs::SmallRng;

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
        id: Id::fixed("", "123"),
        settings: &Settings {
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
        Answer::Parts(frames) => return Ok(steps(&*frames).concat()),
    };
    Ok(String::from_utf8(body).unwrap())
}

/// Hands what `model` says to `ask`, with `text` for the text, to `f`.
pub fn said<T>(
    dialect: &dyn Dialect,
    model: &str,
    text: &str,
    ask: &Ask,
    f: impl FnOnce(&Said) -> T,
) -> T {
    let script = Arc::new(Script::new(text.as_bytes()));
    let mut rng = SmallRng::seed_from_u64(1);
    f(&Said {
        id: Id::fixed(dialect.id_prefix(), "123"),
        created: 1_234_567_890,
        model: &Escaped::new(model.as_bytes()),
        saying: composing::saying(dialect, ask, &script, &mut rng),
        choices: ask.choices,
        prompt_tokens: 9,
        include_usage: ask.include_usage,
        ask,
    })
}

/// What is sent at each step.
pub fn steps(frames: &dyn Frames) -> Vec<String> {
    (0..frames.steps())
        .map(|step| {
            let mut out = Batch::new();
            frames.render(step, &mut out);
            String::from_utf8(out.as_bytes().to_vec()).unwrap()
        })
        .collect()
}
