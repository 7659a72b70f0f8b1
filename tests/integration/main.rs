//! Drives a real nginx with the module in it over real sockets.
//!
//! `LLM_MOCK_TEST_NGINX` and `LLM_MOCK_TEST_MODULE` name another server and
//! the module built for it; the embedded nginx serves without them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod client;
#[cfg(target_os = "linux")]
mod clients;
mod http;
#[cfg(target_os = "linux")]
mod ledger;
mod memcheck;
mod nginx;
mod process;
mod stream;
#[cfg(target_os = "linux")]
mod worker;

mod behind;
mod bodies;
mod crowd;
mod directives;
mod documentation;
mod endpoints;
mod headers;
mod http2;
mod http3;
#[cfg(target_os = "linux")]
mod keepalive;
mod levels;
mod life;
#[cfg(target_os = "linux")]
mod memory;
mod model;
#[cfg(target_os = "linux")]
mod modes;
#[cfg(feature = "inject-panic")]
mod panics;
#[cfg(target_os = "linux")]
mod phases;
mod pieces;
mod plain;
mod pressure;
mod protocols;
#[cfg(target_os = "linux")]
mod redirects;
mod refusals;
#[cfg(target_os = "linux")]
mod reload;
mod rule;
#[cfg(target_os = "linux")]
mod scarce;
mod sdk;
mod services;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod stalled;
mod strict;
#[cfg(target_os = "linux")]
mod subrequests;
mod suites;
mod text;
mod timing;
mod tls;
#[cfg(target_os = "linux")]
mod tokens;
mod tools;
mod transcript;
#[cfg(target_os = "linux")]
mod upgrade;
#[cfg(target_os = "linux")]
mod wire;
