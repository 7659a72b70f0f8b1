//! `ngx_http_llm_mock_module`: nginx answers as an OpenAI-compatible API.
//!
//! This crate is the glue between nginx and `llm_mock_core`, which knows what
//! to say and when. [`directives`] reads the configuration into [`conf`],
//! [`handler`] turns a request into a reply, and `ngx`, the only place with
//! unsafe code, carries both across the border to C.
#![deny(unsafe_code)]

mod conf;
mod directives;
mod handler;
mod head;
mod memory;
#[allow(unsafe_code)]
mod ngx;
mod worker;
