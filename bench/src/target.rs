//! The figures that were asked for, and whether they are reached.

use crate::row::Row;
use crate::summary::{Figure, Spread, figure, ratio};
use crate::table::cell;

/// All that was measured.
#[derive(Debug, Default)]
pub struct Measured {
    /// Replies without delay.
    pub throughput: Vec<Row>,
    /// Streams with a delay.
    pub pacing: Vec<Row>,
    /// Open streams.
    pub memory: Vec<Row>,
    /// Two workers.
    pub workers: Vec<Row>,
    /// A large prompt.
    pub prompt: Vec<Row>,
    /// HTTP/2, TLS, HTTP/3.
    pub protocols: Vec<Row>,
}

/// What a figure may be.
#[derive(Debug, Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
    Below(f64),
    /// To one digit after the point.
    Is(f64),
}

struct Line {
    number: usize,
    what: String,
    found: Option<Spread>,
    limit: Limit,
}

const MODULE: &str = "module";
const BARE: &str = "bare program";

/// A table of all targets.
pub fn table(measured: &Measured) -> String {
    let mut out = String::from("| | Target | Limit | Median (spread) | |\n|--:|---|--:|--:|---|\n");
    for line in lines(measured) {
        let limit = match line.limit {
            Limit::AtMost(x) => format!("at most {x}"),
            Limit::AtLeast(x) => format!("at least {x}"),
            Limit::Below(x) => format!("below {x}"),
            Limit::Is(x) => format!("{x:.1}"),
        };
        let (found, verdict) = match line.found {
            None => ("-".to_owned(), "not measured"),
            Some(spread) if line.limit.holds(spread.median) => (cell(spread, 2), "reached"),
            Some(spread) => (cell(spread, 2), "**missed**"),
        };
        out += &format!(
            "| {} | {} | {limit} | {found} | {verdict} |\n",
            line.number, line.what
        );
    }
    out
}

impl Limit {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(x) => value <= x,
            Self::AtLeast(x) => value >= x,
            Self::Below(x) => value < x,
            Self::Is(x) => (value - x).abs() < 0.05,
        }
    }
}

fn lines(measured: &Measured) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |number, what: &str, found, limit| {
        lines.push(Line {
            number,
            what: what.to_owned(),
            found,
            limit,
        });
    };
    throughput(&measured.throughput, &mut add);
    pacing(&measured.pacing, &mut add);
    memory(&measured.memory, &mut add);
    crowd(&measured.pacing, &mut add);
    workers(&measured.workers, &mut add);
    let prompt = ratio(
        &measured.prompt,
        "1000000 bytes",
        MODULE,
        "return, same headers",
        |row| row.cpu_per_reply_us,
    );
    add(
        8,
        "1 MB prompt, CPU per reply: module / `return`",
        prompt,
        Limit::AtMost(1.5),
    );
    protocols(&measured.protocols, &mut add);
    lines
}

type Add<'a> = dyn FnMut(usize, &str, Option<Spread>, Limit) + 'a;

fn throughput(rows: &[Row], add: &mut Add) {
    let case = "no delay";
    for floor in ["return, same headers", "return"] {
        let found = ratio(rows, case, MODULE, floor, |row| row.cpu_per_reply_us);
        let what = format!("No delay, CPU per reply: module / {floor}");
        add(1, &what, found, Limit::AtMost(1.15));
    }
    for (peer, limit) in [("Lua script", 5.0), ("llmsim", 3.0), ("crabllm-bench", 1.3)] {
        let found = ratio(rows, case, MODULE, peer, |row| row.replies_per_s);
        let what = format!("No delay, replies per second: module / {peer}");
        add(2, &what, found, Limit::AtLeast(limit));
    }
}

