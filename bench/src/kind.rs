//! What a suite measures, and how the report shows it.

use crate::table::Column;

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
