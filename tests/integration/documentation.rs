//! `docs/endpoints.md` covers every route and keeps its form.

use std::collections::HashSet;

use llm_mock_core::routes::ROUTES;

const PAGE: &str = include_str!("../../docs/endpoints.md");

/// The longest cell of a table, in characters: one or two short sentences.
const LONGEST_CELL: usize = 160;

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let text: String = heading
        .to_lowercase()
        .chars()
        .filter(|&c| kept(c))
        .collect();
    text.trim().replace(' ', "-")
}

fn headings() -> HashSet<String> {
    let headings = PAGE.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|it| anchor(it.trim_start_matches('#')))
        .collect()
}

/// The targets of the links within the page.
fn links() -> impl Iterator<Item = &'static str> {
    let starts = PAGE.split("](#").skip(1);
    starts.map(|rest| rest.split(')').next().unwrap())
}

#[test]
fn every_route_is_in_the_index() {
    for route in ROUTES {
        let row = format!("| `{} {}` | [", route.method.name(), route.path);
        assert!(PAGE.contains(&row), "docs/endpoints.md lacks the row {row}");
    }
}

#[test]
fn every_link_has_a_section() {
    let headings = headings();
    assert!(links().count() > 40);
    for link in links() {
        assert!(
            headings.contains(link),
            "docs/endpoints.md has no section #{link}"
        );
    }
}

#[test]
fn tables_have_short_cells_and_equal_rows() {
    let mut columns = None;
    for line in PAGE.lines() {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let cells: Vec<_> = line.trim_matches('|').split('|').collect();
        assert_eq!(*columns.get_or_insert(cells.len()), cells.len(), "{line}");
        for cell in cells {
            assert!(cell.trim().chars().count() <= LONGEST_CELL, "{cell}");
        }
    }
}
