//! What core does for a request and for a chunk, without nginx, in pieces that
//! can be measured: the time by `cargo bench -p llm-mock-work`, the
//! instructions by `bench/instructions`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use llm_mock_core::api::openai::chat::Chat;
use llm_mock_core::api::openai::models::Models;
use llm_mock_core::api::{Dialect, Generation, Said};
use llm_mock_core::ask::{Client, StreamMode};
use llm_mock_core::batch::Batch;
use llm_mock_core::id;
use llm_mock_core::json::Escaped;
use llm_mock_core::pace::Pace;
use llm_mock_core::reply::{Now, Reply, Settings};
use llm_mock_core::saying::Saying;
use llm_mock_core::script::Script;
use llm_mock_core::stream::{Frames, Poll, Stream};
use llm_mock_core::tokens::TokenizerMode;
use llm_mock_core::wheel::{SPAN, Wheel};
use rand::SeedableRng;
use rand::rngs::SmallRng;

const TEXT: &[u8] = b"powered by openai";
const BODY: &str =
    r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":true}"#;

/// One piece of work.
pub struct Work {
    /// What it is called.
    pub name: &'static str,
    /// How many bytes one round goes through, where that says something.
    pub bytes: Option<u64>,
    /// Does it once.
    pub round: Box<dyn FnMut()>,
}

/// All that core does.
pub fn all() -> Vec<Work> {
    vec![
        render(),
        parse(),
        parse_long(),
        compose(),
        schedule(),
        wheel(),
    ]
}

/// What others would do in the place of some of it.
pub fn others() -> Vec<Work> {
    vec![copy(), parse_into_tree(), tree()]
}

fn work(name: &'static str, mut round: impl FnMut() + 'static) -> Work {
    let bytes = None;
    // One round before all: the first one sets up what is there once.
    round();
    Work {
        name,
        bytes,
        round: Box::new(round),
    }
}

fn render() -> Work {
    let ask = Chat.ask(BODY.as_bytes());
    let frames = Chat.stream(&Said {
        id: id::object("chatcmpl-", &mut SmallRng::seed_from_u64(1)),
        created: 1_795_353_146,
        model: &Escaped::new(b"gpt-4o"),
        saying: Saying::new(&Arc::new(Script::new(TEXT)), &ask.limits),
        choices: 1,
        prompt_tokens: 9,
        include_usage: false,
        ask: &ask,
    });
    let mut out = Batch::new();
    work("render a chunk", move || {
        out.clear();
        frames.render(black_box(1), &mut out);
        black_box(out.as_bytes());
    })
}

fn parse() -> Work {
    work("parse a request", || {
        black_box(Chat.ask(black_box(BODY.as_bytes())));
    })
}

/// A prompt of about a megabyte, with as many escapes as prose has.
fn long() -> String {
    const LINE: &str = "A line of a prompt has many words, and some of them stand in quotes: \
        \\\"like these\\\", which are escaped, as its end is.\\n";
    BODY.replace("hi", &LINE.repeat(8_000))
}

fn parse_long() -> Work {
    let long = long();
    Work {
        bytes: Some(long.len() as u64),
        ..work("parse a request of 1 MB", move || {
            black_box(Chat.ask(black_box(long.as_bytes())));
        })
    }
}

/// The speed of memory.
fn copy() -> Work {
    let long = long();
    let mut copy = vec![0; long.len()];
    Work {
        bytes: Some(long.len() as u64),
        ..work("a copy of the same", move || {
            copy.copy_from_slice(black_box(long.as_bytes()));
            black_box(&copy);
        })
    }
}

fn parse_into_tree() -> Work {
    let long = long();
    Work {
        bytes: Some(long.len() as u64),
        ..work("the same with serde_json's Value", move || {
            black_box(serde_json::from_slice::<serde_json::Value>(black_box(long.as_bytes())).ok());
        })
    }
}

fn compose() -> Work {
    let (model, models) = (Escaped::new(b"gpt-3.5-turbo"), Models::default());
    let script = Arc::new(Script::new(TEXT));
    let now = Now {
        monotonic: 1_000_000,
        unix: 1_795_353_146,
    };
    let mut rng = SmallRng::seed_from_u64(1);
    work("read a request and compose its reply", move || {
        let settings = Settings {
            delay: 50_000,
            first_delay: 0,
            model: &model,
            models: &models,
            stream: StreamMode::Auto,
            tokenizer: TokenizerMode::Off,
        };
        let generation = Generation {
            dialect: &Chat,
            ask: &Chat.ask(black_box(BODY.as_bytes())),
            client: Client::default(),
            script: &script,
            settings: &settings,
        };
        black_box(Reply::compose(&generation, now, &mut rng));
    })
}

fn schedule() -> Work {
    /// Nothing is rendered: what is left is the schedule.
    struct Silent;
    impl Frames for Silent {
        fn steps(&self) -> usize {
            1_000
        }
        fn render(&self, _step: usize, _out: &mut Batch) {}
    }
    work("the schedule of 1,000 chunks", || {
        let mut stream = Stream::new(Silent, Pace::new(0, 0, 50_000));
        let mut out = Batch::new();
        let mut now = 0;
        while let Poll::Wait(due) = stream.poll(black_box(now), &mut out) {
            now = due;
        }
    })
}

const SLEEPERS: u64 = 10_000;
const DELAY: u64 = 50;

/// Each of so many streams wakes once, and goes to sleep for 50 ms again.
fn wheel() -> Work {
    let mut wheel = Wheel::new();
    let mut lists = vec![Vec::new(); SPAN];
    let mut now = 1_000;
    for stream in 0..SLEEPERS {
        let list = wheel.insert(now, now + 1 + stream % DELAY);
        let _ = lists.get_mut(list).map(|list| list.push(stream));
    }
    let mut ready = Vec::new();
    work("10,000 sleepers wake once", move || {
        for _ in 0..DELAY {
            now += 1;
            while let Some(list) = wheel.pop(now) {
                let _ = lists.get_mut(list).map(|list| ready.append(list));
            }
            for stream in ready.drain(..) {
                let list = wheel.insert(now, now + DELAY);
                let _ = lists.get_mut(list).map(|list| list.push(black_box(stream)));
            }
        }
    })
}

/// The same with a tree of the times, which is what nginx has.
fn tree() -> Work {
    let mut tree = BTreeMap::new();
    let mut now = 1_000;
    for stream in 0..SLEEPERS {
        tree.insert((now + 1 + stream % DELAY, stream), stream);
    }
    work("the same with a tree", move || {
        for _ in 0..DELAY {
            now += 1;
            while let Some(first) = tree.first_entry()
                && first.key().0 <= now
            {
                let stream = first.remove();
                tree.insert((now + DELAY, stream), black_box(stream));
            }
        }
    })
}
