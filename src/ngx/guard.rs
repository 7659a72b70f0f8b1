//! Catches panics before they reach C.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use nginx_sys::{
    NGX_LOG_ERR, NGX_LOG_INFO, NGX_MAX_ERROR_STR, ngx_err_t, ngx_log_error_core, ngx_log_t,
    ngx_uint_t,
};

/// Runs `f`. If it panics, logs an error and returns `None`.
///
/// # Safety
///
/// `log` must be a log that nginx holds open.
pub unsafe fn guard<T>(log: *mut ngx_log_t, f: impl FnOnce() -> T) -> Option<T> {
    // What `f` was changing is not used again: the request fails.
    match panic::catch_unwind(AssertUnwindSafe(f)) {
        Ok(value) => Some(value),
        Err(panic) => {
            // SAFETY: passed on to the caller.
            unsafe { log_error(log, &format!("llm_mock: panic: {}", message(&*panic))) };
            None
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("of unknown cause")
}

/// Writes one line at level `error`.
///
/// # Safety
///
/// `log` must be a log that nginx holds open.
pub unsafe fn log_error(log: *mut ngx_log_t, message: &str) {
    // SAFETY: passed on to the caller.
    unsafe { write(NGX_LOG_ERR as ngx_uint_t, log, 0, message) }
}

/// Writes one line at level `info`, with the name of the error `err`.
///
/// # Safety
///
/// `log` must be a log that nginx holds open.
pub unsafe fn log_info(log: *mut ngx_log_t, err: ngx_err_t, message: &str) {
    // SAFETY: passed on to the caller.
    unsafe { write(NGX_LOG_INFO as ngx_uint_t, log, err, message) }
}

unsafe fn write(level: ngx_uint_t, log: *mut ngx_log_t, err: ngx_err_t, message: &str) {
    // SAFETY: the caller vouches for `log`. The format takes a length and a
    // pointer, and `line` lives during the call, which copies it.
    unsafe {
        if (*log).log_level >= level {
            let mut line = [0; NGX_MAX_ERROR_STR as usize];
            let line = one_line(message, &mut line);
            ngx_log_error_core(level, log, err, c"%*s".as_ptr(), line.len(), line.as_ptr());
        }
    }
}

/// Copies as much of `message` as fits, without line breaks: it may contain text
/// of a client. Does not allocate, because the message may be about a lack of
/// memory.
fn one_line<'a>(message: &str, place: &'a mut [u8]) -> &'a [u8] {
    let mut len = 0;
    for c in message.chars() {
        let c = if c.is_control() { ' ' } else { c };
        match place.get_mut(len..len + c.len_utf8()) {
            Some(place) => len += c.encode_utf8(place).len(),
            None => break,
        }
    }
    place.get(..len).unwrap_or_default()
}
