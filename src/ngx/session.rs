//! A response on its way to the client: nginx's timers, buffers and events
//! around the engine.
//!
//! A session lives in the context of its request and owns one reference of the
//! request, which it gives back by finalizing it. It is in one of three states:
//! it sleeps until more is due; or it waits until the client takes what was
//! sent; or it is finished, and only its memory is still there, since nginx may
//! be sending from it. Two handlers end it: a cleanup of the request ends its
//! sleep as soon as nginx gives the request up; a cleanup of the pool frees the
//! memory when nobody can refer to it any more.

mod context;
mod output;

use std::ffi::c_void;
use std::mem::{self, MaybeUninit, offset_of};
use std::ptr;

use llm_mock_core::Response;
use llm_mock_core::engine::{Buffer, Facts, Poll, Stream};
use llm_mock_core::util::time::Micros;
use nginx_sys::{
    NGX_AGAIN, NGX_ERROR, NGX_ETIMEDOUT, NGX_HTTP_CLIENT_CLOSED_REQUEST,
    NGX_HTTP_INTERNAL_SERVER_ERROR, NGX_HTTP_REQUEST_TIME_OUT, NGX_HTTP_SPECIAL_RESPONSE, NGX_OK,
    ngx_add_timer, ngx_buf_t, ngx_chain_t, ngx_del_timer, ngx_err_t, ngx_handle_read_event,
    ngx_handle_write_event, ngx_http_clean_header, ngx_http_cleanup_add, ngx_http_core_loc_conf_t,
    ngx_http_core_module, ngx_http_finalize_request, ngx_http_log_ctx_t, ngx_http_output_filter,
    ngx_http_request_empty_handler, ngx_http_request_t, ngx_http_run_posted_requests,
    ngx_http_test_reading, ngx_int_t, ngx_post_event, ngx_posted_events,
};

pub use self::context::Context;
use self::output::{is_drained, send, send_headers, write_headers};
use super::Request;
use super::clock::monotonic;
use super::guard::{guard, log_error, log_info};
use super::timer::{self, Timer};
use crate::worker;

/// One response on its way.
pub struct Session {
    request: *mut ngx_http_request_t,
    stream: Stream,
    timer: Timer,
    /// Set with the first byte, and nginx's to choose until then: it logs a
    /// client that leaves before with 499.
    status: u16,
    /// Not nginx's `header_sent`: a session may come after other headers, by
    /// `post_action`.
    headers_sent: bool,
    /// Whether it answers a `post_action`, of which the client gets nothing.
    is_post_action: bool,
    /// Whether the engine could not go on.
    has_failed: bool,
    /// What `buf` refers to: the worker's buffer, until nginx has done with it.
    out: Buffer,
    buf: ngx_buf_t,
    chain: ngx_chain_t,
}

impl Session {
    /// What became of the response so far.
    pub fn facts(&self) -> Facts {
        self.stream.facts()
    }

    /// The status of the response.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether an error of the worker ended the response: a panic, or out of
    /// memory.
    pub fn has_failed(&self) -> bool {
        self.has_failed
    }
}

/// Prepares a worker: tells the timers whom to wake.
pub fn init() {
    timer::init(on_time);
}

/// What a session does next.
enum Next {
    /// Go on at this time.
    Sleep(Micros),
    /// Go on when the client has taken what was sent.
    Drain,
    /// Nothing: finalize the request with this code.
    Finish(ngx_int_t),
}

const ERROR: Next = Next::Finish(NGX_ERROR as ngx_int_t);
const SERVER_ERROR: Next = Next::Finish(NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t);

/// Sends `response`, now or as it falls due.
///
/// # Safety
///
/// `r` must be alive, `context` be its context, without a session, and one
/// reference of `r` must be the caller's to give away. `r` may be gone when this
/// returns.
pub unsafe fn start(r: *mut ngx_http_request_t, context: *mut Context, response: Response) {
    // SAFETY: passed on to the caller.
    unsafe {
        let written = write_headers(r, &response.head);
        let Some(session) = written.and_then(|()| create(r, context, response)) else {
            ngx_http_clean_header(r);
            ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t);
            return;
        };
        let mut next = advance(session);
        let goes_on = !matches!(next, Next::Finish(_));
        if goes_on && ends_with_client(r) && watch_for_abort(r).is_none() {
            next = ERROR;
        }
        proceed(session, next);
    }
}

/// Puts a session into the context of `r`. `None` if the pool can't grow.
///
/// # Safety
///
/// As for [`start`].
unsafe fn create(
    r: *mut ngx_http_request_t,
    context: *mut Context,
    response: Response,
) -> Option<*mut Session> {
    // SAFETY: the session never moves in its context, so the pointer from chain
    // to buffer stays right. All-zero buffers and chains are what nginx starts
    // with. The cleanup handler runs once.
    unsafe {
        let on_end = ngx_http_cleanup_add(r, 0);
        if on_end.is_null() {
            return None;
        }
        let session = Session {
            request: r,
            stream: response.stream,
            timer: Timer::STOPPED,
            status: response.head.status,
            headers_sent: false,
            is_post_action: (*r).post_action() != 0,
            has_failed: false,
            out: Buffer::new(),
            buf: MaybeUninit::zeroed().assume_init(),
            chain: MaybeUninit::zeroed().assume_init(),
        };
        let session = Context::set_session(context, session);
        (*session).chain.buf = &raw mut (*session).buf;
        (*on_end).handler = Some(end);
        (*on_end).data = session.cast();
        Some(session)
    }
}

