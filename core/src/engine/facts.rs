//! The outcome of a response, for logs and metrics.

use crate::util::time::Micros;

/// How much of a body was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// The number of tokens of the completion, in all choices.
    pub tokens: u64,
    /// The number of chunks with content, in all choices.
    pub chunks: u64,
    /// The finish reason in the provider's terms; `None` before the end, and
    /// without a completion.
    pub finish_reason: Option<&'static str>,
}

/// The facts of a response, complete or not. Times are on the clock that the
/// engine is polled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// How much of the body was rendered.
    pub progress: Progress,
    /// When the first step was rendered.
    pub first: Option<Micros>,
    /// When the latest step was rendered.
    pub last: Option<Micros>,
    /// The greatest delay of a step after its due time.
    pub lag_max: Micros,
    /// Whether the last step was rendered.
    pub is_complete: bool,
}
