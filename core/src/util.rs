//! Identifiers, times, excerpts and short byte strings.

pub mod excerpt;
pub mod id;
#[cfg(feature = "inject-panic")]
pub mod inject;
mod inline_bytes;
pub mod time;
mod timestamp;

pub use id::Id;
pub use inline_bytes::InlineBytes;
pub use timestamp::Timestamp;
