//! The targets, and whether they are reached.

use crate::measured::Measured;
use crate::row::Row;
use crate::suites::{memory, pacing, prompt, protocols, throughput, workers};
use crate::summary::{self, Figure, Spread, figure, ratio, ratio_of};
use crate::table::cell;

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
    limit: Limit,
    found: Option<Spread>,
    /// The runs that the figure leaves out.
    note: String,
}

const MODULE: &str = "module";
const BARE: &str = "bare";

/// A table of all targets. Those that are missed refer to `explanation`.
pub fn table(measured: &Measured, explanation: &str) -> String {
    let mut out = String::from("| | Target | Limit | Median (spread) | |\n|--:|---|--:|--:|---|\n");
    for line in lines(measured) {
        let limit = match line.limit {
            Limit::AtMost(x) => format!("at most {x}"),
            Limit::AtLeast(x) => format!("at least {x}"),
            Limit::Below(x) => format!("below {x}"),
            Limit::Is(x) => format!("{x:.1}"),
        };
        let found = line.found.map_or("-".to_owned(), |spread| cell(spread, 2));
        let verdict = match line.found {
            None if line.note.is_empty() => "not measured".to_owned(),
            None => format!("[**no figure**]({explanation})"),
            Some(spread) if line.limit.holds(spread.median) => "reached".to_owned(),
            Some(_) => format!("[**missed**]({explanation})"),
        };
        out += &format!(
            "| {} | {} | {limit} | {found} | {verdict}{} |\n",
            line.number, line.what, line.note
        );
    }
    out
}

impl Limit {
    /// By the digits that the table shows.
    fn holds(self, value: f64) -> bool {
        let shown = (value * 100.0).round() / 100.0;
        match self {
            Self::AtMost(x) => shown <= x,
            Self::AtLeast(x) => shown >= x,
            Self::Below(x) => shown < x,
            Self::Is(x) => (value - x).abs() < 0.05,
        }
    }
}

fn lines(measured: &Measured) -> Vec<Line> {
    let mut lines = replies(measured.of(&throughput::KIND));
    lines.extend(pace(measured.of(&pacing::KIND)));
    lines.extend(open_streams(measured.of(&memory::KIND)));
    lines.push(crowd(measured.of(&pacing::KIND)));
    lines.extend(two_workers(measured.of(&workers::KIND)));
    lines.push(large_prompt(measured.of(&prompt::KIND)));
    lines.extend(beside_proxy(measured.of(&protocols::KIND)));
    lines
}

impl Line {
    fn new(number: usize, what: String, limit: Limit, found: Option<Spread>) -> Self {
        Self {
            number,
            what,
            limit,
            found,
            note: String::new(),
        }
    }
}

fn replies(rows: &[Row]) -> Vec<Line> {
    let mut lines = Vec::new();
    for floor in ["return-headers", "return"] {
        let found = ratio(rows, throughput::FLOOR, MODULE, floor, |row| {
            row.cpu_per_reply_us
        });
        let what = format!("No delay, CPU per reply: module / {floor}");
        lines.push(Line::new(1, what, Limit::AtMost(1.15), found));
    }
    for (peer, limit) in [("lua", 5.0), ("llmsim", 3.0), ("crabllm-bench", 1.3)] {
        let found = ratio(rows, throughput::OTHERS, MODULE, peer, |row| {
            row.replies_per_s
        });
        let what = format!("No delay, replies per second: module / {peer}");
        lines.push(Line::new(2, what, Limit::AtLeast(limit), found));
    }
    lines
}

