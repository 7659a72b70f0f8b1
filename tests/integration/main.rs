//! Tests of the module in a real nginx, over real sockets.
//!
//! `LLM_MOCK_TEST_NGINX` and `LLM_MOCK_TEST_MODULE` are the paths of an nginx binary
//! and of the module built for it. Without them the embedded nginx is tested. A test
//! that needs an nginx module which the binary lacks is left out, and says so on
//! standard error.
//!
//! Each file is named after the behaviour it tests; `support/` has what they share.
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
#[cfg(target_os = "linux")]
mod catch_up;
mod chunking;
mod client_suites;
mod concurrent_streams;
mod control_signals;
#[cfg(target_os = "linux")]
mod control_signals_under_load;
#[cfg(target_os = "linux")]
mod damaged_requests;
mod directive_inheritance;
mod directive_syntax;
mod directive_variables;
mod disconnect;
mod documentation;
mod error_log;
mod error_page;
mod flush;
mod gemini_api;
mod http1;
mod http2;
mod http3;
mod http_methods;
mod ids_and_timestamps;
#[cfg(target_os = "linux")]
mod internal_redirects;
#[cfg(target_os = "linux")]
mod keepalive;
#[cfg(target_os = "linux")]
mod memory_use;
mod messages_api;
mod model_name;
mod ollama_api;
mod openai_endpoints;
#[cfg(target_os = "linux")]
mod out_of_memory;
#[cfg(feature = "inject-panic")]
mod panics;
#[cfg(target_os = "linux")]
mod phases;
mod plain_response;
mod post_action;
#[cfg(target_os = "linux")]
mod process_modes;
mod provider_errors;
mod proxy;
mod recipes;
mod request_body;
mod response_headers;
#[cfg(target_os = "linux")]
mod response_variables;
mod responses_api;
mod routes;
mod sdk_async_openai;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod stalled_clients;
mod stream_mode;
mod strict_validation;
mod structured_output;
#[cfg(target_os = "linux")]
mod subrequests;
#[cfg(target_os = "linux")]
mod timing;
mod tls;
#[cfg(target_os = "linux")]
mod tokenizer;
mod tool_call_chunks;
mod tool_calls;
mod transcript;
