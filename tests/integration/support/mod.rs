//! What tests share: a server, clients, and measurements.

pub mod assertions;
pub mod client;
#[cfg(target_os = "linux")]
pub mod clients;
pub mod http;
#[cfg(target_os = "linux")]
pub mod leak_check;
pub mod memcheck;
pub mod nginx;
pub mod process;
pub mod runtime;
pub mod stream;
pub mod tls;
pub mod tools;
#[cfg(target_os = "linux")]
pub mod worker;

/// The middle value.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
