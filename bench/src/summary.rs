//! Runs of one server in one case, taken together.

use crate::row::Row;

/// The median of several runs, and their spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The lowest.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// The highest.
    pub high: f64,
}

impl Spread {
    /// Of these values; `None` if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let at = |k: usize| values.get(k).copied();
        let upper = at(values.len() / 2)?;
        let median = match values.len() % 2 {
            1 => upper,
            _ => (at(values.len() / 2 - 1)? + upper) / 2.0,
        };
        Some(Self {
            low: *values.first()?,
            median,
            high: *values.last()?,
        })
    }
}

/// A figure of a row.
pub type Figure = fn(&Row) -> f64;

/// The runs of `server` in `case` that have figures.
pub fn runs<'a>(
    rows: &'a [Row],
    case: &'a str,
    server: &'a str,
) -> impl Iterator<Item = &'a Row> + Clone {
    rows.iter()
        .filter(move |row| row.case == case && row.server == server && row.problem.is_empty())
}

/// A figure of `server` in `case`.
pub fn figure(rows: &[Row], case: &str, server: &str, figure: Figure) -> Option<Spread> {
    Spread::of(runs(rows, case, server).map(figure))
}

/// By how much a figure of `server` is that of `other`: the ratio of runs that
/// followed each other.
pub fn ratio(rows: &[Row], case: &str, server: &str, other: &str, of: Figure) -> Option<Spread> {
    ratio_of(rows, (case, server), (case, other), of)
}

/// The same, of any two cases and servers.
pub fn ratio_of(
    rows: &[Row],
    one: (&str, &str),
    other: (&str, &str),
    of: Figure,
) -> Option<Spread> {
    Spread::of(pairs(rows, one, other).map(|(row, peer)| of(row) / of(peer)))
}

/// The runs of two servers, each in a case, that followed each other.
pub fn pairs<'a>(
    rows: &'a [Row],
    (case, server): (&'a str, &'a str),
    (other_case, other): (&'a str, &'a str),
) -> impl Iterator<Item = (&'a Row, &'a Row)> {
    let others = runs(rows, other_case, other);
    runs(rows, case, server).filter_map(move |row| {
        let peer = others.clone().find(|peer| peer.run == row.run)?;
        Some((row, peer))
    })
}

/// The values of a column in the order in which they come first.
pub fn distinct(rows: &[Row], column: fn(&Row) -> &str) -> Vec<&str> {
    let mut seen: Vec<&str> = Vec::new();
    for value in rows.iter().map(column) {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(server: &str, run: usize, cpu: f64) -> Row {
        Row {
            case: "c".to_owned(),
            server: server.to_owned(),
            run,
            cpu_per_chunk_us: cpu,
            ..Row::default()
        }
    }

    #[test]
    fn a_median_and_its_spread() {
        let spread = Spread::of([3.0, 1.0, f64::NAN, 2.0]).unwrap();
        assert_eq!((spread.low, spread.median, spread.high), (1.0, 2.0, 3.0));
        assert_eq!(Spread::of([1.0, 2.0]).unwrap().median, 1.5);
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_ratio_is_that_of_neighbours() {
        // The second pair ran on a machine that was busy.
        let mut rows = vec![
            row("a", 1, 6.0),
            row("b", 1, 5.0),
            row("a", 2, 12.0),
            row("b", 2, 10.0),
        ];
        let spread = ratio(&rows, "c", "a", "b", |row| row.cpu_per_chunk_us).unwrap();
        assert_eq!((spread.low, spread.high), (1.2, 1.2));
        rows[1].problem = "no start".to_owned();
        let spread = ratio(&rows, "c", "a", "b", |row| row.cpu_per_chunk_us).unwrap();
        assert_eq!(spread.median, 1.2);
    }
}
