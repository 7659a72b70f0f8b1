//! The files with the figures of each run.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::kind::Kind;
use crate::lab::Lab;
use crate::row::Row;

/// The file of a suite.
pub fn path(lab: &Lab, kind: &Kind) -> PathBuf {
    lab.report().join(format!("{}.csv", kind.name))
}

/// Writes what a suite has found. A file that is there stays whole until all of
/// the new one is.
///
/// # Errors
///
/// It can't be written.
pub fn write(path: &Path, rows: &[Row]) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    let new = path.with_extension("new");
    let mut csv = csv::Writer::from_path(&new)?;
    for row in rows {
        csv.serialize(row)?;
    }
    let written = csv.flush().and_then(|()| fs::rename(&new, path));
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Reads what a suite has written; nothing if it has not run.
///
/// # Errors
///
/// The file is no such file.
pub fn read(path: &Path) -> Result<Vec<Row>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut csv = csv::Reader::from_path(path)?;
    let rows = csv.deserialize().collect::<Result<_, _>>();
    rows.with_context(|| format!("{} is damaged", path.display()))
}

/// Forgets what a suite has written.
///
/// # Errors
///
/// The file can't be removed.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
