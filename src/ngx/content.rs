//! The content handler: reads the body if the route needs it, and starts a
//! session.

use nginx_sys::{
    NGX_DECLINED, NGX_DONE, NGX_HTTP_INTERNAL_SERVER_ERROR, NGX_HTTP_SPECIAL_RESPONSE, NGX_OK,
    ngx_http_block_reading, ngx_http_discard_request_body, ngx_http_finalize_request,
    ngx_http_read_client_request_body, ngx_http_request_empty_handler, ngx_http_request_t,
    ngx_int_t,
};

use super::body;
use super::guard::{guard, log_error};
use super::request::Request;
use super::session::{self, Context};
use crate::host;

const SERVER_ERROR: ngx_int_t = NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t;

/// Handles the content phase. nginx calls content handlers in the reverse order
/// of their registration, so this one precedes static files. A location with
/// its own handler, such as `proxy_pass`, does not call it.
pub unsafe extern "C" fn handler(r: *mut ngx_http_request_t) -> ngx_int_t {
    // SAFETY: nginx calls this with a request that lives until it is
    // finalized, which happens last in each branch. A response takes a reference
    // of the request by hand; reading the body takes one in nginx. NGX_DONE
    // gives back the one that came with the call.
    unsafe {
        let request = Request::new(r);
        if !request.conf().enable {
            return NGX_DECLINED as ngx_int_t;
        }
        let log = (*(*r).connection).log;
        let Some(matched) = guard(log, || host::route(&request)) else {
            return SERVER_ERROR;
        };
        let context = Context::create(r, matched);
        if context.is_null() {
            return SERVER_ERROR;
        }
        stop_reading(r);
        // Otherwise a write event runs the phases again.
        (*r).write_event_handler = Some(ngx_http_request_empty_handler);
        if matched.needs_body(request.method()) {
            let rc = ngx_http_read_client_request_body(r, Some(body_ready));
            if rc >= NGX_HTTP_SPECIAL_RESPONSE as ngx_int_t {
                return rc;
            }
            return NGX_DONE as ngx_int_t;
        }
        let Some(response) = guard(log, || host::answer(&request, matched, &[])) else {
            return SERVER_ERROR;
        };
        let rc = ngx_http_discard_request_body(r);
        if rc != NGX_OK as ngx_int_t {
            return rc;
        }
        let main = (*r).main;
        (*main).set_count((*main).count() + 1);
        session::start(r, context, response);
        NGX_DONE as ngx_int_t
    }
}

/// Stops reading a body. If nginx refuses a body while it reads it and
/// `error_page` redirects the request here, nginx otherwise continues to read
/// the body (ngx_http_read_client_request_body_handler) and the request is
/// answered again.
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

/// nginx calls this when the body has been read. One reference of the request
/// remains to be finalized.
unsafe extern "C" fn body_ready(r: *mut ngx_http_request_t) {
    // SAFETY: nginx calls this with the request whose body it read, in whose
    // context `handler` stored the route. The body is in the request's pool and
    // is only accessed before the session starts or the request ends.
    unsafe {
        let request = Request::new(r);
        let log = (*(*r).connection).log;
        let context = Context::of(r);
        let matched = match context.is_null() {
            true => None,
            false => Context::matched(context),
        };
        let Some(matched) = matched else {
            // The session finalizes the request.
            log_error(log, "llm_mock: body callback on a request already answered");
            return;
        };
        let mut response = None;
        match body::read(r) {
            Ok(body) => {
                // The result of `guard` would be moved twice.
                guard(log, || {
                    response = Some(host::answer(&request, matched, &body))
                });
            }
            Err(why) => log_error(log, why),
        }
        match response {
            Some(response) => session::start(r, context, response),
            None => ngx_http_finalize_request(r, SERVER_ERROR),
        }
    }
}
