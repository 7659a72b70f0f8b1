//! The border to nginx: the only unsafe code of the project.
//!
//! nginx is single-threaded: everything here runs in one process on its one
//! thread, called by nginx's event loop or while it reads its configuration.
//! Structures of nginx are touched through raw pointers, never through long
//! references, since nginx changes them whenever one of its functions runs.

mod argument;
mod body;
mod bytes;
mod clock;
mod command;
mod content;
mod flavour;
mod guard;
mod headers;
mod location;
mod module;
mod request;
mod session;
mod slot;
mod timer;
mod value;
mod variables;

pub use argument::{Argument, Logged};
pub use clock::now;
pub use request::Request;
pub use value::ComplexValue;
