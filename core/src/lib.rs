//! The protocol and the engine of nginx-llm-mock: what is said, in which
//! words of which API, and when. It knows no nginx type and does no I/O, so
//! everything here is tested without a server.
//!
//! A request travels through the modules in this order: [`api`] finds the
//! route, its dialect reads the body into an [`ask::Ask`], [`reply::compose`]
//! joins the [`script`] (what is said) with a [`pace`] (when), and a
//! [`stream::Stream`] hands out the frames as they fall due.
#![forbid(unsafe_code)]

pub mod api;
pub mod ask;
pub mod batch;
pub mod chunk;
pub mod composing;
pub mod embedding;
pub mod id;
#[cfg(feature = "inject-panic")]
mod inject;
pub mod json;
pub mod pace;
pub mod quote;
pub mod recent;
pub mod reply;
pub mod saying;
pub mod schema;
pub mod script;
pub mod short;
pub mod sse;
pub mod stream;
pub mod time;
pub mod tokens;
pub mod value;
pub mod wheel;
pub mod wish;
