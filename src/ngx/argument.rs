//! The argument of the directive that is being read.

use std::ptr;

use nginx_sys::{ngx_conf_t, ngx_pnalloc, ngx_str_t};

use super::bytes::bytes;
use super::value::ComplexValue;

/// The argument of the directive that is being read.
pub struct Argument {
    cf: *mut ngx_conf_t,
    text: ngx_str_t,
}

/// An error that nginx has logged.
pub struct Logged;

impl Argument {
    /// Joins the arguments of the directive with `separator`. Returns `None` if
    /// out of memory.
    ///
    /// # Safety
    ///
    /// `cf` must be the configuration being read, at a directive with at least
    /// one argument, and outlive the result.
    pub unsafe fn join(cf: *mut ngx_conf_t, separator: u8) -> Option<Self> {
        // SAFETY: the parser's array holds the directive's name and its
        // arguments, which are in the configuration's pool. The joined text is
        // fresh memory of its length in the same pool.
        unsafe {
            let words = (*(*cf).args).elts.cast::<ngx_str_t>();
            let arguments = || (1..(*(*cf).args).nelts).map(|nth| bytes(*words.add(nth)));
            if arguments().nth(1).is_none() {
                let text = *words.add(1);
                return Some(Self { cf, text });
            }
            let joined = arguments().collect::<Vec<_>>().join(&separator);
            let data = ngx_pnalloc((*cf).pool, joined.len()).cast::<u8>();
            if data.is_null() {
                return None;
            }
            ptr::copy_nonoverlapping(joined.as_ptr(), data, joined.len());
            let len = joined.len();
            let text = ngx_str_t { len, data };
            Some(Self { cf, text })
        }
    }

    /// Returns the argument as written in the configuration, without quotes.
    pub fn text(&self) -> &[u8] {
        // SAFETY: it is in the configuration's pool, see `join`.
        unsafe { bytes(self.text) }
    }

    /// Compiles the argument, if it holds variables.
    ///
    /// # Errors
    ///
    /// Fails if the argument is invalid. nginx has logged the reason.
    pub fn variable(&self) -> Result<Option<ComplexValue>, Logged> {
        let mut text = self.text;
        // SAFETY: `cf` is being read, and `text` is in its pool, see `join`.
        unsafe { ComplexValue::compile(self.cf, &mut text) }.map_err(|()| Logged)
    }
}
