//! What a session hands to nginx to be sent.

use llm_mock_core::response::Head;
use nginx_sys::{
    NGX_HTTP_LAST, ngx_http_output_filter, ngx_http_request_t, ngx_http_send_header,
    ngx_http_send_special, ngx_int_t, ngx_uint_t,
};

use super::Session;
use crate::ngx::headers::{HeadersOut, PoolFull};

/// Writes the headers of a response, but for the status. Pages of any origin may
/// read it. `None` if the pool can't grow.
///
/// # Safety
///
/// `r` must be alive.
pub unsafe fn write_headers(r: *mut ngx_http_request_t, head: &Head) -> Option<()> {
    // SAFETY: the headers go to the request's own lists and pool.
    unsafe {
        let mut out = HeadersOut::new(r);
        // A response is made anew each time, whatever `If-Match` asks.
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

/// Hands the headers to nginx, which holds them back until the first bytes of
/// the body, so that both leave in one write.
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

/// Hands the rendered bytes to nginx.
///
/// # Safety
///
/// `session` must be alive, and nginx done with its buffer.
pub unsafe fn send(session: *mut Session, last: bool) -> ngx_int_t {
    // SAFETY: nginx is done with the buffer, so it may be set anew. Its memory
    // is the session's own and writable, since some filters (charset) recode a
    // buffer in place; the session does not touch it until it is drained.
    unsafe {
        let r = (*session).request;
        let out = (*session).out.as_mut_bytes();
        if out.is_empty() {
            // A buffer of no bytes is an error to nginx's write filter.
            return ngx_http_send_special(r, NGX_HTTP_LAST as ngx_uint_t);
        }
        let buf = &raw mut (*session).buf;
        (*buf).start = out.as_mut_ptr();
        (*buf).pos = (*buf).start;
        (*buf).last = (*buf).start.add(out.len());
        (*buf).end = (*buf).last;
        (*buf).set_memory(1);
        // Against postpone_output, and the buffers of TLS and gzip.
        (*buf).set_flush(u32::from(!last));
        (*buf).set_last_buf(u32::from(last && r == (*r).main));
        (*buf).set_last_in_chain(u32::from(last));
        ngx_http_output_filter(r, &raw mut (*session).chain)
    }
}

/// Whether nginx has taken all bytes of the buffer.
///
/// # Safety
///
/// `session` must be alive.
pub unsafe fn is_drained(session: *const Session) -> bool {
    // SAFETY: passed on to the caller.
    unsafe { (*session).buf.pos == (*session).buf.last }
}
