//! The prompt that a completion repeats: field `echo`.

use std::sync::Arc;

use crate::completion::GenerationRequest;
use crate::completion::{Input, Inputs};
use crate::json;

/// How many bytes of prompts all choices together repeat, where a prompt has
/// more than one choice; longer prompts are not repeated. The first step of a
/// stream holds all of it.
pub const MOST_ECHOED: usize = 1024 * 1024;

/// The prompts, as the insides of JSON strings, each on a line. Prompts of tokens
/// are not repeated: their text is not known.
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
    /// See [`lines`].
    lines: Arc<[u8]>,
    ends: Vec<usize>,
    /// The number of choices for each prompt.
    choices: usize,
}

impl Echo {
    /// The prompts of a request.
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

    /// The prompt that choice `index` repeats, as the inside of a JSON string.
    pub fn of_choice(&self, index: usize) -> &[u8] {
        let prompt = index / self.choices;
        let start = prompt.checked_sub(1).and_then(|it| self.ends.get(it));
        let start = start.map_or(0, |before| before + 1);
        let end = self.ends.get(prompt).copied().unwrap_or_default();
        self.lines.get(start..end).unwrap_or_default()
    }
}
