//! The configuration of a location, in nginx's memory.

use std::ffi::c_void;
use std::ptr;

use nginx_sys::{ngx_conf_t, ngx_pool_cleanup_add};

use crate::conf::{Conf, RawConf};

/// What nginx keeps for each block: its directives, and what they are when the
/// blocks around it are merged in.
pub struct Location {
    /// The directives.
    pub raw: RawConf,
    /// The merged configuration: the defaults until then. nginx merges each
    /// location before it takes a request.
    pub conf: Conf,
}

impl Location {
    /// Makes one in the pool of the configuration. Null if the pool can't grow.
    ///
    /// # Safety
    ///
    /// `cf` must be the configuration being read.
    pub unsafe fn create(cf: *mut ngx_conf_t) -> *mut Self {
        const { assert!(align_of::<Location>() <= nginx_sys::NGX_ALIGNMENT) };
        // SAFETY: the cleanup's data is fresh memory of the size asked for,
        // aligned as asserted, and written before anything reads it. The pool
        // runs the cleanup once, when the configuration goes.
        unsafe {
            let cleanup = ngx_pool_cleanup_add((*cf).pool, size_of::<Self>());
            if cleanup.is_null() {
                return ptr::null_mut();
            }
            let location = (*cleanup).data.cast::<Self>();
            let raw = RawConf::default();
            let conf = Conf::from(&raw);
            location.write(Self { raw, conf });
            (*cleanup).handler = Some(free);
            location
        }
    }

    /// Merges the block around this one in.
    pub fn merge(&mut self, outer: &Self) {
        self.raw.inherit(&outer.raw);
        self.conf = Conf::from(&self.raw);
    }
}

unsafe extern "C" fn free(location: *mut c_void) {
    // SAFETY: `create` registered it for what it wrote there.
    unsafe { ptr::drop_in_place(location.cast::<Location>()) }
}
