//! Variables of the response, for the log: `$llm_mock_chunks` and others.

use std::ptr;

use nginx_sys::{
    NGX_ERROR, NGX_HTTP_VAR_NOCACHEABLE, NGX_OK, ngx_conf_t, ngx_http_add_variable,
    ngx_http_request_t, ngx_http_variable_value_t, ngx_int_t, ngx_pnalloc, ngx_str_t, ngx_uint_t,
};

use super::clock::{monotonic, unix_msec};
use super::guard::guard;
use super::session::Context;
use crate::variables::{Outcome, VARIABLES};

/// Registers the variables. Returns `None` if nginx refuses one.
///
/// # Safety
///
/// `cf` must be the configuration being read.
pub unsafe fn register(cf: *mut ngx_conf_t) -> Option<()> {
    for (index, variable) in VARIABLES.iter().enumerate() {
        let mut name = ngx_str_t {
            len: variable.name.len(),
            data: variable.name.as_ptr().cast_mut(),
        };
        // SAFETY: nginx copies the name into its own pool.
        unsafe {
            let flags = NGX_HTTP_VAR_NOCACHEABLE as ngx_uint_t;
            let added = ngx_http_add_variable(cf, &mut name, flags).as_mut()?;
            added.get_handler = Some(get);
            added.data = index;
        }
    }
    Some(())
}

/// Evaluates variable `index` for a request.
unsafe extern "C" fn get(
    r: *mut ngx_http_request_t,
    value: *mut ngx_http_variable_value_t,
    index: usize,
) -> ngx_int_t {
    // SAFETY: nginx calls this with a live request and a value to fill in. It
    // may do so while it processes the headers of the session's own response
    // (add_header): `advance` holds no reference to the session while nginx
    // runs, and the one created here ends before nginx continues. The text is
    // copied into fresh memory of the request's pool.
    unsafe {
        let log = (*(*r).connection).log;
        let text = guard(log, || {
            let session = Context::latest_session_of(r).as_ref()?;
            let start = u64::try_from((*r).start_sec).unwrap_or(0) * 1_000;
            let outcome = Outcome {
                facts: session.facts(),
                status: session.status(),
                has_failed: session.has_failed(),
                elapsed: unix_msec().saturating_sub(start + (*r).start_msec as u64),
                now: monotonic(),
            };
            VARIABLES.get(index).and_then(|it| (it.get)(&outcome))
        });
        let Some(Some(text)) = text else {
            (*value).set_not_found(1);
            return NGX_OK as ngx_int_t;
        };
        let data = ngx_pnalloc((*r).pool, text.len()).cast::<u8>();
        if data.is_null() {
            return NGX_ERROR as ngx_int_t;
        }
        ptr::copy_nonoverlapping(text.as_ptr(), data, text.len());
        (*value).data = data;
        (*value).set_len(text.len() as u32);
        (*value).set_valid(1);
        (*value).set_no_cacheable(1);
        (*value).set_not_found(0);
        NGX_OK as ngx_int_t
    }
}
