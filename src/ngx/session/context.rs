//! What the module keeps of a request: its route, then, in the same place, its
//! session.

use std::ffi::c_void;
use std::ptr;

use llm_mock_core::routes::Matched;
use nginx_sys::{ngx_http_request_t, ngx_pool_cleanup_add};

use super::Session;
use crate::ngx::slot;

/// The context of a request. It is freed with the request's pool.
#[expect(
    clippy::large_enum_variant,
    reason = "the route is there only until the body is read"
)]
pub enum Context {
    /// The response is to be composed.
    Matched(Matched),
    /// The response is on its way.
    Session(Session),
}

// The route takes no memory beside the session, of which there are many.
const _: () = assert!(size_of::<Context>() == size_of::<Session>());

impl Context {
    /// Makes the context of `r`. Null if the pool can't grow.
    ///
    /// # Safety
    ///
    /// `r` must be alive.
    pub unsafe fn create(r: *mut ngx_http_request_t, matched: Matched) -> *mut Self {
        const { assert!(align_of::<Context>() <= nginx_sys::NGX_ALIGNMENT) };
        // SAFETY: the cleanup's data is fresh memory of the size asked for,
        // aligned as asserted, and written before anything reads it. The pool
        // runs the cleanup once.
        unsafe {
            let cleanup = ngx_pool_cleanup_add((*r).pool, size_of::<Self>());
            if cleanup.is_null() {
                return ptr::null_mut();
            }
            let context = (*cleanup).data.cast::<Self>();
            context.write(Self::Matched(matched));
            (*cleanup).handler = Some(free);
            slot::set_context(r, context.cast());
            context
        }
    }

    /// The context of `r`; null if it has none.
    ///
    /// # Safety
    ///
    /// `r` must be alive.
    pub unsafe fn of(r: *mut ngx_http_request_t) -> *mut Self {
        // SAFETY: only `create` puts something there.
        unsafe { slot::context(r).cast() }
    }

    /// The session of `r`; null if it has none.
    ///
    /// # Safety
    ///
    /// `r` must be alive.
    pub unsafe fn session_of(r: *mut ngx_http_request_t) -> *mut Session {
        // SAFETY: what `of` found lasts as long as the request.
        unsafe {
            match Self::of(r).as_mut() {
                Some(Self::Session(session)) => session,
                _ => ptr::null_mut(),
            }
        }
    }

    /// The latest session of `r`, even after an internal redirect, which clears
    /// the contexts of a request. `None` if it has none.
    ///
    /// # Safety
    ///
    /// `r` must be alive, and no session of it be borrowed.
    pub unsafe fn latest_session_of<'a>(r: *mut ngx_http_request_t) -> Option<&'a Session> {
        // SAFETY: the pool's cleanups are a list that ends with null, the latest
        // first; one with this handler has a context as its data.
        unsafe {
            let mut cleanup = (*(*r).pool).cleanup;
            while !cleanup.is_null() {
                if (*cleanup)
                    .handler
                    .is_some_and(|it| ptr::fn_addr_eq(it, FREE))
                {
                    let context = (*cleanup).data.cast::<Self>();
                    if let Self::Session(session) = &*context {
                        return Some(session);
                    }
                }
                cleanup = (*cleanup).next;
            }
            None
        }
    }

    /// Where the request goes; none if it has a session.
    pub fn matched(&self) -> Option<Matched> {
        match self {
            Self::Matched(matched) => Some(*matched),
            Self::Session(_) => None,
        }
    }
}

const FREE: unsafe extern "C" fn(*mut c_void) = free;

/// A cleanup of the pool: nobody refers to the session or its buffer.
unsafe extern "C" fn free(context: *mut c_void) {
    // SAFETY: `create` registered it for a context that it had written.
    unsafe { ptr::drop_in_place(context.cast::<Context>()) }
}
