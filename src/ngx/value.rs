//! Values with variables: nginx's complex values.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use nginx_sys::{
    NGX_OK, ngx_conf_t, ngx_http_compile_complex_value, ngx_http_compile_complex_value_t,
    ngx_http_complex_value, ngx_http_complex_value_t, ngx_http_request_t, ngx_int_t, ngx_pcalloc,
    ngx_str_t,
};

use super::bytes::bytes;

/// A compiled text with variables. It is in the pool of its configuration, and
/// must not be stored outside of that configuration.
#[derive(Clone)]
pub struct ComplexValue(NonNull<ngx_http_complex_value_t>);

impl ComplexValue {
    /// Compiles `text`. Returns `Ok(None)` if it holds no variables.
    ///
    /// # Errors
    ///
    /// Fails if the text is invalid. nginx has logged the reason.
    ///
    /// # Safety
    ///
    /// `cf` must be the configuration being read and `text` be in its pool.
    pub unsafe fn compile(cf: *mut ngx_conf_t, text: *mut ngx_str_t) -> Result<Option<Self>, ()> {
        // SAFETY: a structure of pointers and flags may be all zero, as C code
        // initializes it with ngx_memzero. The compiled value goes to the pool
        // of the configuration, which outlives the locations that refer to it.
        unsafe {
            let compiled = ngx_pcalloc((*cf).pool, size_of::<ngx_http_complex_value_t>());
            let compiled = NonNull::new(compiled.cast::<ngx_http_complex_value_t>()).ok_or(())?;
            let mut ccv: ngx_http_compile_complex_value_t = MaybeUninit::zeroed().assume_init();
            ccv.cf = cf;
            ccv.value = text;
            ccv.complex_value = compiled.as_ptr();
            if ngx_http_compile_complex_value(&mut ccv) != NGX_OK as ngx_int_t {
                return Err(());
            }
            Ok((!(*compiled.as_ptr()).lengths.is_null()).then_some(Self(compiled)))
        }
    }

    /// Evaluates the text with the variables of `r`, in the request's pool.
    /// Returns `None` if out of memory.
    ///
    /// # Safety
    ///
    /// `r` must run under the configuration that this was compiled for, and be
    /// alive for `'a`.
    pub unsafe fn evaluate<'a>(&self, r: *mut ngx_http_request_t) -> Option<&'a [u8]> {
        let mut text = ngx_str_t::default();
        // SAFETY: nginx keeps the configuration until the request has ended.
        // The result is in the pool of the request or of the configuration, and
        // nginx does not change a value that it has returned.
        unsafe {
            let rc = ngx_http_complex_value(r, self.0.as_ptr(), &mut text);
            (rc == NGX_OK as ngx_int_t).then(|| bytes(text))
        }
    }
}
