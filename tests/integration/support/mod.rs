//! What tests share: a server, clients, and what they observe.

pub mod client;
#[cfg(target_os = "linux")]
pub mod clients;
pub mod http;
#[cfg(target_os = "linux")]
pub mod leak_check;
pub mod memcheck;
pub mod nginx;
pub mod process;
pub mod stream;
#[cfg(target_os = "linux")]
pub mod worker;
