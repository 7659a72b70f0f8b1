//! What became of a response, for logs and metrics.

use crate::util::time::Micros;

/// How much of a body was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Tokens of the completion, in all choices.
    pub tokens: u64,
    /// Chunks that carry content, in all choices.
    pub chunks: u64,
    /// Why the completion ended, in the provider's words; none before the end,
    /// and where there is no completion.
    pub finish_reason: Option<&'static str>,
}

/// What is known of a response, complete or not. Times are those of the clock
/// that the engine is polled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// How much of the body was rendered to be sent.
    pub progress: Progress,
    /// When the first step was rendered.
    pub first: Option<Micros>,
    /// When the latest step was rendered.
    pub last: Option<Micros>,
    /// How late the latest step was against its schedule.
    pub lag_max: Micros,
    /// Whether the last step was rendered.
    pub is_complete: bool,
}
