//! The protocol and the engine of nginx-llm-mock: the content of a response, its
//! wire format, and the time at which each part of it is sent. The crate knows
//! no nginx type and does no I/O, so everything here is tested without a server.
//!
//! # How a request is processed
//!
//! [`Request::new`] matches the route. [`respond`](respond()) composes the
//! response: the dialect of the route reads the body into a
//! [`GenerationRequest`](completion::GenerationRequest), [`completion`] makes the
//! [`Completion`](completion::Completion), and the dialect turns it into an
//! [`engine::Body`]. The [`engine::Stream`] of the response renders the steps
//! that are due. A [`Host`] supplies what core needs from outside, such as the
//! values of directives and the clock.
//!
//! # Map
//!
//! Dependencies point from the top to the bottom.
//!
//! | Module | Holds |
//! |---|---|
//! | [`respond`](mod@respond), [`request`], [`response`] | the entry point and its types |
//! | [`routes`] | the table of routes, and matching |
//! | [`providers`] | one folder for each provider: wire formats, errors, strict specs |
//! | [`host`] | what core needs from outside |
//! | [`validate`] | strict validation |
//! | [`completion`] | what is generated, independent of providers |
//! | [`engine`] | bodies, schedules and timers, independent of providers |
//! | [`schema`] | documents that are valid under a JSON Schema |
//! | [`tokens`] | OpenAI's tokenizers |
//! | [`error`], [`json`], [`util`] | errors, JSON, identifiers, times |
//!
//! # Example
//!
//! ```
//! use llm_mock_core::engine::{Buffer, Poll};
//! use llm_mock_core::host::FixedHost;
//! use llm_mock_core::{Method, Request, respond};
//!
//! let host = FixedHost::new(b"powered by openai");
//! let body = br#"{"model":"gpt-4o","stream":true}"#;
//! let request = Request::new(Method::Post, b"/v1/chat/completions").with_body(body);
//! let mut response = respond(&request, &host);
//! assert_eq!(response.head.status, 200);
//!
//! // The host's clock is at 0 and the delay is 50 ms.
//! let mut sent = Buffer::new();
//! assert_eq!(response.stream.poll(0, &mut sent), Poll::Wait(50_000));
//! assert!(sent.as_bytes().ends_with(b"\"delta\":{\"content\":\"powered \"},\"finish_reason\":null}]}\n\n"));
//! assert_eq!(response.stream.poll(100_000, &mut sent), Poll::Done);
//! assert!(sent.as_bytes().ends_with(b"data: [DONE]\n\n"));
//! ```
#![forbid(unsafe_code)]

pub mod completion;
pub mod engine;
pub mod error;
pub mod host;
pub mod http;
pub mod json;
pub mod providers;
pub mod request;
pub mod respond;
pub mod response;
pub mod routes;
pub mod schema;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod util;
pub mod validate;

pub use error::Error;
pub use host::Host;
pub use http::Method;
pub use request::Request;
pub use respond::respond;
pub use response::Response;
