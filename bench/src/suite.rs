//! Runs of several servers in several cases. Servers take turns, so that other
//! load on the machine affects all of them. An interrupted suite has fewer runs.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;

use crate::clock::Micros;
use crate::comparison::Comparison;
use crate::files;
use crate::kind::Kind;
use crate::lab::Lab;
use crate::row::Row;
use crate::setup::Setup;
use crate::table::progress;
use crate::trial::{Known, OVERHEAD};

/// What is compared.
pub struct Suite {
    /// Which suite it is.
    pub kind: &'static Kind,
    /// The cases, each with its servers.
    pub cases: Vec<Comparison>,
    /// How often.
    pub runs: usize,
    /// How one run is measured.
    pub measure: Measure,
}

/// Measures one run of a server in a case.
pub type Measure = fn(&Lab, &dyn Setup, &Comparison, &mut Known) -> Result<Row>;

impl Suite {
    /// The names of its servers.
    pub fn servers(&self) -> impl Iterator<Item = &'static str> {
        let setups = self.cases.iter().flat_map(|comparison| &comparison.setups);
        setups.map(|setup| setup.name())
    }

    /// Leaves out all servers but these.
    pub fn only(mut self, names: &[String]) -> Self {
        let wanted = |name: &str| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
        for comparison in &mut self.cases {
            comparison
                .setups
                .retain(|setup| names.is_empty() || wanted(setup.name()));
        }
        self
    }

    /// The estimated duration in microseconds of the runs that `rows` lacks.
    pub fn duration(&self, rows: &[Row]) -> Micros {
        let of = |comparison: &Comparison| {
            let turns = (1..=self.runs).flat_map(|run| comparison.turns(run));
            let missing = turns.filter(|(run, setup)| !has(rows, comparison, *setup, *run));
            missing.count() as Micros * (comparison.options.times(0).last_request + OVERHEAD)
        };
        self.cases.iter().map(of).sum()
    }

    /// Runs what `rows` lacks, and rewrites the suite's file after each run.
    ///
    /// # Errors
    ///
    /// The file can't be written. A server that fails becomes a row without
    /// figures.
    pub fn run(&self, lab: &Lab, mut rows: Vec<Row>) -> Result<Vec<Row>> {
        let mut known: BTreeMap<(&str, &str), Known> = BTreeMap::new();
        for run in 1..=self.runs {
            for comparison in &self.cases {
                for (turn, setup) in comparison.turns(run) {
                    if has(&rows, comparison, setup, turn) {
                        continue;
                    }
                    let known = known.entry((&comparison.label, setup.name())).or_default();
                    let row = self.trial(lab, comparison, setup, known, turn);
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
        comparison: &Comparison,
        setup: &dyn Setup,
        known: &mut Known,
        run: usize,
    ) -> Row {
        let load_average = load_average();
        let measured = (self.measure)(lab, setup, comparison, known);
        let mut row = measured.unwrap_or_else(|error| Row {
            connections: comparison.options.connections,
            problem: format!("{error:#}"),
            ..Row::default()
        });
        row.suite = self.kind.name.to_owned();
        row.case = comparison.label.clone();
        row.server = setup.name().to_owned();
        row.run = run;
        row.commit.clone_from(&lab.commit);
        row.load_average = load_average;
        row
    }
}

fn has(rows: &[Row], comparison: &Comparison, setup: &dyn Setup, run: usize) -> bool {
    let is_it = |row: &Row| {
        let same = row.case == comparison.label && row.server == setup.name() && row.run == run;
        same && row.problem.is_empty()
    };
    rows.iter().any(is_it)
}

/// The machine's load average of the last minute.
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
        let comparison = &mut suite.cases[0];
        comparison.options.measure = 3_000;
        comparison.share(4);
        assert_eq!(comparison.options.measure, 750);
        assert_eq!(order(&suite, 1).len(), 2 * 4);
    }

    #[test]
    fn runs_in_the_file_are_not_repeated() {
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
