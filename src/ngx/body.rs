//! The body of a request, wherever nginx put it.

use std::borrow::Cow;

use nginx_sys::{ngx_buf_t, ngx_http_request_t, ngx_read_file};

use super::bytes::slice_of;

/// The whole body, without a copy where it lies in one buffer. Empty where
/// there is none.
///
/// # Errors
///
/// Why it can't be had, for the log.
///
/// # Safety
///
/// `r` must be a request whose body nginx has read. The result refers to the
/// request's pool and must be gone before the request is finalized.
pub unsafe fn read<'a>(r: *mut ngx_http_request_t) -> Result<Cow<'a, [u8]>, &'static str> {
    let mut body = Cow::Borrowed([].as_slice());
    // SAFETY: after the body was read, `request_body` is null or holds a chain
    // of buffers that ends with null, all in the request's pool; a buffer has
    // its bytes between `pos` and `last`, or between `file_pos` and
    // `file_last` of its file.
    unsafe {
        if (*r).request_body.is_null() {
            return Ok(body);
        }
        let mut link = (*(*r).request_body).bufs;
        while !link.is_null() {
            let buf = (*link).buf;
            if (*buf).memory() != 0 || (*buf).temporary() != 0 || (*buf).mmap() != 0 {
                let len = usize::try_from((*buf).last.offset_from((*buf).pos)).unwrap_or(0);
                let part = slice_of((*buf).pos, len);
                if body.is_empty() {
                    body = Cow::Borrowed(part);
                } else {
                    reserve(body.to_mut(), part.len())?;
                    body.to_mut().extend_from_slice(part);
                }
            } else if (*buf).in_file() != 0 {
                read_file(buf, body.to_mut())?;
            }
            link = (*link).next;
        }
    }
    Ok(body)
}

/// Appends the part of a temporary file that `buf` stands for.
///
/// # Safety
///
/// `buf` must be a buffer in a file that nginx holds open.
unsafe fn read_file(buf: *mut ngx_buf_t, body: &mut Vec<u8>) -> Result<(), &'static str> {
    // SAFETY: the caller vouches for the file and its bounds. The vector has
    // room for `len` bytes past its length; of these, nginx wrote as many as
    // it says.
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
