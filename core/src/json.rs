//! Reading JSON in place, and writing it.

pub mod escape;
pub mod object;
mod value;

pub use escape::{Digits, Escaped, compact, escape};
pub use value::{Text, Value, scalar_end};
