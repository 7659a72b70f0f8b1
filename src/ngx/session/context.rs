//! The module's context of a request: first the route, then the session, in the
//! same memory.

use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::ptr;

use llm_mock_core::routes::Matched;
use nginx_sys::{ngx_http_request_t, ngx_pool_cleanup_add};

use super::Session;
use crate::ngx::slot;

/// The context of a request. It is freed with the request's pool.
///
/// It is used through raw pointers only: nginx holds pointers into the session,
/// which a reference to the context would invalidate.
pub struct Context {
    has_session: bool,
    content: Content,
}

/// The route shares the memory of the session, because there are many sessions.
union Content {
    /// Valid until the session is set.
    matched: Matched,
    /// Valid if `has_session` is set.
    session: ManuallyDrop<Session>,
}

impl Context {
    /// Creates the context of `r`. Returns null if the pool cannot grow.
    ///
    /// # Safety
    ///
    /// `r` must be alive.
    pub unsafe fn create(r: *mut ngx_http_request_t, matched: Matched) -> *mut Self {
        const { assert!(align_of::<Context>() <= nginx_sys::NGX_ALIGNMENT) };
        // SAFETY: the cleanup's data is fresh memory of the requested size,
        // aligned as asserted, and written before anything reads it. The pool
        // runs the cleanup once.
        unsafe {
            let cleanup = ngx_pool_cleanup_add((*r).pool, size_of::<Self>());
            if cleanup.is_null() {
                return ptr::null_mut();
            }
            let context = (*cleanup).data.cast::<Self>();
            (&raw mut (*context).content.matched).write(matched);
            (&raw mut (*context).has_session).write(false);
            (*cleanup).handler = Some(free);
            slot::set_context(r, context.cast());
            context
        }
    }

    /// Returns the context of `r`; null if it has none.
    ///
    /// # Safety
    ///
    /// `r` must be alive.
    pub unsafe fn of(r: *mut ngx_http_request_t) -> *mut Self {
        // SAFETY: only `create` sets the slot.
        unsafe { slot::context(r).cast() }
    }

    /// Returns the session of `r`; null if it has none.
    ///
    /// # Safety
    ///
    /// `r` must be alive.
    pub unsafe fn session_of(r: *mut ngx_http_request_t) -> *mut Session {
        // SAFETY: what `of` found lasts as long as the request.
        unsafe {
            let context = Self::of(r);
            match context.is_null() {
                true => ptr::null_mut(),
                false => Self::session(context),
            }
        }
    }

    /// Returns the session whose response is sent to the client of `r`; null if
    /// there is none. An internal redirect clears the contexts of a request,
    /// and an error page replaces the response, so this is the latest session.
    /// The session of a `post_action` sends nothing and is skipped.
    ///
    /// # Safety
    ///
    /// `r` must be alive.
    pub unsafe fn latest_session_of(r: *mut ngx_http_request_t) -> *mut Session {
        // SAFETY: the pool's cleanups are a list that ends with null, the latest
        // first; one with this handler has a context as its data, which lasts as
        // long as the pool. Subrequests share the pool of their main request.
        unsafe {
            let mut cleanup = (*(*r).pool).cleanup;
            while !cleanup.is_null() {
                let handler = (*cleanup).handler;
                if handler.is_some_and(|it| ptr::fn_addr_eq(it, FREE)) {
                    let session = Self::session((*cleanup).data.cast());
                    if !session.is_null() && (*session).request == r && !(*session).is_post_action {
                        return session;
                    }
                }
                cleanup = (*cleanup).next;
            }
            ptr::null_mut()
        }
    }

    /// Returns the matched route; `None` if the request has a session.
    ///
    /// # Safety
    ///
    /// `context` must be alive.
    pub unsafe fn matched(context: *const Self) -> Option<Matched> {
        // SAFETY: `create` has set it, and only a session takes its place.
        unsafe {
            match (*context).has_session {
                true => None,
                false => Some((*context).content.matched),
            }
        }
    }

    /// Returns the session; null if there is none.
    ///
    /// # Safety
    ///
    /// `context` must be alive.
    pub unsafe fn session(context: *mut Self) -> *mut Session {
        // SAFETY: `context` is alive; this creates a pointer, not a reference.
        unsafe {
            match (*context).has_session {
                true => (&raw mut (*context).content.session).cast(),
                false => ptr::null_mut(),
            }
        }
    }

    /// Stores the session, which does not move until the pool is destroyed.
    ///
    /// # Safety
    ///
    /// `context` must be alive, without a session.
    pub(super) unsafe fn set_session(context: *mut Self, session: Session) -> *mut Session {
        // SAFETY: passed on to the caller.
        unsafe {
            (&raw mut (*context).content.session)
                .cast::<Session>()
                .write(session);
            (*context).has_session = true;
            Self::session(context)
        }
    }
}

const FREE: unsafe extern "C" fn(*mut c_void) = free;

/// The cleanup handler of the pool: nothing refers to the session or its buffer.
unsafe extern "C" fn free(context: *mut c_void) {
    // SAFETY: `create` registered it for a context that it had written; the pool
    // runs it once, as the last thing that is done with the session.
    unsafe {
        let session = Context::session(context.cast());
        if !session.is_null() {
            ptr::drop_in_place(session);
        }
    }
}
