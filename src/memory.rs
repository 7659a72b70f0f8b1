//! Memory that is asked for before it is needed.

pub use crate::ngx::{is_there, is_there_for_an_answer};

/// What an answer takes beyond what depends on texts, with room to spare.
pub const FOR_A_REPLY: usize = 16 * 1024;

/// What a directive takes for each argument, of nginx's 4 KB at most.
pub const FOR_A_DIRECTIVE: usize = 256 * 1024;
