//! The variables of the response, for the log phase: `$llm_mock_chunks` and
//! others.

use llm_mock_core::engine::Facts;
use llm_mock_core::util::time::Micros;

/// A variable.
pub struct Variable {
    /// The name, without the dollar sign.
    pub name: &'static str,
    /// Returns the value; `None` for an empty one.
    pub get: fn(&Outcome) -> Option<String>,
}

/// The outcome of a response.
pub struct Outcome {
    /// The engine's facts.
    pub facts: Facts,
    /// The HTTP status.
    pub status: u16,
    /// Whether an error of the worker ended the response.
    pub has_failed: bool,
    /// The milliseconds since the request began.
    pub elapsed: u64,
    /// The current time on the engine's clock.
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
        get: |it| Some(seconds(it.until(it.facts.first?))),
    },
    Variable {
        name: "llm_mock_duration",
        get: |it| Some(seconds(it.until(it.facts.last?))),
    },
    Variable {
        name: "llm_mock_lag_max",
        get: |it| Some(seconds(it.facts.lag_max / 1_000)),
    },
    Variable {
        name: "llm_mock_outcome",
        get: |it| Some(it.name().to_owned()),
    },
];

impl Outcome {
    /// Returns the milliseconds from the start of the request to `time` on the
    /// engine's clock.
    fn until(&self, time: Micros) -> u64 {
        let ago = self.now.saturating_sub(time) / 1_000;
        self.elapsed.saturating_sub(ago)
    }

    fn name(&self) -> &'static str {
        match (self.facts.is_complete, self.status) {
            (true, 400..) => "refused",
            (true, _) => "complete",
            (false, _) if self.has_failed => "failed",
            (false, _) => "client_closed",
        }
    }
}

/// Formats milliseconds in the way of nginx's `$request_time`.
fn seconds(msec: u64) -> String {
    format!("{}.{:03}", msec / 1_000, msec % 1_000)
}
