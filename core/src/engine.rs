//! Renders a response step by step, each step when it is due. The engine is
//! independent of providers, clocks and sockets.

mod body;
mod buffer;
mod facts;
mod schedule;
mod sink;
pub mod sse;
mod stream;
mod timer_wheel;

pub use body::{Body, BoxedBody, WholeBody};
pub use buffer::{Buffer, FULL};
pub use facts::{Facts, Progress};
pub use schedule::Schedule;
pub use sink::Sink;
pub use stream::{Poll, Stream};
pub use timer_wheel::{SPAN, TimerWheel};
