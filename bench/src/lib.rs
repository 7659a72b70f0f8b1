//! Measures nginx-llm-mock beside what else does the same.

pub mod client;
pub mod clock;
pub mod comparison;
pub mod crowd;
pub mod expect;
pub mod files;
pub mod kind;
pub mod lab;
pub mod learn;
pub mod measured;
pub mod plot;
pub mod process;
pub mod protocol;
pub mod reply;
pub mod report;
pub mod row;
pub mod setup;
pub mod suite;
pub mod suites;
pub mod summary;
pub mod table;
pub mod tally;
pub mod target;
pub mod trial;
pub mod wire;
pub mod wrk;