fn pacing(rows: &[Row], add: &mut Add) {
    let cases = ["1000 streams, 50 ms", "5000 streams, 50 ms"];
    let exact = in_pace(rows, 50.0);
    for case in cases {
        let found = ratio(&exact, case, MODULE, BARE, |row| row.cpu_per_chunk_us);
        let what = format!("{case}, CPU per chunk: module / bare program");
        add(3, &what, found, Limit::AtMost(1.15));
    }
    for case in cases {
        let found = figure(rows, case, MODULE, |row| row.gap_p50);
        add(
            4,
            &format!("{case}, median gap in ms"),
            found,
            Limit::Is(50.0),
        );
        let found = difference(rows, case, MODULE, BARE, |row| row.gap_p99);
        let what = format!("{case}, 99 % of gaps in ms: module - bare program");
        add(4, &what, found, Limit::AtMost(2.0));
    }
}

fn memory(rows: &[Row], add: &mut Add) {
    let case = "5000 streams";
    for (module, echo) in [
        (MODULE, "echo_sleep"),
        ("module, default pools", "echo_sleep, default pools"),
    ] {
        let found = ratio(rows, case, module, echo, |row| row.memory_per_stream);
        let what = format!("Memory per open stream: {module} / {echo}");
        add(5, &what, found, Limit::AtMost(1.0));
    }
    let found = figure(rows, case, MODULE, |row| row.memory_per_stream / 1_024.0);
    add(
        5,
        "KB per open stream, nginx.conf as shipped",
        found,
        Limit::AtMost(6.0),
    );
}

fn crowd(rows: &[Row], add: &mut Add) {
    for delay in [50, 200] {
        let exact = in_pace(rows, f64::from(delay));
        let of = |streams: usize| {
            let case = format!("{streams} streams, {delay} ms");
            figure(&exact, &case, MODULE, |row| row.cpu_per_chunk_us)
        };
        let found = of(15_000).zip(of(1_000)).map(|(many, few)| many.over(few));
        let what = format!("{delay} ms, CPU per chunk: 15,000 streams / 1,000 streams");
        add(6, &what, found, Limit::AtMost(1.0));
    }
}

fn workers(rows: &[Row], add: &mut Add) {
    let rows = &in_pace(rows, 50.0);
    let of = |case: &str, of: Figure| figure(rows, case, MODULE, of);
    let both = |one: &str, two: &str, f: Figure| of(two, f).zip(of(one, f)).map(|(b, a)| b.over(a));
    let (one, two) = (
        "1 workers, 1000 streams, 50 ms",
        "2 workers, 2000 streams, 50 ms",
    );
    let chunks = both(one, two, |row| row.chunks_per_s);
    add(
        7,
        "Chunks per second on time: 2 workers / 1",
        chunks,
        Limit::AtLeast(1.9),
    );
    let cpu = both(one, two, |row| row.cpu_per_chunk_us);
    add(7, "CPU per chunk: 2 workers / 1", cpu, Limit::AtMost(1.05));
}

fn protocols(rows: &[Row], add: &mut Add) {
    let rows = &in_pace(rows, 50.0);
    for protocol in ["TLS", "HTTP/2", "HTTP/3"] {
        let found = ratio(rows, protocol, MODULE, "proxy", |row| row.cpu_per_chunk_us);
        let what = format!("{protocol}, CPU per chunk: module / nginx proxying the bare program");
        add(9, &what, found, Limit::Below(1.0));
    }
}

/// The runs that kept the pace. One that did not sends several words in a
/// write, which is cheaper: its processor time says nothing.
fn in_pace(rows: &[Row], delay: f64) -> Vec<Row> {
    let keeps = |row: &&Row| row.unfinished == 0 && (row.gap_p50 - delay).abs() <= delay * 0.02;
    rows.iter().filter(keeps).cloned().collect()
}

/// What a figure of `server` exceeds that of `other` by, in runs that followed
/// each other.
fn difference(rows: &[Row], case: &str, server: &str, other: &str, of: Figure) -> Option<Spread> {
    let pairs = crate::summary::pairs(rows, case, server, other);
    Spread::of(pairs.map(|(row, peer)| of(row) - of(peer)))
}
