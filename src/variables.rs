//! The variables of the response, for the log phase.

use llm_mock_core::engine::Facts;
use llm_mock_core::util::time::Micros;

/// A variable.
pub struct Variable {
    /// The name, without the dollar sign.
    pub name: &'static str,
    /// The value; `None` is an empty one.
    pub get: fn(&Outcome) -> Option<String>,
}

/// What became of a response.
pub struct Outcome {
    /// What the engine knows.
    pub facts: Facts,
    /// The HTTP status.
    pub status: u16,
    /// How many milliseconds ago the request began.
    pub elapsed: u64,
    /// The time on the engine's clock.
    pub now: Micros,
}

/// All variables.
pub static VARIABLES: [Variable; 7] = [
    Variable {
        name: "llm_mock_completion_tokens",
        get: |it| Some(it.facts.progress.tokens.to_string()),
    },
    Variable {
        name: "llm_mock_chunks",
        get: |it| Some(it.facts.progress.chunks.to_string()),
    },
    Variable {
        name: "llm_mock_finish_reason",
        get: |it| it.facts.progress.finish_reason.map(str::to_owned),
    },
    Variable {
        name: "llm_mock_ttft",
        get: |it| {
            let ago = it.now.saturating_sub(it.facts.first?) / 1_000;
            Some(seconds(it.elapsed.saturating_sub(ago)))
        },
    },
    Variable {
        name: "llm_mock_duration",
        get: |it| Some(seconds(it.elapsed)),
    },
    Variable {
        name: "llm_mock_lag_max",
        get: |it| Some(seconds(it.facts.lag_max / 1_000)),
    },
    Variable {
        name: "llm_mock_outcome",
        get: |it| {
            let outcome = match (it.facts.is_complete, it.status) {
                (true, 400..) => "refused",
                (true, _) => "complete",
                (false, _) => "client_closed",
            };
            Some(outcome.to_owned())
        },
    },
];

/// Milliseconds as nginx writes `$request_time`.
fn seconds(msec: u64) -> String {
    format!("{}.{:03}", msec / 1_000, msec % 1_000)
}
