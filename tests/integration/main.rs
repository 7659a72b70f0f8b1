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

mod support;

mod back_pressure;
#[cfg(target_os = "linux")]
mod binary_upgrade;
mod chunking;
mod client_suites;
mod concurrent_streams;
#[cfg(target_os = "linux")]
mod control_signals_under_load;
#[cfg(target_os = "linux")]
mod damaged_requests;
mod directive_inheritance;
mod directive_syntax;
mod disconnect;
mod error_page;
mod http1;
mod http2;
mod http3;
#[cfg(target_os = "linux")]
mod internal_redirects;
#[cfg(target_os = "linux")]
mod keepalive;
#[cfg(target_os = "linux")]
mod memory_use;
mod model_name;
mod openai_endpoints;
#[cfg(target_os = "linux")]
mod out_of_memory;
#[cfg(feature = "inject-panic")]
mod panics;
#[cfg(target_os = "linux")]
mod phases;
mod plain_response;
#[cfg(target_os = "linux")]
mod process_modes;
mod proxy;
mod request_body;
mod response_headers;
mod responses_api;
mod sdk_async_openai;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod stalled_clients;
mod stream_mode;
mod strict_validation;
#[cfg(target_os = "linux")]
mod subrequests;
mod timing;
mod tls;
#[cfg(target_os = "linux")]
mod tokenizer;
mod tool_call_chunks;
mod tool_calls;
mod transcript;
