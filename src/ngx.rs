//! The border to nginx: the only unsafe code of the project.
//!
//! nginx is single-threaded: everything here runs in one process on its one
//! thread, called by nginx's event loop or while it reads its configuration.
//! Structures of nginx are touched through raw pointers, never through long
//! references, since nginx changes them whenever one of its functions runs.

mod body;
mod command;
mod content;
mod flavour;
mod guard;
mod headers;
mod module;
mod request;
mod session;
mod value;

use std::slice;

use llm_mock_core::reply::Now;
use nginx_sys::{ngx_cached_time, ngx_current_msec, ngx_str_t};

pub use command::Argument;
pub use headers::{HeadersOut, NoMemory};
pub use request::Request;
pub use value::ComplexValue;

/// nginx's clocks, as it last read them: the schedule runs on the monotonic
/// one.
pub fn now() -> Now {
    // SAFETY: nginx sets both before it calls any module, and only this
    // thread updates them; both are read by value.
    let (msec, sec) = unsafe { (ngx_current_msec, (*ngx_cached_time).sec) };
    Now {
        monotonic: (msec as u64).saturating_mul(1_000),
        unix: u64::try_from(sec).unwrap_or(0),
    }
}

/// The bytes of an nginx string.
///
/// # Safety
///
/// `string` must be empty or describe memory that stays valid and unchanged
/// for `'a`.
unsafe fn bytes<'a>(string: ngx_str_t) -> &'a [u8] {
    // SAFETY: passed on to the caller.
    unsafe { slice_of(string.data, string.len) }
}

/// # Safety
///
/// `data` may be null or dangling if `len` is 0; else as for [`bytes`].
unsafe fn slice_of<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if len == 0 || data.is_null() {
        return &[];
    }
    // SAFETY: the caller vouches for `len` bytes at `data` during `'a`.
    unsafe { slice::from_raw_parts(data, len) }
}
