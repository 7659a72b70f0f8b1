//! The work of core for a request and for a chunk, without nginx, split into
//! benchmarks. `cargo bench -p llm-mock-work` measures their time,
//! `bench/instructions` their instructions.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use llm_mock_core::completion::{
    ChunkedText, Chunking, Completion, Generation, GenerationRequest, Limits, Timing,
};
use llm_mock_core::engine::{Body, Buffer, Poll, SPAN, Schedule, Stream, TimerWheel};
use llm_mock_core::host::{FixedHost, Now};
use llm_mock_core::json::Escaped;
use llm_mock_core::providers::dialect::{Dialect, Source};
use llm_mock_core::providers::openai::chat::Chat;
use llm_mock_core::util::id;
use llm_mock_core::{Method, Request, respond};
use rand::SeedableRng;
use rand::rngs::SmallRng;

const TEXT: &[u8] = b"powered by openai";
const BODY: &str =
    r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":true}"#;

/// A benchmark.
pub struct Work {
    /// The name of the benchmark.
    pub name: &'static str,
    /// The number of bytes that one round processes, if it matters.
    pub bytes: Option<u64>,
    /// Runs one round.
    pub round: Box<dyn FnMut()>,
}

/// Returns the benchmarks of core.
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

/// Returns benchmarks of alternatives to parts of core.
pub fn others() -> Vec<Work> {
    vec![copy(), parse_into_tree(), tree()]
}

fn work(name: &'static str, mut round: impl FnMut() + 'static) -> Work {
    let bytes = None;
    // The first round includes one-time initialization.
    round();
    Work {
        name,
        bytes,
        round: Box::new(round),
    }
}

fn read(body: &str) -> GenerationRequest {
    Chat.read(&Source::body(body.as_bytes()))
}

fn render() -> Work {
    let request = read(BODY);
    let text = Arc::new(ChunkedText::new(TEXT, Chunking::default()));
    let body = Chat.stream(&Generation {
        id: id::object("chatcmpl-", &mut SmallRng::seed_from_u64(1)),
        timing: Timing {
            start: 1_795_353_146_000_000,
            schedule: Schedule::new(0, 50_000, 50_000),
        },
        model: &Escaped::new(b"gpt-4o"),
        completion: Completion::new(&text, &Limits::default()),
        prompt_tokens: 9,
        request: &request,
    });
    let mut out = Buffer::new();
    work("render a chunk", move || {
        out.clear();
        body.render(black_box(1), &mut out);
        black_box(out.as_bytes());
    })
}

fn parse() -> Work {
    work("parse a request", || {
        black_box(read(black_box(BODY)));
    })
}

/// Returns a prompt of about a megabyte, with as many escapes as prose has.
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
            black_box(read(black_box(&long)));
        })
    }
}

/// Measures the speed of memory.
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
    let mut host = FixedHost::new(TEXT);
    host.now = Now {
        monotonic: 1_000_000,
        unix: 1_795_353_146_000_000,
    };
    work("respond to a request", move || {
        let request = Request::new(Method::Post, black_box(b"/v1/chat/completions"));
        let request = request.with_body(black_box(BODY.as_bytes()));
        black_box(respond(&request, &host));
    })
}

fn schedule() -> Work {
    /// A body that renders nothing, so that only the schedule, the facts and
    /// the call of a boxed body are measured.
    struct Silent;
    impl Body for Silent {
        fn steps(&self) -> usize {
            1_000
        }
        fn render(&self, _step: usize, _out: &mut Buffer) {}
    }
    work("poll a stream of 1,000 chunks", || {
        let mut stream = Stream::of(Silent, Schedule::new(0, 0, 50_000));
        let mut out = Buffer::new();
        let mut now = 0;
        while let Poll::Wait(due) = stream.poll(black_box(now), &mut out) {
            now = due;
        }
    })
}

const SLEEPERS: u64 = 10_000;
const DELAY: u64 = 50;

/// Wakes each of [`SLEEPERS`] streams once, and lets it sleep for 50 ms again.
fn wheel() -> Work {
    let mut wheel = TimerWheel::new();
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

/// Does the same with a tree of due times, as nginx does.
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