fn pace(rows: &[Row]) -> Vec<Line> {
    let cases = ["1000 streams, 50 ms", "5000 streams, 50 ms"];
    // Where a core is too slow for the second case, the third shows the cost of a chunk.
    let [few, many] = cases.map(|case| (case, 50.0));
    let mut lines = Vec::new();
    for (case, delay) in [few, many, ("5000 streams, 100 ms", 100.0)] {
        let what = format!("{case}, CPU per chunk: module / bare");
        let paced = Paced::of(rows, delay, &[(case, MODULE), (case, BARE)]);
        let line = paced.line(3, what, Limit::AtMost(1.15), |row| row.cpu_per_chunk_us);
        lines.push(line);
    }
    for case in cases {
        let gap = figure(rows, case, MODULE, |row| row.gap_p50);
        let what = format!("{case}, median gap in ms");
        lines.push(Line::new(4, what, Limit::Is(50.0), gap));
        let pairs = summary::pairs(rows, (case, MODULE), (case, BARE));
        let found = Spread::of(pairs.map(|(row, bare)| row.gap_p99 - bare.gap_p99));
        let what = format!("{case}, 99 % of gaps in ms: module - bare");
        lines.push(Line::new(4, what, Limit::AtMost(2.0), found));
    }
    lines
}

fn open_streams(rows: &[Row]) -> Vec<Line> {
    let case = "5000 streams";
    let mut lines = Vec::new();
    for (module, echo) in [(MODULE, "echo"), ("module-default", "echo-default")] {
        let found = ratio(rows, case, module, echo, |row| row.memory_per_stream);
        let what = format!("Memory per open stream: {module} / {echo}");
        lines.push(Line::new(5, what, Limit::AtMost(1.0), found));
    }
    let found = figure(rows, case, MODULE, |row| row.memory_per_stream / 1_024.0);
    let what = "KB per open stream, nginx.conf as shipped".to_owned();
    lines.push(Line::new(5, what, Limit::AtMost(6.0), found));
    lines
}

fn crowd(rows: &[Row]) -> Line {
    let (many, few) = ("15000 streams, 400 ms", "1000 streams, 400 ms");
    let what = "400 ms, CPU per chunk: 15,000 streams / 1,000 streams".to_owned();
    let paced = Paced::of(rows, 400.0, &[(many, MODULE), (few, MODULE)]);
    paced.line(6, what, Limit::AtMost(1.0), |row| row.cpu_per_chunk_us)
}

fn two_workers(rows: &[Row]) -> Vec<Line> {
    let one = "1 workers, 1000 streams, 50 ms";
    let two = "2 workers, 2000 streams, 50 ms";
    let paced = Paced::of(rows, 50.0, &[(two, MODULE), (one, MODULE)]);
    let chunks = "Chunks per second on time: 2 workers / 1".to_owned();
    let cpu = "CPU per chunk: 2 workers / 1".to_owned();
    vec![
        paced.line(7, chunks, Limit::AtLeast(1.9), |row| row.chunks_per_s),
        paced.line(7, cpu, Limit::AtMost(1.05), |row| row.cpu_per_chunk_us),
    ]
}

fn large_prompt(rows: &[Row]) -> Line {
    let found = ratio(rows, "1000000 bytes", MODULE, "return-headers", |row| {
        row.cpu_per_reply_us
    });
    let what = "1 MB prompt, CPU per reply: module / return-headers".to_owned();
    Line::new(8, what, Limit::AtMost(1.5), found)
}

fn beside_proxy(rows: &[Row]) -> Vec<Line> {
    let line = |protocol: &'static str| {
        let what = format!("{protocol}, CPU per chunk: module / nginx proxying the bare program");
        let paced = Paced::of(rows, 50.0, &[(protocol, MODULE), (protocol, "proxy")]);
        paced.line(9, what, Limit::Below(1.0), |row| row.cpu_per_chunk_us)
    };
    ["TLS", "HTTP/2", "HTTP/3"].map(line).into()
}

/// The runs of two cases and servers that were on schedule. A late server sends
/// several words in one write, which is cheaper, so its CPU time does not count.
struct Paced<'a> {
    rows: Vec<Row>,
    compared: [(&'a str, &'a str); 2],
    /// How many runs were not on schedule.
    note: String,
}

