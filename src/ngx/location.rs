//! The configuration of a location, in nginx's memory.

use std::ffi::c_void;
use std::ptr;

use nginx_sys::{ngx_conf_t, ngx_pool_cleanup_add};

use crate::conf::{Conf, RawConf};

/// The module's configuration of one block: its directives, and the result of
/// merging them with those of the outer blocks.
pub struct Location {
    /// The directives.
    pub raw: RawConf,
    /// The merged configuration; the defaults before the merge. nginx merges
    /// each location before it accepts requests.
    pub conf: Conf,
}

impl Location {
    /// Creates the configuration of a block in the pool of the configuration.
    /// Returns null if the pool cannot grow.
    ///
    /// # Safety
    ///
    /// `cf` must be the configuration being read.
    pub unsafe fn create(cf: *mut ngx_conf_t) -> *mut Self {
        const { assert!(align_of::<Location>() <= nginx_sys::NGX_ALIGNMENT) };
        // SAFETY: the cleanup's data is fresh memory of the requested size,
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

    /// Merges the outer block into this one.
    pub fn merge(&mut self, outer: &Self) {
        self.raw.inherit(&outer.raw);
        self.conf = Conf::from(&self.raw);
    }
}

unsafe extern "C" fn free(location: *mut c_void) {
    // SAFETY: `create` registered it for what it wrote there.
    unsafe { ptr::drop_in_place(location.cast::<Location>()) }
}
