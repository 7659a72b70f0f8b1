//! From nginx's content phase to a session: reads the body where it matters.

use std::ptr;

use llm_mock_core::api::routes::{ROUTES, Route};
use nginx_sys::{
    NGX_DECLINED, NGX_DONE, NGX_HTTP_INTERNAL_SERVER_ERROR, NGX_HTTP_SPECIAL_RESPONSE, NGX_OK,
    ngx_http_block_reading, ngx_http_discard_request_body, ngx_http_finalize_request,
    ngx_http_read_client_request_body, ngx_http_request_empty_handler, ngx_http_request_t,
    ngx_int_t,
};

use super::guard::{guard, log_error};
use super::module::ctx_index;
use super::request::Request;
use super::{body, session};
use crate::handler::{Verdict, answer, answer_body};

/// A handler of the content phase. nginx calls those in the reverse order of
/// their registration, so this comes before static files; a location with a
/// handler of its own, such as `proxy_pass`, never gets here.
pub unsafe extern "C" fn handler(r: *mut ngx_http_request_t) -> ngx_int_t {
    // SAFETY: nginx calls this with a request that lives until it is
    // finalized, which happens last in each branch. A reply takes a reference
    // of the request by hand; reading the body takes one in nginx. NGX_DONE
    // gives back the one that came with the call.
    unsafe {
        let request = Request::new(r);
        let verdict = guard((*(*r).connection).log, || answer(&request));
        match verdict.unwrap_or(Verdict::Fail) {
            Verdict::Decline => NGX_DECLINED as ngx_int_t,
            Verdict::Fail => NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t,
            Verdict::Reply(reply) => {
                stop_reading(r);
                let rc = ngx_http_discard_request_body(r);
                if rc != NGX_OK as ngx_int_t {
                    return rc;
                }
                let main = (*r).main;
                (*main).set_count((*main).count() + 1);
                // Else a write event would run the phases again.
                (*r).write_event_handler = Some(ngx_http_request_empty_handler);
                session::start(r, *reply);
                NGX_DONE as ngx_int_t
            }
            Verdict::ReadBody(route) => {
                stop_reading(r);
                // Until a session takes this place.
                *(*r).ctx.add(ctx_index()) = ptr::from_ref(route).cast_mut().cast();
                (*r).write_event_handler = Some(ngx_http_request_empty_handler);
                let rc = ngx_http_read_client_request_body(r, Some(body_ready));
                if rc >= NGX_HTTP_SPECIAL_RESPONSE as ngx_int_t {
                    return rc;
                }
                NGX_DONE as ngx_int_t
            }
        }
    }
}

/// A body that nginx has refused, and `error_page` sent here, would be read on
/// (ngx_http_read_client_request_body_handler), and answered once more.
///
/// # Safety
///
/// `r` must be alive.
unsafe fn stop_reading(r: *mut ngx_http_request_t) {
    // SAFETY: passed on to the caller.
    unsafe {
        if (*r).discard_body() == 0 {
            (*r).read_event_handler = Some(ngx_http_block_reading);
        }
    }
}

/// The request's body is there; nginx leaves one reference to be finalized.
unsafe extern "C" fn body_ready(r: *mut ngx_http_request_t) {
    // SAFETY: nginx calls this with the request whose body it read. What lies in
    // its context is only compared with addresses. The body lies in the request's
    // pool and is only looked at before the session starts or the request ends.
    unsafe {
        let request = Request::new(r);
        let log = (*(*r).connection).log;
        let found = (*(*r).ctx.add(ctx_index())).cast::<Route>().cast_const();
        let Some(route) = ROUTES.iter().find(|&row| ptr::eq(row, found)) else {
            // A session is there, to which the request belongs.
            log_error(log, "llm_mock: a body came to a request that was answered");
            return;
        };
        let mut reply = None;
        match body::read(r) {
            Ok(body) => {
                // Not the result of `guard`, which would be moved twice.
                guard(log, || reply = answer_body(&request, route, &body));
            }
            Err(why) => log_error(log, why),
        }
        match reply {
            Some(reply) => session::start(r, reply),
            None => ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t),
        }
    }
}