/// A cleanup of the request: nginx gives it up.
unsafe extern "C" fn end(session: *mut c_void) {
    // SAFETY: `create` registered it for a session, whose memory lasts until
    // the pool goes, which is later.
    unsafe { timer::stop(&raw mut (*session.cast::<Session>()).timer) }
}

/// Whether the response is given up when the client leaves. A subrequest ends
/// with its main request.
///
/// # Safety
///
/// `r` must be alive.
unsafe fn ends_with_client(r: *mut ngx_http_request_t) -> bool {
    // SAFETY: passed on to the caller.
    unsafe { r == (*r).main && !Request::new(r).conf().ignore_client_abort }
}

/// Cuts the request as soon as the client leaves: the idiom of
/// ngx_http_limit_req_module. `None` if nginx can't watch the connection.
///
/// # Safety
///
/// `r` must be alive.
unsafe fn watch_for_abort(r: *mut ngx_http_request_t) -> Option<()> {
    // SAFETY: a request has a connection, and that a read event.
    unsafe {
        // Else nginx is still reading a body away, and goes on with that, as in
        // ngx_http_set_write_handler.
        if (*r).discard_body() == 0 {
            (*r).read_event_handler = Some(ngx_http_test_reading);
        }
        (*r).write_event_handler = Some(test_writing);
        let read = (*(*r).connection).read;
        if (*read).ready() != 0 {
            // The client may have left already.
            ngx_post_event(read, &raw mut ngx_posted_events);
            Some(())
        } else {
            (ngx_handle_read_event(read, 0) == NGX_OK as ngx_int_t).then_some(())
        }
    }
}

/// Cuts the request of an HTTP/3 client that cancels its stream: that shows on
/// the write event alone (ngx_quic_handle_stop_sending_frame).
unsafe extern "C" fn test_writing(r: *mut ngx_http_request_t) {
    // SAFETY: nginx calls this for a live request, and does not touch that any
    // more.
    unsafe {
        let connection = (*r).connection;
        if (*(*connection).write).error() != 0 {
            (*connection).set_error(1);
            log_info((*connection).log, 0, "client closed the stream");
            ngx_http_finalize_request(r, NGX_HTTP_CLIENT_CLOSED_REQUEST as ngx_int_t);
        }
    }
}

/// Does what comes next. The session may be gone when this returns.
///
/// # Safety
///
/// `session` must be alive, awake and not finished.
unsafe fn proceed(session: *mut Session, next: Next) {
    // SAFETY: passed on to the caller.
    unsafe {
        match next {
            Next::Sleep(due) => timer::start(&raw mut (*session).timer, due),
            Next::Drain => {
                if wait_until_writable((*session).request).is_none() {
                    finish(session, NGX_ERROR as ngx_int_t);
                }
            }
            Next::Finish(rc) => finish(session, rc),
        }
    }
}

/// Gives the request back to nginx, which sends what is still buffered, and
/// logs and frees it.
///
/// # Safety
///
/// `session` must be alive. It may be gone when this returns.
unsafe fn finish(session: *mut Session, rc: ngx_int_t) {
    // SAFETY: the session owns a reference of its request until here.
    unsafe {
        end(session.cast());
        let r = (*session).request;
        if rc >= NGX_HTTP_SPECIAL_RESPONSE as ngx_int_t && (*r).header_sent() == 0 {
            // Else the headers of the error page would be added to these.
            ngx_http_clean_header(r);
        }
        ngx_http_finalize_request(r, rc);
    }
}

/// The time has come until which the session slept.
///
/// # Safety
///
/// `timer` must be that of a session, alive and just woken. The session may be
/// gone when this returns.
unsafe fn on_time(timer: *mut Timer) {
    // SAFETY: the timer is a part of its session. A session that sleeps is one
    // of a live request, see `end`, and that has a live connection. What is used
    // after the session's turn is the connection alone, as nginx's own handlers
    // do: its memory stays until the next turn of the event loop.
    unsafe {
        let session = timer.byte_sub(offset_of!(Session, timer)).cast::<Session>();
        let r = (*session).request;
        if Context::session_of(r) != session {
            // nginx has redirected the request, by `post_action` of a client
            // that left: with that it gave the session's reference away.
            return;
        }
        let connection = (*r).connection;
        let log_context = (*(*connection).log).data.cast::<ngx_http_log_ctx_t>();
        (*log_context).current_request = r;
        let next = advance(session);
        proceed(session, next);
        ngx_http_run_posted_requests(connection);
    }
}

