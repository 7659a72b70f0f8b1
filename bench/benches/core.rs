//! What core does for a request and for a chunk, without nginx:
//! `cargo bench -p llm-mock-bench`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput};
use llm_mock_core::api::openai::chat::Chat;
use llm_mock_core::api::openai::models::Models;
use llm_mock_core::api::{Dialect, Said};
use llm_mock_core::ask::{Client, StreamMode};
use llm_mock_core::batch::Batch;
use llm_mock_core::json::Escaped;
use llm_mock_core::pace::Pace;
use llm_mock_core::reply::{Now, Reply, Settings};
use llm_mock_core::saying::Saying;
use llm_mock_core::script::Script;
use llm_mock_core::stream::{Frames, Poll, Stream};
use llm_mock_core::tokens::TokenizerMode;
use llm_mock_core::wheel::Wheel;
use rand::SeedableRng;
use rand::rngs::SmallRng;

const TEXT: &[u8] = b"powered by openai";
const BODY: &str =
    r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":true}"#;

fn settings<'a>(model: &'a Escaped, models: &'a Models) -> Settings<'a> {
    Settings {
        script: Arc::new(Script::new(TEXT)),
        delay: 50_000,
        first_delay: 0,
        model,
        models,
        stream: StreamMode::Auto,
        tokenizer: TokenizerMode::Off,
    }
}

fn render(c: &mut Criterion) {
    let model = Escaped::new(b"gpt-4o");
    let ask = Chat.ask(BODY.as_bytes());
    let frames = Chat.stream(&Said {
        id: "chatcmpl-JCw8U5edaGnJqhK6bq3Suv5Kqy5yn".to_owned(),
        created: 1_795_353_146,
        model: &model,
        saying: Saying::new(&Arc::new(Script::new(TEXT)), &ask.limits),
        choices: 1,
        prompt_tokens: 9,
        include_usage: false,
        ask: &ask,
    });
    let mut out = Batch::new();
    c.bench_function("render a chunk", |b| {
        b.iter(|| {
            out.clear();
            frames.render(black_box(1), &mut out);
            out.as_bytes().len()
        });
    });
}

fn parse(c: &mut Criterion) {
    let long = BODY.replace("hi", &"a prompt of many words ".repeat(45_000));
    for (name, body) in [
        ("parse a request", BODY),
        ("parse a request of 1 MB", &long),
    ] {
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function("chat", |b| b.iter(|| Chat.ask(black_box(body.as_bytes()))));
    }
}

fn compose(c: &mut Criterion) {
    let (model, models) = (Escaped::new(b"gpt-3.5-turbo"), Models::default());
    let settings = settings(&model, &models);
    let now = Now {
        monotonic: 1_000_000,
        unix: 1_795_353_146,
    };
    let mut rng = SmallRng::seed_from_u64(1);
    c.bench_function("read a request and compose its reply", |b| {
        b.iter(|| {
            let ask = Chat.ask(black_box(BODY.as_bytes()));
            Reply::compose(&Chat, &ask, Client::default(), &settings, now, &mut rng)
        });
    });
}

fn schedule(c: &mut Criterion) {
    /// Nothing is rendered: what is left is the schedule.
    struct Silent;
    impl Frames for Silent {
        fn steps(&self) -> usize {
            1_000
        }
        fn render(&self, _step: usize, _out: &mut Batch) {}
    }
    c.bench_function("the schedule of 1,000 chunks", |b| {
        b.iter(|| {
            let mut stream = Stream::new(Box::new(Silent), Pace::new(0, 0, 50_000));
            let mut out = Batch::new();
            let mut now = 0;
            while let Poll::Wait(due) = stream.poll(black_box(now), &mut out) {
                now = due;
            }
            now
        });
    });
}

/// Each of so many streams wakes once, and goes to sleep for 50 ms again: with
/// the wheel, and with a tree of those times, which is what nginx has.
fn sleep(c: &mut Criterion) {
    const STREAMS: u64 = 10_000;
    const DELAY: u64 = 50;
    let mut group = c.benchmark_group("10,000 sleepers wake once");
    group.throughput(Throughput::Elements(STREAMS));
    group.bench_function("wheel", |b| {
        let mut wheel = Wheel::new();
        let mut now = 1_000;
        for stream in 0..STREAMS {
            let _ = wheel.insert(now, now + 1 + stream % DELAY, stream);
        }
        b.iter(|| {
            for _ in 0..DELAY {
                now += 1;
                wheel.turn(now);
                while let Some(stream) = wheel.wake() {
                    let _ = wheel.insert(now, now + DELAY, black_box(stream));
                }
            }
        });
    });
    group.bench_function("tree", |b| {
        let mut tree = BTreeMap::new();
        let mut now = 1_000;
        for stream in 0..STREAMS {
            tree.insert((now + 1 + stream % DELAY, stream), stream);
        }
        b.iter(|| {
            for _ in 0..DELAY {
                now += 1;
                while let Some(first) = tree.first_entry()
                    && first.key().0 <= now
                {
                    let stream = first.remove();
                    tree.insert((now + DELAY, stream), black_box(stream));
                }
            }
        });
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    render(&mut criterion);
    parse(&mut criterion);
    compose(&mut criterion);
    schedule(&mut criterion);
    sleep(&mut criterion);
    criterion.final_summary();
}
