//! nginx's strings and buffers as slices.

use std::slice;

use nginx_sys::ngx_str_t;

/// Returns the bytes of an nginx string.
///
/// # Safety
///
/// `string` must be empty or describe memory that stays valid and unchanged
/// for `'a`.
pub unsafe fn bytes<'a>(string: ngx_str_t) -> &'a [u8] {
    // SAFETY: passed on to the caller.
    unsafe { slice_of(string.data, string.len) }
}

/// Returns `len` bytes at `data`.
///
/// # Safety
///
/// `data` may be null or dangling if `len` is 0; else as for [`bytes`].
pub unsafe fn slice_of<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if len == 0 || data.is_null() {
        return &[];
    }
    // SAFETY: the caller vouches for `len` bytes at `data` during `'a`.
    unsafe { slice::from_raw_parts(data, len) }
}
