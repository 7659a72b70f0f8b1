//! One case, measured on several servers.

use crate::clock::Micros;
use crate::crowd::Options;
use crate::setup::{Case, Setup};

/// One case.
pub struct Comparison {
    /// Its name in the report.
    pub label: String,
    /// The server's side.
    pub case: Case,
    /// The client's side.
    pub options: Options,
    /// The servers.
    pub setups: Vec<Box<dyn Setup>>,
    /// Into how many shorter turns each run is divided.
    pub rounds: usize,
}

impl Comparison {
    /// Repeats the text until its stream outlasts the client's plan.
    pub fn lengthen(mut self, delay: Micros) -> Self {
        let words = self.options.times(0).last_request / delay + 1;
        let text = "powered by openai ".repeat(words as usize / 3 + 1);
        text.trim_end().clone_into(&mut self.options.text);
        self.case.text.clone_from(&self.options.text);
        self
    }

    /// Divides each run into shorter turns.
    pub fn share(&mut self, rounds: usize) {
        self.rounds = rounds;
        self.options.measure = (self.options.measure / rounds as u64).max(1);
    }

    /// The turns of a run, in alternating order, so that no server always runs
    /// after the same other one.
    pub fn turns(&self, run: usize) -> impl Iterator<Item = (usize, &dyn Setup)> {
        let first = (run - 1) * self.rounds + 1;
        (first..first + self.rounds).flat_map(move |turn| {
            (0..self.setups.len()).filter_map(move |k| {
                let place = match turn % 2 {
                    0 => self.setups.len() - 1 - k,
                    _ => k,
                };
                Some((turn, self.setups.get(place)?.as_ref()))
            })
        })
    }
}
