//! Measures nginx-llm-mock beside what else does the same.

pub mod client;
pub mod clock;
pub mod crowd;
pub mod expect;
pub mod lab;
pub mod learn;
pub mod process;
pub mod reply;
pub mod row;
pub mod setup;
pub mod suite;
pub mod suites;
pub mod summary;
pub mod table;
pub mod tally;
pub mod trial;
pub mod wire;
