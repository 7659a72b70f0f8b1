//! All that was measured.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::files;
use crate::kind::Kind;
use crate::lab::Lab;
use crate::row::Row;
use crate::suites::KINDS;

/// The runs of all suites.
#[derive(Debug, Default)]
pub struct Measured(BTreeMap<&'static str, Vec<Row>>);

impl Measured {
    /// What is in the files.
    ///
    /// # Errors
    ///
    /// One of them is damaged.
    pub fn read(lab: &Lab) -> Result<Self> {
        let mut all = BTreeMap::new();
        for kind in KINDS {
            all.insert(kind.name, files::read(&files::path(lab, kind))?);
        }
        Ok(Self(all))
    }

    /// The runs of a suite.
    pub fn of(&self, kind: &Kind) -> &[Row] {
        self.0.get(kind.name).map_or(&[], Vec::as_slice)
    }

    /// All runs.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.0.values().flatten()
    }
}

impl FromIterator<Row> for Measured {
    fn from_iter<T: IntoIterator<Item = Row>>(rows: T) -> Self {
        let mut all = BTreeMap::new();
        for row in rows {
            let kind = KINDS.iter().find(|kind| kind.name == row.suite);
            if let Some(kind) = kind {
                all.entry(kind.name).or_insert_with(Vec::new).push(row);
            }
        }
        Self(all)
    }
}
