//! Tables of the report, as Markdown.

use crate::row::Row;
use crate::summary::{self, Figure, Spread};

/// A column: its head, its figure, and how many digits follow the point.
#[derive(Debug)]
pub struct Column(pub &'static str, pub Figure, pub usize);

/// Replies in a second.
pub const REPLIES: Column = Column("replies / s", |row| row.replies_per_s, 0);
/// Chunks in a second.
pub const CHUNKS: Column = Column("chunks / s", |row| row.chunks_per_s, 0);
/// Processor time of a reply.
pub const CPU_PER_REPLY: Column = Column("CPU us / reply", |row| row.cpu_per_reply_us, 2);
/// Processor time of a chunk.
pub const CPU_PER_CHUNK: Column = Column("CPU us / chunk", |row| row.cpu_per_chunk_us, 2);
/// Memory of an open stream.
pub const MEMORY: Column = Column("KB / stream", |row| row.memory_per_stream / 1_024.0, 2);
/// How much of a core the server uses.
pub const BUSY: Column = Column("busy", |row| row.server_busy, 2);
/// How much of a core the client uses.
pub const CLIENT_BUSY: Column = Column("client busy", |row| row.client_busy, 2);
/// What the client saw go wrong.
pub const FAILURES: Column = Column("failures", |row| row.failures as f64, 0);
/// Replies that did not end.
pub const UNFINISHED: Column = Column("unfinished", |row| row.unfinished as f64, 0);

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

/// A run in a line, for the terminal.
pub fn progress(row: &Row, columns: &[Column]) -> String {
    let mut out = format!("{}, {}, run {}: ", row.case, row.server, row.run);
    if !row.problem.is_empty() {
        return out + &row.problem;
    }
    let figures = columns
        .iter()
        .map(|Column(head, figure, digits)| format!("{head} {:.digits$}", figure(row)));
    out += &figures.collect::<Vec<_>>().join(", ");
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
