//! The prompts that completions repeat: the field `echo`.

use std::sync::Arc;

use crate::completion::{GenerationRequest, Input, Inputs};
use crate::json;

/// The maximum size of the repeated prompts of all choices, in bytes, if a
/// prompt has more than one choice. Longer prompts are not repeated. The first
/// step of a stream holds all of them.
pub const MOST_ECHOED: usize = 1024 * 1024;

/// Returns the prompts as escaped JSON strings without quotes, one on each
/// line. Prompts of tokens are not repeated, because their text is not known.
pub fn lines(prompts: &Inputs) -> Vec<u8> {
    let mut lines = Vec::new();
    for index in 0..prompts.len() {
        if index > 0 {
            lines.push(b'\n');
        }
        if let Some(Input::Text(text)) = prompts.get(index) {
            json::escape(text, &mut lines);
        }
    }
    lines
}

/// The prompts that the choices repeat.
pub struct Echo {
    /// The prompts, in the format of [`lines`].
    lines: Arc<[u8]>,
    ends: Vec<usize>,
    /// The number of choices for each prompt.
    choices: usize,
}

impl Echo {
    /// Creates the prompts of a request.
    pub fn of(request: &GenerationRequest) -> Self {
        let ends = request.echo.iter().enumerate();
        let ends = ends.filter(|&(_, &byte)| byte == b'\n').map(|(at, _)| at);
        let mut all = Vec::with_capacity(request.prompts);
        all.extend(ends.chain([request.echo.len()]));
        Self {
            lines: request.echo.as_slice().into(),
            ends: all,
            choices: (request.choices / request.prompts.max(1)).max(1),
        }
    }

    /// Returns the prompt that choice `index` repeats, as an escaped JSON
    /// string without quotes.
    pub fn of_choice(&self, index: usize) -> &[u8] {
        let prompt = index / self.choices;
        let start = prompt.checked_sub(1).and_then(|it| self.ends.get(it));
        let start = start.map_or(0, |before| before + 1);
        let end = self.ends.get(prompt).copied().unwrap_or_default();
        self.lines.get(start..end).unwrap_or_default()
    }
}
