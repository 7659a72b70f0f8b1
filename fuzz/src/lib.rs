//! What the fuzz targets share.

pub mod budget;
pub mod case;
pub mod check;
pub mod json;
pub mod mutate;
pub mod words;
