//! A session sends one response: it connects the engine with nginx's timers,
//! buffers and events.
//!
//! A session is stored in the context of its request and owns one reference of
//! the request, which it releases by finalizing the request. It is in one of
//! three states: its timer runs until the next step is due; or it waits until
//! the client has taken what was sent; or it is finished, and only its memory
//! remains, because nginx may still send from it. Two handlers end it: a
//! cleanup of the request stops the timer as soon as nginx terminates the
//! request; a cleanup of the pool frees the memory when nothing refers to it
//! any more.

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

/// A response that is being sent.
pub struct Session {
    request: *mut ngx_http_request_t,
    stream: Stream,
    timer: Timer,
    /// Set with the first byte. Until then nginx sets the status: it logs 499
    /// for a client that leaves earlier.
    status: u16,
    /// Differs from nginx's `header_sent`: with `post_action`, a session starts
    /// after the headers of another response.
    headers_sent: bool,
    /// Whether it answers a `post_action`, which sends nothing to the client.
    is_post_action: bool,
    /// Whether the engine has failed.
    has_failed: bool,
    /// The bytes that `buf` refers to: the worker's buffer, until nginx is done
    /// with it.
    out: Buffer,
    buf: ngx_buf_t,
    chain: ngx_chain_t,
}

impl Session {
    /// Returns the facts of the response so far.
    pub fn facts(&self) -> Facts {
        self.stream.facts()
    }

    /// Returns the status of the response.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns whether an error of the worker ended the response: a panic, or a
    /// lack of memory.
    pub fn has_failed(&self) -> bool {
        self.has_failed
    }
}

/// Prepares a worker: sets the handler of the timers.
pub fn init() {
    timer::init(on_time);
}

/// What a session does next.
enum Next {
    /// Continue at this time.
    Sleep(Micros),
    /// Continue when the client has taken what was sent.
    Drain,
    /// Finalize the request with this code.
    Finish(ngx_int_t),
}

const ERROR: Next = Next::Finish(NGX_ERROR as ngx_int_t);
const SERVER_ERROR: Next = Next::Finish(NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t);

/// Sends `response`: each step when it is due.
///
/// # Safety
///
/// `r` must be alive, `context` must be its context, without a session, and the
/// caller must own one reference of `r`, which this function takes over. `r` may
/// be gone when this returns.
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

/// Stores a session in the context of `r`. Returns `None` if the pool cannot
/// grow.
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
    // to buffer stays valid. All-zero buffers and chains are what nginx starts
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

/// The cleanup handler of the request: nginx terminates it.
unsafe extern "C" fn end(session: *mut c_void) {
    // SAFETY: `create` registered it for a session, whose memory lasts until
    // the pool goes, which is later.
    unsafe { timer::stop(&raw mut (*session.cast::<Session>()).timer) }
}

/// Returns whether the response ends when the client leaves. A subrequest ends
/// with its main request.
///
/// # Safety
///
/// `r` must be alive.
unsafe fn ends_with_client(r: *mut ngx_http_request_t) -> bool {
    // SAFETY: passed on to the caller.
    unsafe { r == (*r).main && !Request::new(r).conf().ignore_client_abort }
}

/// Ends the request as soon as the client leaves: the idiom of
/// ngx_http_limit_req_module. Returns `None` if nginx cannot watch the
/// connection.
///
/// # Safety
///
/// `r` must be alive.
unsafe fn watch_for_abort(r: *mut ngx_http_request_t) -> Option<()> {
    // SAFETY: a request has a connection, and a connection has a read event.
    unsafe {
        // Otherwise nginx is still discarding a body, and continues with that,
        // as in ngx_http_set_write_handler.
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

/// Ends the request of an HTTP/3 client that cancels its stream. Only the write
/// event shows that (ngx_quic_handle_stop_sending_frame).
unsafe extern "C" fn test_writing(r: *mut ngx_http_request_t) {
    // SAFETY: nginx calls this for a live request, and does not use the request
    // afterwards.
    unsafe {
        let connection = (*r).connection;
        if (*(*connection).write).error() != 0 {
            (*connection).set_error(1);
            log_info((*connection).log, 0, "client closed the stream");
            ngx_http_finalize_request(r, NGX_HTTP_CLIENT_CLOSED_REQUEST as ngx_int_t);
        }
    }
}

/// Performs the next action. The session may be gone when this returns.
///
/// # Safety
///
/// `session` must be alive and not finished, and its timer must not run.
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

/// Finalizes the request: nginx sends what is still buffered, logs the request
/// and frees it.
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
            // Otherwise nginx adds the headers of the error page to these.
            ngx_http_clean_header(r);
        }
        ngx_http_finalize_request(r, rc);
    }
}

/// Continues a session whose timer has fired.
///
/// # Safety
///
/// `timer` must be that of a session, alive, and have just fired. The session
/// may be gone when this returns.
unsafe fn on_time(timer: *mut Timer) {
    // SAFETY: the timer is a field of its session. A session whose timer runs
    // belongs to a live request, see `end`, and that has a live connection.
    // After `proceed`, only the connection is used, as in nginx's own handlers:
    // its memory remains until the next iteration of the event loop.
    unsafe {
        let session = timer.byte_sub(offset_of!(Session, timer)).cast::<Session>();
        let r = (*session).request;
        if Context::session_of(r) != session {
            // nginx has redirected the request: `post_action` after a client
            // left. With that it gave the session's reference away.
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

/// Renders and sends the steps that are due.
///
/// # Safety
///
/// `session` must be alive, and nginx done with its buffer.
unsafe fn advance(session: *mut Session) -> Next {
    // SAFETY: the stream is borrowed only while the engine runs, which does not
    // call nginx. The rendered bytes stay in the session, unchanged, until nginx
    // is done with them.
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
    // SAFETY: nothing refers to the bytes any more, see above.
    unsafe { worker::give_back(mem::take(&mut (*session).out)) }
}

/// Waits for the client to take what was sent, for `send_timeout` at most.
/// Returns `None` if nginx cannot watch the connection.
///
/// # Safety
///
/// `r` must be alive, with a session.
unsafe fn wait_until_writable(r: *mut ngx_http_request_t) -> Option<()> {
    // SAFETY: a request has a connection, and a connection has a write event.
    // The core module has a configuration for every location.
    unsafe {
        let core = *(*r).loc_conf.add(ngx_http_core_module.ctx_index);
        let core = core.cast::<ngx_http_core_loc_conf_t>();
        let write = (*(*r).connection).write;
        (*r).write_event_handler = Some(on_writable);
        // limit_rate uses this timer while it delays. A subrequest that is not
        // active waits for others, not for the client.
        let is_in_turn = (*(*r).connection).data == r.cast();
        if is_in_turn && (*write).delayed() == 0 {
            ngx_add_timer(write, (*core).send_timeout);
        }
        (ngx_handle_write_event(write, (*core).send_lowat) == NGX_OK as ngx_int_t).then_some(())
    }
}

/// Continues when the client can take more; ends the request if it timed out.
unsafe extern "C" fn on_writable(r: *mut ngx_http_request_t) {
    // SAFETY: nginx calls this for a live request in whose context `create`
    // put the session; the handler is unset before the session finishes or
    // continues. After `finish` and `proceed` nothing is accessed.
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
                // Unless limit_rate has just set it: then only the timer ends
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
