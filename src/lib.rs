//! `ngx_http_llm_mock_module`: an nginx module that answers as the APIs of large
//! language models do.
//!
//! This crate is the glue between nginx and `llm_mock_core`, which composes the
//! responses. `directives` reads the configuration into `conf`, `host`
//! passes requests to core, and `ngx`, the only module with unsafe code, is the
//! interface to C.
#![deny(unsafe_code)]

mod conf;
mod directives;
mod host;
#[allow(unsafe_code)]
mod ngx;
mod settings;
mod variables;
mod worker;
