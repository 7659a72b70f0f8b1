//! The module's slot in nginx's tables of configurations and contexts.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use nginx_sys::ngx_http_request_t;

static INDEX: AtomicUsize = AtomicUsize::new(0);

/// Stores the index that nginx assigns to the module when it loads it.
pub fn set_index(index: usize) {
    INDEX.store(index, Relaxed);
}

/// Returns the module's context of a request; null if there is none.
///
/// # Safety
///
/// `r` must be alive.
pub unsafe fn context(r: *mut ngx_http_request_t) -> *mut c_void {
    // SAFETY: nginx has a slot for each module there.
    unsafe { *(*r).ctx.add(INDEX.load(Relaxed)) }
}

/// Sets the module's context of a request.
///
/// # Safety
///
/// `r` must be alive; `context` must last as long as its pool.
pub unsafe fn set_context(r: *mut ngx_http_request_t, context: *mut c_void) {
    // SAFETY: as for `context`.
    unsafe { *(*r).ctx.add(INDEX.load(Relaxed)) = context };
}

/// Returns the module's configuration of the request's location.
///
/// # Safety
///
/// `r` must be alive.
pub unsafe fn loc_conf(r: *mut ngx_http_request_t) -> *mut c_void {
    // SAFETY: as for `context`.
    unsafe { *(*r).loc_conf.add(INDEX.load(Relaxed)) }
}
