//! The interface to nginx: the only unsafe code of the project.
//!
//! nginx is single-threaded: all of this code runs on the one thread of a
//! process, called by nginx's event loop or while nginx reads its
//! configuration. Structures of nginx are accessed through raw pointers, never
//! through long-lived references, because any call of nginx may change them.

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
