//! What a reply cost, in tokens (API reference, "Chat", object `usage`).

use crate::api::Said;
use crate::json::Digits;

/// The object `usage`, as JSON.
pub struct Usage(Vec<u8>);

impl Usage {
    /// Of a reply.
    pub fn of(said: &Said) -> Self {
        const LONGEST: usize = 120;
        let completion = (said.saying.tokens() as u64).saturating_mul(said.choices as u64);
        let mut out = Vec::with_capacity(LONGEST);
        for (name, tokens) in [
            ("{\"prompt_tokens\":", said.prompt_tokens),
            (",\"completion_tokens\":", completion),
            (
                ",\"total_tokens\":",
                said.prompt_tokens.saturating_add(completion),
            ),
        ] {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(Digits::of(tokens).as_bytes());
        }
        out.push(b'}');
        Self(out)
    }

    /// The JSON.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
