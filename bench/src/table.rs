//! Tables of the report, as Markdown.

use crate::row::Row;
use crate::summary::{self, Figure, Spread};

/// A column: its head, its figure, and how many digits follow the point.
pub struct Column(pub &'static str, pub Figure, pub usize);

/// A row for each server in each case: medians, with the spread below a
/// column's first figure.
pub fn table(rows: &[Row], columns: &[Column]) -> String {
    let mut out = String::from("| Case | Server |");
    columns
        .iter()
        .for_each(|column| out += &format!(" {} |", column.0));
    out += "\n|---|---|";
    columns.iter().for_each(|_| out += "--:|");
    out.push('\n');
    for case in summary::distinct(rows, |row| &row.case) {
        for server in summary::distinct(rows, |row| &row.server) {
            out += &line(rows, case, server, columns);
        }
    }
    out
}

fn line(rows: &[Row], case: &str, server: &str, columns: &[Column]) -> String {
    let mut out = format!("| {case} | {server} |");
    if summary::runs(rows, case, server).next().is_none() {
        let problem = rows
            .iter()
            .find(|row| row.case == case && row.server == server);
        match problem {
            Some(row) => out += &format!(" cannot: {} |\n", row.problem.replace('|', "/")),
            None => return String::new(),
        }
        return out;
    }
    for Column(_, figure, digits) in columns {
        let spread = summary::figure(rows, case, server, *figure);
        out += &format!(" {} |", spread.map_or("-".to_owned(), |s| cell(s, *digits)));
    }
    out.push('\n');
    out
}

/// A median, and in brackets the lowest and the highest where they differ.
pub fn cell(spread: Spread, digits: usize) -> String {
    let number = |value: f64| format!("{value:.digits$}");
    let Spread { low, median, high } = spread;
    match number(low) == number(high) {
        true => number(median),
        false => format!("{} ({}..{})", number(median), number(low), number(high)),
    }
}
