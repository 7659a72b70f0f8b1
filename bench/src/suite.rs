//! Runs of several servers in several cases, taking turns, so that what else
//! the machine does meets them all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::clock::Micros;
use crate::crowd::Options;
use crate::lab::Lab;
use crate::row::Row;
use crate::setup::{Case, Setup};
use crate::trial::Known;

/// What is compared.
pub struct Suite {
    /// Its name; the CSV file's too.
    pub name: &'static str,
    /// What the servers are asked to do.
    pub cases: Vec<Asked>,
    /// The servers.
    pub setups: Vec<Box<dyn Setup>>,
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
}

impl Suite {
    /// Leaves out the servers whose names have none of these words in them.
    pub fn only(mut self, words: &[String]) -> Self {
        let wanted = |name: &str| words.iter().any(|word| name.contains(word.as_str()));
        self.setups
            .retain(|setup| words.is_empty() || wanted(setup.name()));
        self
    }

    /// Runs it all and writes the figures to the report's folder.
    ///
    /// # Errors
    ///
    /// The file can't be written. A server that fails is a row without figures.
    pub fn run(&self, lab: &Lab) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for asked in &self.cases {
            let mut known: Vec<Known> = self.setups.iter().map(|_| Known::default()).collect();
            for run in 1..=self.runs {
                for k in 0..self.setups.len() {
                    // Back and forth: nobody always comes after the same one.
                    let k = if run % 2 == 0 {
                        self.setups.len() - 1 - k
                    } else {
                        k
                    };
                    let (Some(setup), Some(known)) = (self.setups.get(k), known.get_mut(k)) else {
                        continue;
                    };
                    let row = self.trial(lab, asked, setup.as_ref(), known, run);
                    eprintln!("{}", progress(&row));
                    rows.push(row);
                    write(&file(lab, self.name), &rows)?;
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
        row.suite = self.name.to_owned();
        row.case = asked.label.clone();
        row.server = setup.name().to_owned();
        row.run = run;
        row.load_average = load_average;
        row
    }
}

/// The file that a suite's figures are in.
pub fn file(lab: &Lab, suite: &str) -> PathBuf {
    lab.report().join(format!("{suite}.csv"))
}

fn write(path: &Path, rows: &[Row]) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    let mut csv = csv::Writer::from_path(path)?;
    for row in rows {
        csv.serialize(row)?;
    }
    csv.flush()
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Reads what a suite has written.
///
/// # Errors
///
/// The file is not there, or is no such file.
pub fn read(path: &Path) -> Result<Vec<Row>> {
    let mut csv = csv::Reader::from_path(path)?;
    let rows = csv.deserialize().collect::<Result<_, _>>();
    rows.with_context(|| format!("{} is damaged", path.display()))
}

fn progress(row: &Row) -> String {
    if !row.problem.is_empty() {
        return format!("{} {} {}: {}", row.case, row.run, row.server, row.problem);
    }
    format!(
        "{} {} {}: {:.0} replies/s, {:.0} chunks/s, {:.2} us a reply, {:.2} us a chunk, \
         gap {:.1} / {:.1} ms, late {:.1} / {:.1} ms, {:.0} bytes a stream, \
         busy {:.2} / {:.2}, {} failures, {} unfinished, load {:.1}",
        row.case,
        row.run,
        row.server,
        row.replies_per_s,
        row.chunks_per_s,
        row.cpu_per_reply_us,
        row.cpu_per_chunk_us,
        row.gap_p50,
        row.gap_p99,
        row.late_p50,
        row.late_p99,
        row.memory_per_stream,
        row.server_busy,
        row.client_busy,
        row.failures,
        row.unfinished,
        row.load_average,
    )
}

/// Of the last minute; how much else the machine did.
fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().unwrap_or_default();
    first.parse().unwrap_or(f64::NAN)
}