impl<'a> Paced<'a> {
    /// At a delay in milliseconds.
    fn of(rows: &[Row], delay: f64, compared: &[(&'a str, &'a str); 2]) -> Self {
        let mut paced = Self {
            rows: Vec::new(),
            compared: *compared,
            note: String::new(),
        };
        for (case, server) in compared {
            let all = summary::runs(rows, case, server);
            let kept = all.clone().filter(|row| is_on_schedule(row, delay));
            let (kept, all) = (kept.cloned().collect::<Vec<_>>(), all.count());
            if kept.len() < all {
                let kept = kept.len();
                paced.note += &format!("; {case}: {server} on schedule in {kept} of {all} runs");
            }
            paced.rows.extend(kept);
        }
        paced
    }

    /// By how much a figure of the first is that of the second.
    fn line(&self, number: usize, what: String, limit: Limit, of: Figure) -> Line {
        let [one, other] = self.compared;
        let found = ratio_of(&self.rows, one, other, of);
        Line {
            note: self.note.clone(),
            ..Line::new(number, what, limit, found)
        }
    }
}

fn is_on_schedule(row: &Row, delay: f64) -> bool {
    let wanted = row.connections as f64 * 1e3 / delay;
    let near = |value: f64, wanted: f64| (value - wanted).abs() <= wanted * 0.02;
    near(row.chunks_per_s, wanted) && near(row.gap_p50, delay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suites::{Effort, Wanted};

    fn row(server: &str, run: usize, gap: f64, cpu: f64) -> Row {
        Row {
            suite: "pacing".to_owned(),
            case: "1000 streams, 50 ms".to_owned(),
            server: server.to_owned(),
            run,
            connections: 1_000,
            chunks_per_s: 20_000.0,
            gap_p50: gap,
            cpu_per_chunk_us: cpu,
            ..Row::default()
        }
    }

    fn line(rows: Vec<Row>) -> String {
        let table = table(&rows.into_iter().collect(), "why.md");
        let lines = table.lines().filter(|line| line.starts_with("| 3 |"));
        lines.into_iter().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn what_the_suites_measure_by_default_is_all_that_the_targets_need() {
        let mut rows = Vec::new();
        for suite in Wanted::all().map(|wanted| wanted.suite(&Effort::default())) {
            for comparison in &suite.cases {
                let gap = comparison.case.delay as f64 / 1e3;
                rows.extend(comparison.setups.iter().map(|setup| Row {
                    suite: suite.kind.name.to_owned(),
                    case: comparison.label.clone(),
                    connections: comparison.options.connections,
                    chunks_per_s: comparison.options.connections as f64 * 1e3 / gap,
                    replies_per_s: 1.0,
                    cpu_per_reply_us: 1.0,
                    memory_per_stream: 1.0,
                    ..row(setup.name(), 1, gap, 1.0)
                }));
            }
        }
        let table = table(&rows.into_iter().collect(), "why.md");
        assert!(!table.contains("| - |"), "{table}");
        for number in 1..=9 {
            assert!(table.contains(&format!("| {number} |")), "{table}");
        }
    }

    #[test]
    fn a_target_is_reached_missed_or_not_measured() {
        let with = |cpu| {
            line(vec![
                row("module", 1, 50.0, cpu),
                row("bare", 1, 50.0, 10.0),
            ])
        };
        assert!(with(11.4).ends_with("| 1.14 | reached |"), "{}", with(11.4));
        assert!(with(11.6).ends_with("| 1.16 | [**missed**](why.md) |"));
        assert!(line(Vec::new()).ends_with("| - | not measured |"));
    }

    #[test]
    fn late_runs_are_left_out_and_counted() {
        let mut rows = vec![
            row("module", 1, 50.0, 11.0),
            row("bare", 1, 50.0, 10.0),
            row("module", 2, 61.0, 5.0),
            row("bare", 2, 50.0, 10.0),
        ];
        let found = line(rows.clone());
        assert!(
            found.ends_with(
                "| 1.10 | reached; 1000 streams, 50 ms: module on schedule in 1 of 2 runs |"
            ),
            "{found}"
        );
        rows.remove(0);
        let found = line(rows);
        assert!(found.contains("| - | [**no figure**](why.md); 1000 streams, 50 ms: module"));
    }
}
