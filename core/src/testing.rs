//! Helpers of unit tests.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::SmallRng;

use crate::completion::{
    ChunkedText, Chunking, Generation, GenerationRequest, Models, Timing, generate,
};
use crate::engine::{Body, Buffer, Schedule};
use crate::error::Error;
use crate::host::FixedHost;
use crate::json::Escaped;
use crate::providers::dialect::{Dialect, Source};
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};
use crate::util::Id;

/// The body of the response to a request without completion.
pub fn answer(
    endpoint: &dyn DirectEndpoint,
    models: &Models,
    name: &[u8],
    body: &[u8],
) -> Result<String, Error> {
    let mut host = FixedHost::new(b"");
    host.models = models.clone();
    let answer = endpoint.answer(&DirectRequest {
        name,
        deployment: None,
        body,
        timing: timing(),
        host: &host,
    })?;
    Ok(match answer {
        Answer::Whole(body) => String::from_utf8(body).unwrap(),
        Answer::Steps(body) => steps(&body).concat(),
    })
}

/// A quarter of a second past a full one; the first step is sent 200 ms later,
/// each other one 50 ms after the one before.
fn timing() -> Timing {
    Timing {
        start: 1_234_567_890_250_000,
        schedule: Schedule::new(0, 200_000, 50_000),
    }
}

/// Reads a body.
pub fn read(dialect: &dyn Dialect, body: &str) -> GenerationRequest {
    dialect.read(&Source::body(body.as_bytes()))
}

/// Hands what `model` generates for `request`, with this text, to `f`.
pub fn generation<T>(
    dialect: &dyn Dialect,
    model: &str,
    text: &str,
    request: &GenerationRequest,
    f: impl FnOnce(&Generation) -> T,
) -> T {
    let text = Arc::new(ChunkedText::new(text.as_bytes(), Chunking::default()));
    let mut rng = SmallRng::seed_from_u64(1);
    f(&Generation {
        id: Id::fixed(dialect.id_prefix(), "123"),
        timing: timing(),
        model: &Escaped::of(model),
        completion: generate(request, &text, dialect.call_id_prefix(), &mut rng),
        prompt_tokens: 9,
        request,
    })
}

/// What is sent at each step.
pub fn steps(body: &dyn Body) -> Vec<String> {
    (0..body.steps())
        .map(|step| {
            let mut out = Buffer::new();
            body.render(step, &mut out);
            String::from_utf8(out.as_bytes().to_vec()).unwrap()
        })
        .collect()
}

/// The least CPU time of this thread that a run of `f` takes, of so many runs.
/// It is not the time on the clock: other programs may use the machine.
pub fn cpu_time<T>(runs: usize, f: impl Fn() -> T) -> Duration {
    let now = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let times = (0..runs).map(|_| {
        let begin = now();
        black_box(f());
        now() - begin
    });
    times.min().unwrap_or_default()
}
