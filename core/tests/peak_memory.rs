//! The memory that a worker takes for a request is limited to a rough multiple
//! of the data that the client sends and requests, on every route and for every
//! shape of the body. The memory of the bodies and texts themselves is not
//! measured.
#![allow(clippy::unwrap_used, clippy::panic)]

mod bodies;

use bodies::{Shape, shapes};
use llm_mock_core::completion::{MOST_CHOICES, StreamMode};
use llm_mock_core::engine::{Buffer, Poll};
use llm_mock_core::host::FixedHost;
use llm_mock_core::routes::{ROUTES, Route};
use llm_mock_core::tokens::{Encoding, TokenizerMode};
use llm_mock_core::{Request, respond, validate};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const KB: usize = 1024;
const MB: usize = 1024 * KB;

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

/// Returns the peak memory, in bytes, while a response is composed and sent.
fn peak(route: &Route, mode: Mode, shape: &Shape) -> usize {
    let path = route.path.replace(['{', '}'], "");
    let request = Request::new(route.method, path.as_bytes()).with_body(&shape.body);
    let mut host = FixedHost::new(&shape.text);
    host.delay = 0;
    host.stream_mode = mode.stream;
    host.validation = mode.validation;
    host.tokenizer = mode.tokenizer;
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut response = respond(&request, &host);
    let mut out = Buffer::new();
    loop {
        match response.stream.poll(u64::MAX, &mut out) {
            Poll::Done => return ALLOCATOR.peak_usage() - before,
            Poll::Wait(_) => out.clear(),
            Poll::OutOfMemory => panic!("out of memory"),
        }
    }
}

/// A request to measure, and its limit.
struct Case {
    shape: Shape,
    /// The number of choices that the request asks for.
    choices: usize,
    /// The number of bytes sent in addition to the text.
    more: usize,
}

impl Case {
    /// The memory for a small request, in bytes: a batch of a stream while its
    /// buffer grows.
    const LEAST: usize = 512 * KB;

    /// The maximum ratio of memory to the data that is read and sent.
    const TIMES: usize = 16;

    /// The memory for a token with 20 likely ones, in bytes: in the body, and
    /// in the buffer that is sent.
    const A_PROBABILITY: usize = 2 * 1400;

    /// Returns the limit in bytes. Each choice repeats the text.
    fn most(&self) -> usize {
        let all = self.shape.body.len() + self.choices * self.shape.text.len();
        Self::LEAST + Self::TIMES * all + self.more
    }
}

/// Creates a case with few choices and a hostile shape.
fn hostile(shape: Shape) -> Case {
    let has_probabilities = shape.name == "a text with probabilities";
    let words = shape.text.split(|&byte| byte == b' ').count();
    Case {
        choices: 4,
        more: if has_probabilities {
            words * Case::A_PROBABILITY
        } else {
            0
        },
        shape,
    }
}

/// Creates a case with a text of `words` words and this number of choices.
fn long(name: &'static str, fields: &str, choices: usize, words: usize) -> Case {
    let body = format!(
        r#"{{"n":{choices},"generationConfig":{{"candidateCount":{choices}}},"messages":[]{fields}}}"#
    );
    Case {
        shape: Shape {
            name,
            body: body.into_bytes(),
            text: "word ".repeat(words).into_bytes(),
        },
        choices,
        more: if fields.is_empty() {
            0
        } else {
            choices * words * Case::A_PROBABILITY
        },
    }
}

/// Creates a case with a model name of `len` bytes and the maximum number of
/// choices.
fn names(len: usize) -> Case {
    let name = "\\u0001".repeat(len / 6);
    let prompts = vec!["\"x\""; 2048].join(",");
    let body = format!(r#"{{"model":"{name}","prompt":[{prompts}],"n":128,"echo":true}}"#);
    Case {
        shape: Shape {
            name: "long names of models",
            body: body.into_bytes(),
            text: b"two words".to_vec(),
        },
        choices: 2048,
        // At most 256 KB of names in each of three chunks, while the buffer grows.
        more: 2 * MB,
    }
}

/// Creates a case with a long prompt that all choices are asked to repeat.
fn echo() -> Case {
    let prompt = "x".repeat(MB);
    let body = format!(r#"{{"prompt":"{prompt}","n":128,"echo":true}}"#);
    Case {
        shape: Shape {
            name: "a prompt that is repeated",
            body: body.into_bytes(),
            text: b"text".to_vec(),
        },
        choices: MOST_CHOICES,
        more: 0,
    }
}

fn check(cases: &[Case], modes: &[Mode]) {
    let mut found = Vec::new();
    for route in ROUTES.iter().filter(|it| it.endpoint.needs_body(it.method)) {
        for case in cases {
            for &mode in modes {
                let (peak, most) = (peak(route, mode, &case.shape), case.most());
                if peak > most {
                    let (name, path) = (case.shape.name, route.path);
                    found.push(format!("{path}, {name}: {peak} of {most} bytes, {mode:?}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// A single test, because the allocator counts the memory of all threads.
#[test]
fn memory_is_proportional_to_the_request_and_the_response() {
    assert!(Encoding::O200kBase.load());
    let cases: Vec<_> = shapes(64 * KB).into_iter().map(hostile).collect();
    check(&cases, &MODES);
    let probabilities = r#","logprobs":true,"top_logprobs":20"#;
    let cases = [
        long("a long text", "", 1, 256 * KB),
        long("a long text in all choices", "", MOST_CHOICES, 8 * KB),
        long("probabilities", probabilities, 1, 32 * KB),
        long(
            "probabilities in all choices",
            probabilities,
            MOST_CHOICES,
            256,
        ),
        names(128),
        names(64 * KB),
        echo(),
    ];
    check(&cases, &MODES);
    a_body_of_16_mb_takes_little_more_than_itself();
}

fn a_body_of_16_mb_takes_little_more_than_itself() {
    let text = "x".repeat(16 * MB);
    let body = format!(
        r#"{{"model":"gpt-4o","max_tokens":5,"messages":[{{"role":"user","content":"{text}"}}]}}"#
    );
    let shape = Shape {
        name: "16 MB",
        body: body.into_bytes(),
        text: b"text".to_vec(),
    };
    for route in ROUTES.iter().filter(|it| it.endpoint.needs_body(it.method)) {
        for mode in MODES {
            let all = peak(route, mode, &shape) + shape.body.len();
            assert!(all < 45 * MB, "{}, {mode:?}: {all} bytes", route.path);
        }
    }
}
