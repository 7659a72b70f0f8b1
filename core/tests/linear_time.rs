//! The time for a request grows linearly with its length: four times the body,
//! or four times the text, takes about four times as long, on every route and
//! for every shape of the body.
#![allow(clippy::unwrap_used, clippy::panic)]

mod bodies;

use std::time::Duration;

use bodies::{Shape, shapes};
use llm_mock_core::completion::StreamMode;
use llm_mock_core::engine::{Buffer, Poll};
use llm_mock_core::host::FixedHost;
use llm_mock_core::routes::{ROUTES, Route};
use llm_mock_core::tokens::{Encoding, TokenizerMode};
use llm_mock_core::{Request, respond, validate};
use rustix::time::{ClockId, clock_gettime};

/// The length of the shorter body, in bytes. The longer body is [`TIMES`] times
/// as long.
const SHORT: usize = 32 * 1024;
const TIMES: usize = 4;

/// The maximum ratio of the two times. Quadratic work has a ratio of 16.
const MOST_TIMES: u32 = 8;

/// Times up to this limit are not compared, because the first use of memory may
/// take as long.
const NOISE: Duration = Duration::from_millis(6);

/// How many times a slow request is measured. The shortest time is used,
/// because other processes may evict this one from the caches.
const ATTEMPTS: usize = 6;

/// The settings for a request.
#[derive(Debug, Clone, Copy)]
struct Mode {
    stream: StreamMode,
    validation: validate::Mode,
    tokenizer: TokenizerMode,
}

const MODES: [Mode; 3] = [
    Mode {
        stream: StreamMode::Never,
        validation: validate::Mode::Lenient,
        tokenizer: TokenizerMode::Always(Encoding::O200kBase),
    },
    Mode {
        stream: StreamMode::Always,
        validation: validate::Mode::Lenient,
        tokenizer: TokenizerMode::Off,
    },
    Mode {
        stream: StreamMode::Never,
        validation: validate::Mode::Strict,
        tokenizer: TokenizerMode::Off,
    },
];

/// Returns the processor time of this thread.
fn now() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// Responds to a request and sends the whole response. Returns the time that
/// this takes.
fn time(route: &Route, mode: Mode, shape: &Shape) -> Duration {
    let path = route.path.replace(['{', '}'], "");
    let request = Request::new(route.method, path.as_bytes()).with_body(&shape.body);
    let mut host = FixedHost::new(&shape.text);
    host.delay = 0;
    host.stream_mode = mode.stream;
    host.validation = mode.validation;
    host.tokenizer = mode.tokenizer;
    let start = now();
    let mut response = respond(&request, &host);
    let mut out = Buffer::new();
    loop {
        match response.stream.poll(u64::MAX, &mut out) {
            Poll::Done => return now() - start,
            Poll::Wait(_) => out.clear(),
            Poll::OutOfMemory => panic!("out of memory"),
        }
    }
}

/// Returns a message if the time of a shape grows too fast.
fn excess(route: &Route, mode: Mode, short: &Shape, long: &Shape) -> Option<String> {
    let (mut least, mut most) = (Duration::MAX, Duration::MAX);
    for _ in 0..ATTEMPTS {
        most = most.min(time(route, mode, long));
        if most <= NOISE {
            return None;
        }
        least = least.min(time(route, mode, short));
        if most <= least * MOST_TIMES + NOISE {
            return None;
        }
    }
    let (name, path) = (short.name, route.path);
    Some(format!(
        "{path}, {name}: {least:?}, {most:?} for {TIMES} times the length, {mode:?}"
    ))
}

#[test]
fn time_grows_linearly_with_the_length() {
    assert!(Encoding::O200kBase.load());
    let (short, long) = (shapes(SHORT), shapes(TIMES * SHORT));
    let mut found = Vec::new();
    for route in ROUTES.iter().filter(|it| it.endpoint.needs_body(it.method)) {
        for (short, long) in short.iter().zip(&long) {
            let wrong = MODES.map(|mode| excess(route, mode, short, long));
            found.extend(wrong.into_iter().flatten());
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
