//! The body of a request, in memory or in a temporary file.

use std::borrow::Cow;

use nginx_sys::{ngx_buf_t, ngx_chain_t, ngx_http_request_t, ngx_read_file};

use super::bytes::slice_of;

/// Returns the whole body, without a copy if it is in one buffer. Without a
/// body, the result is empty.
///
/// # Errors
///
/// Returns the reason for the log if the body cannot be read.
///
/// # Safety
///
/// `r` must be a request whose body nginx has read. The result refers to the
/// request's pool and must be gone before the request is finalized.
pub unsafe fn read<'a>(r: *mut ngx_http_request_t) -> Result<Cow<'a, [u8]>, &'static str> {
    // SAFETY: after the body was read, `request_body` is null or holds a chain
    // of buffers that ends with null, all in the request's pool, which nginx
    // does not change while the content handler runs.
    unsafe {
        if (*r).request_body.is_null() {
            return Ok(Cow::Borrowed(&[]));
        }
        let chain = (*(*r).request_body).bufs;
        if chain.is_null() {
            return Ok(Cow::Borrowed(&[]));
        }
        if (*chain).next.is_null() && is_in_memory((*chain).buf) {
            return Ok(Cow::Borrowed(in_memory((*chain).buf)));
        }
        join(chain).map(Cow::Owned)
    }
}

/// Copies the bytes of all buffers into one vector.
///
/// # Safety
///
/// `chain` must be the body of a request that nginx has read.
unsafe fn join(chain: *mut ngx_chain_t) -> Result<Vec<u8>, &'static str> {
    let mut body = Vec::new();
    // SAFETY: the chain ends with null. A buffer is in memory, in a file that
    // nginx holds open, or empty.
    unsafe {
        let mut link = chain;
        while !link.is_null() {
            let buf = (*link).buf;
            if is_in_memory(buf) {
                let bytes = in_memory(buf);
                reserve(&mut body, bytes.len())?;
                body.extend_from_slice(bytes);
            } else if (*buf).in_file() != 0 {
                read_file(buf, &mut body)?;
            }
            link = (*link).next;
        }
    }
    Ok(body)
}

/// Returns whether a buffer is in memory, as nginx's `ngx_buf_in_memory` does.
///
/// # Safety
///
/// `buf` must be alive.
unsafe fn is_in_memory(buf: *const ngx_buf_t) -> bool {
    // SAFETY: passed on to the caller.
    unsafe { (*buf).memory() != 0 || (*buf).temporary() != 0 || (*buf).mmap() != 0 }
}

/// Returns the bytes of a buffer in memory.
///
/// # Safety
///
/// `buf` must be such a buffer, and stay unchanged for `'a`.
unsafe fn in_memory<'a>(buf: *const ngx_buf_t) -> &'a [u8] {
    // SAFETY: the bytes are between `pos` and `last`, in one block of memory.
    unsafe {
        let len = (*buf).last.offset_from((*buf).pos);
        slice_of((*buf).pos, usize::try_from(len).unwrap_or(0))
    }
}

/// Appends the part of a temporary file that `buf` refers to.
///
/// # Safety
///
/// `buf` must be a buffer in a file that nginx holds open.
unsafe fn read_file(buf: *mut ngx_buf_t, body: &mut Vec<u8>) -> Result<(), &'static str> {
    // SAFETY: the caller vouches for the file and its bounds. The vector has
    // room for `len` bytes past its length; of these, nginx has written as many
    // as it returns.
    unsafe {
        let mut at = (*buf).file_pos;
        while at < (*buf).file_last {
            let len = usize::try_from((*buf).file_last - at).unwrap_or(0);
            reserve(body, len)?;
            let read = ngx_read_file((*buf).file, body.as_mut_ptr().add(body.len()), len, at);
            match usize::try_from(read) {
                Ok(read) if read > 0 => body.set_len(body.len() + read.min(len)),
                _ => return Err("llm_mock: can't read the request body from its file"),
            }
            at += read as i64;
        }
    }
    Ok(())
}

fn reserve(body: &mut Vec<u8>, len: usize) -> Result<(), &'static str> {
    body.try_reserve(len)
        .map_err(|_| "llm_mock: out of memory while reading the request body")
}