/// Sends all that is due.
///
/// # Safety
///
/// `session` must be alive, and nginx done with its buffer.
unsafe fn advance(session: *mut Session) -> Next {
    // SAFETY: the stream is borrowed only while the engine runs, which calls
    // nothing of nginx. What it rendered stays in the session, unchanged, until
    // nginx is done with it.
    unsafe {
        let r = (*session).request;
        let log = (*(*r).connection).log;
        let polled = guard(log, || {
            let mut out = worker::take_buffer();
            let polled = (*session).stream.poll(monotonic(), &mut out);
            if polled == Poll::OutOfMemory {
                log_error(log, "llm_mock: out of memory while rendering the response");
            }
            (*session).out = out;
            polled
        });
        let (due, last) = match polled {
            Some(Poll::Wait(due)) => (due, false),
            Some(Poll::Done) => (0, true),
            Some(Poll::OutOfMemory) | None => {
                (*session).has_failed = true;
                give_back(session);
                return match (*r).header_sent() {
                    0 => SERVER_ERROR,
                    _ => ERROR,
                };
            }
        };
        if (*session).out.as_bytes().is_empty() && !last {
            give_back(session);
            return Next::Sleep(due);
        }
        if !(*session).headers_sent {
            let rc = send_headers(session);
            if rc == NGX_ERROR as ngx_int_t || rc > NGX_OK as ngx_int_t || (*r).header_only() != 0 {
                return Next::Finish(rc);
            }
        }
        let rc = send(session, last);
        let drained = is_drained(session);
        if drained {
            give_back(session);
        }
        if last || rc == NGX_ERROR as ngx_int_t {
            Next::Finish(rc)
        } else if rc == NGX_AGAIN as ngx_int_t || !drained {
            Next::Drain
        } else {
            Next::Sleep(due)
        }
    }
}

/// Gives the rendered bytes back to the worker.
///
/// # Safety
///
/// `session` must be alive, and nginx done with its buffer.
unsafe fn give_back(session: *mut Session) {
    // SAFETY: nobody refers to the bytes any more, see above.
    unsafe { worker::give_back(mem::take(&mut (*session).out)) }
}

/// Waits for the client to take what was sent, for `send_timeout`. `None` if
/// nginx can't watch the connection.
///
/// # Safety
///
/// `r` must be alive, with a session.
unsafe fn wait_until_writable(r: *mut ngx_http_request_t) -> Option<()> {
    // SAFETY: a request has a connection, and that a write event; the core
    // module's configuration is there for every location.
    unsafe {
        let core = *(*r).loc_conf.add(ngx_http_core_module.ctx_index);
        let core = core.cast::<ngx_http_core_loc_conf_t>();
        let write = (*(*r).connection).write;
        (*r).write_event_handler = Some(on_writable);
        // limit_rate has its own use of this timer while it delays. A subrequest
        // whose turn has not come waits for others, not for the client.
        let is_in_turn = (*(*r).connection).data == r.cast();
        if is_in_turn && (*write).delayed() == 0 {
            ngx_add_timer(write, (*core).send_timeout);
        }
        (ngx_handle_write_event(write, (*core).send_lowat) == NGX_OK as ngx_int_t).then_some(())
    }
}

/// The client can take more, or did not in time.
unsafe extern "C" fn on_writable(r: *mut ngx_http_request_t) {
    // SAFETY: nginx calls this for a live request in whose context `create`
    // put the session; the handler is unset before the session finishes or
    // goes on. After `finish` and `proceed` nothing is touched.
    unsafe {
        let session = Context::session_of(r);
        let connection = (*r).connection;
        let write = (*connection).write;
        if (*write).timedout() != 0 {
            let err = NGX_ETIMEDOUT as ngx_err_t;
            log_info((*connection).log, err, "client timed out");
            (*connection).set_timedout(1);
            finish(session, NGX_HTTP_REQUEST_TIME_OUT as ngx_int_t);
            return;
        }
        if (*write).delayed() == 0 {
            let rc = ngx_http_output_filter(r, ptr::null_mut());
            if rc == NGX_ERROR as ngx_int_t {
                finish(session, rc);
                return;
            }
            if rc != NGX_AGAIN as ngx_int_t && is_drained(session) {
                // Not if limit_rate has just set it: then only the timer ends
                // its delay.
                if (*write).timer_set() != 0 && (*write).delayed() == 0 {
                    ngx_del_timer(write);
                }
                (*r).write_event_handler = match ends_with_client(r) {
                    true => Some(test_writing),
                    false => Some(ngx_http_request_empty_handler),
                };
                give_back(session);
                let next = match ngx_handle_write_event(write, 0) == NGX_OK as ngx_int_t {
                    true => advance(session),
                    false => ERROR,
                };
                proceed(session, next);
                return;
            }
        }
        proceed(session, Next::Drain);
    }
}
