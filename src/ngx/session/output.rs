//! Passes the headers and the body of a session to nginx.

use llm_mock_core::response::Head;
use nginx_sys::{
    NGX_HTTP_LAST, ngx_http_output_filter, ngx_http_request_t, ngx_http_send_header,
    ngx_http_send_special, ngx_int_t, ngx_uint_t,
};

use super::Session;
use crate::ngx::headers::{HeadersOut, PoolFull};

/// Writes the headers of a response, except for the status. Pages of any origin
/// may read the response. Returns `None` if the pool cannot grow.
///
/// # Safety
///
/// `r` must be alive.
pub unsafe fn write_headers(r: *mut ngx_http_request_t, head: &Head) -> Option<()> {
    // SAFETY: the headers are stored in the request's own lists and pool.
    unsafe {
        let mut out = HeadersOut::new(r);
        // Each response is new, so `If-Match` and the like do not apply.
        (*r).set_disable_not_modified(1);
        write(head, &mut out).ok()
    }
}

fn write(head: &Head, out: &mut HeadersOut) -> Result<(), PoolFull> {
    if let Some(content_type) = head.content_type {
        out.content_type(content_type);
    }
    out.content_length(head.content_length);
    for header in &head.headers {
        out.set(header.name, &header.value)?;
    }
    out.set("Access-Control-Allow-Origin", b"*")?;
    let id_header = head.request_id_header;
    out.set("Access-Control-Expose-Headers", id_header.as_bytes())?;
    out.set(id_header, head.request_id.as_bytes())
}

/// Passes the headers to nginx, which holds them back until the first bytes of
/// the body, so that one write sends both.
///
/// # Safety
///
/// `session` must be alive.
pub unsafe fn send_headers(session: *mut Session) -> ngx_int_t {
    // SAFETY: passed on to the caller.
    unsafe {
        let r = (*session).request;
        HeadersOut::new(r).status((*session).status);
        (*session).headers_sent = true;
        ngx_http_send_header(r)
    }
}

/// Passes the rendered bytes to nginx.
///
/// # Safety
///
/// `session` must be alive, and nginx done with its buffer.
pub unsafe fn send(session: *mut Session, last: bool) -> ngx_int_t {
    // SAFETY: nginx is done with the buffer, so it may be set again. Its memory
    // is the session's own and writable, since some filters (charset) recode a
    // buffer in place; the session does not touch it until it is drained.
    unsafe {
        let r = (*session).request;
        let out = (*session).out.as_mut_bytes();
        if out.is_empty() {
            // nginx's write filter reports an empty buffer as an error.
            return ngx_http_send_special(r, NGX_HTTP_LAST as ngx_uint_t);
        }
        let buf = &raw mut (*session).buf;
        (*buf).start = out.as_mut_ptr();
        (*buf).pos = (*buf).start;
        (*buf).last = (*buf).start.add(out.len());
        (*buf).end = (*buf).last;
        (*buf).set_memory(1);
        // Overrides postpone_output and the buffers of TLS and gzip.
        (*buf).set_flush(u32::from(!last));
        (*buf).set_last_buf(u32::from(last && r == (*r).main));
        (*buf).set_last_in_chain(u32::from(last));
        ngx_http_output_filter(r, &raw mut (*session).chain)
    }
}

/// Returns whether nginx has taken all bytes of the buffer.
///
/// # Safety
///
/// `session` must be alive.
pub unsafe fn is_drained(session: *const Session) -> bool {
    // SAFETY: passed on to the caller.
    unsafe { (*session).buf.pos == (*session).buf.last }
}
