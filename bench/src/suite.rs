//! Runs of several servers in several cases, taking turns, so that what else
//! the machine does meets them all. An interrupted one has fewer of each.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;

use crate::clock::Micros;
use crate::crowd::Options;
use crate::files;
use crate::lab::Lab;
use crate::row::Row;
use crate::setup::{Case, Setup};
use crate::table::{Column, progress};
use crate::trial::{Known, OVERHEAD};

/// What a suite is about, and how the report shows it.
#[derive(Debug)]
pub struct Kind {
    /// Its name; that of its command and of its CSV file too.
    pub name: &'static str,
    /// The heading of its table.
    pub title: &'static str,
    /// The table's columns.
    pub columns: &'static [Column],
}

/// What is compared.
pub struct Suite {
    /// Which suite it is.
    pub kind: &'static Kind,
    /// What is asked of which servers.
    pub cases: Vec<Asked>,
    /// How often.
    pub runs: usize,
    /// How one run is measured.
    pub measure: Measure,
}

/// Measures one run of a server in a case.
pub type Measure = fn(&Lab, &dyn Setup, &Asked, &mut Known) -> Result<Row>;

/// One case.
pub struct Asked {
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

impl Asked {
    /// With a text that a stream needs longer for than the client's whole plan.
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

    /// The turns of a run: back and forth, so that nobody always comes after the
    /// same one.
    fn turns(&self, run: usize) -> impl Iterator<Item = (usize, &dyn Setup)> {
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

impl Suite {
    /// The names of its servers.
    pub fn servers(&self) -> impl Iterator<Item = &'static str> {
        let setups = self.cases.iter().flat_map(|asked| &asked.setups);
        setups.map(|setup| setup.name())
    }

    /// Leaves out all servers but these.
    pub fn only(mut self, names: &[String]) -> Self {
        let wanted = |name: &str| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
        for asked in &mut self.cases {
            asked
                .setups
                .retain(|setup| names.is_empty() || wanted(setup.name()));
        }
        self
    }

    /// About how long it takes, in microseconds, without what `rows` has.
    pub fn duration(&self, rows: &[Row]) -> Micros {
        let of = |asked: &Asked| {
            let turns = (1..=self.runs).flat_map(|run| asked.turns(run));
            let missing = turns.filter(|(run, setup)| !has(rows, asked, *setup, *run));
            missing.count() as Micros * (asked.options.times(0).last_request + OVERHEAD)
        };
        self.cases.iter().map(of).sum()
    }

    /// Runs what `rows` has not, and writes all to the suite's file, again
    /// after each run.
    ///
    /// # Errors
    ///
    /// The file can't be written. A server that fails is
    /// a row without figures.
    pub fn run(&self, lab: &Lab, mut rows: Vec<Row>) -> Result<Vec<Row>> {
        let mut known: BTreeMap<(&str, &str), Known> = BTreeMap::new();
        for run in 1..=self.runs {
            for asked in &self.cases {
                for (turn, setup) in asked.turns(run) {
                    if has(&rows, asked, setup, turn) {
                        continue;
                    }
                    let known = known.entry((&asked.label, setup.name())).or_default();
                    let row = self.trial(lab, asked, setup, known, turn);
                    eprintln!("  {}", progress(&row, self.kind.columns));
                    rows.push(row);
                    files::write(&files::path(lab, self.kind), &rows)?;
                }
            }
        }
        Ok(rows)
    }

    fn trial(
        &self,
        lab: &Lab,
        asked: &Asked,
        setup: &dyn Setup,
        known: &mut Known,
        run: usize,
    ) -> Row {
        let load_average = load_average();
        let measured = (self.measure)(lab, setup, asked, known);
        let mut row = measured.unwrap_or_else(|error| Row {
            connections: asked.options.connections,
            problem: format!("{error:#}"),
            ..Row::default()
        });
        row.suite = self.kind.name.to_owned();
        row.case = asked.label.clone();
        row.server = setup.name().to_owned();
        row.run = run;
        row.commit.clone_from(&lab.commit);
        row.load_average = load_average;
        row
    }
}

fn has(rows: &[Row], asked: &Asked, setup: &dyn Setup, run: usize) -> bool {
    let is_it = |row: &Row| {
        let same = row.case == asked.label && row.server == setup.name() && row.run == run;
        same && row.problem.is_empty()
    };
    rows.iter().any(is_it)
}

/// Of the last minute; how much else the machine did.
fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().unwrap_or_default();
    first.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suites::{Effort, Wanted};

    fn prompt() -> Suite {
        let mut suites = Wanted::all().map(|wanted| wanted.suite(&Effort::default()));
        suites.find(|suite| suite.kind.name == "prompt").unwrap()
    }

    fn order(suite: &Suite, runs: usize) -> Vec<(usize, &str)> {
        let turns = (1..=runs).flat_map(|run| suite.cases[0].turns(run));
        turns.map(|(run, setup)| (run, setup.name())).collect()
    }

    #[test]
    fn servers_take_turns_back_and_forth() {
        let (first, second) = ("module", "return-headers");
        let turns = [(1, first), (1, second), (2, second), (2, first)];
        assert_eq!(order(&prompt(), 2), turns);
        assert_eq!(order(&prompt().only(&["MODULE".to_owned()]), 1), turns[..1]);
    }

    #[test]
    fn shorter_turns_take_as_much_time_for_measuring() {
        let mut suite = prompt();
        let asked = &mut suite.cases[0];
        asked.options.measure = 3_000;
        asked.share(4);
        assert_eq!(asked.options.measure, 750);
        assert_eq!(order(&suite, 1).len(), 2 * 4);
    }

    #[test]
    fn what_has_been_measured_is_not_measured_again() {
        let suite = prompt();
        let row = |server: &str, problem: &str| Row {
            case: suite.cases[0].label.clone(),
            server: server.to_owned(),
            run: 1,
            problem: problem.to_owned(),
            ..Row::default()
        };
        let all = suite.duration(&[]);
        let rows = [row("module", ""), row("return-headers", "no start")];
        assert_eq!(suite.duration(&rows), all / 10 * 9);
    }
}
