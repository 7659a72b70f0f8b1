//! JSON: read where it stands, and written.

pub mod escape;
pub mod object;
mod value;

pub use escape::{Digits, Escaped, compact, escape};
pub use value::{Text, Value, scalar_end};
