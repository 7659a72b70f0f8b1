//! The headers of a response.

use std::ptr;

use nginx_sys::{
    ngx_http_request_t, ngx_list_push, ngx_pnalloc, ngx_str_t, ngx_table_elt_t, ngx_uint_t, off_t,
};

use super::bytes::bytes;

/// The request's pool cannot grow.
#[derive(Debug)]
pub struct PoolFull;

/// The status and the headers of the response to a request.
pub struct HeadersOut(*mut ngx_http_request_t);

impl HeadersOut {
    /// # Safety
    ///
    /// `r` must be a request whose headers were not sent, and must outlive
    /// this.
    pub unsafe fn new(r: *mut ngx_http_request_t) -> Self {
        Self(r)
    }

    /// Sets the HTTP status.
    pub fn status(&mut self, status: u16) {
        // SAFETY: the request is alive, see `new`.
        unsafe { (*self.0).headers_out.status = ngx_uint_t::from(status) }
    }

    /// Sets the media type.
    pub fn content_type(&mut self, media_type: &'static str) {
        // SAFETY: as above; the text is static and nginx does not change it.
        unsafe {
            let out = &raw mut (*self.0).headers_out;
            (*out).content_type = static_str(media_type);
            // The length of the type without a charset.
            (*out).content_type_len = media_type.len();
            (*out).content_type_lowcase = ptr::null_mut();
        }
    }

    /// Sets the length of the body, in bytes. `None` clears a length that an
    /// earlier handler has set.
    pub fn content_length(&mut self, length: Option<usize>) {
        // SAFETY: as above. A header that nginx knows points into the list of
        // headers, or is null.
        unsafe {
            let out = &raw mut (*self.0).headers_out;
            (*out).content_length_n = match length {
                Some(length) => off_t::try_from(length).unwrap_or(off_t::MAX),
                None => -1,
            };
            if let Some(header) = (*out).content_length.as_mut() {
                header.hash = 0;
                (*out).content_length = ptr::null_mut();
            }
        }
    }

    /// Sets a header. It replaces headers of this name that earlier phases have
    /// set. The value is copied into the request's pool.
    ///
    /// # Errors
    ///
    /// Fails if the pool cannot grow.
    pub fn set(&mut self, name: &'static str, value: &[u8]) -> Result<(), PoolFull> {
        self.remove(name);
        // SAFETY: the pool is the request's; the copy is of fresh memory as
        // long as `value`. The list holds headers; a pushed one is fresh memory,
        // and all zero is a header that is unset in every version of nginx
        // (since 1.23 it has a link to the next of its name).
        unsafe {
            let data = ngx_pnalloc((*self.0).pool, value.len()).cast::<u8>();
            if data.is_null() {
                return Err(PoolFull);
            }
            ptr::copy_nonoverlapping(value.as_ptr(), data, value.len());
            let out = &raw mut (*self.0).headers_out;
            let header = ngx_list_push(&raw mut (*out).headers).cast::<ngx_table_elt_t>();
            if header.is_null() {
                return Err(PoolFull);
            }
            ptr::write_bytes(header, 0, 1);
            // Any hash except 0, which hides the header.
            (*header).hash = 1;
            (*header).key = static_str(name);
            (*header).value = ngx_str_t {
                len: value.len(),
                data,
            };
            if name == "Cache-Control" {
                return self.point_cache_control_at(header);
            }
        }
        Ok(())
    }

    /// Hides the headers of this name.
    fn remove(&mut self, name: &str) {
        // SAFETY: the list holds headers; each part has `nelts` of them, the
        // last has no next. Names are in memory that lasts as long as the list.
        unsafe {
            let mut part = &raw mut (*self.0).headers_out.headers.part;
            while !part.is_null() {
                for nth in 0..(*part).nelts {
                    let header = (*part).elts.cast::<ngx_table_elt_t>().add(nth);
                    if bytes((*header).key).eq_ignore_ascii_case(name.as_bytes()) {
                        (*header).hash = 0;
                    }
                }
                part = (*part).next;
            }
        }
    }

    /// Makes nginx's field for `Cache-Control` point to `header`: `expires`,
    /// `$sent_http_cache_control`, Lua and others use that field.
    ///
    /// # Safety
    ///
    /// `header` must be in the list of headers.
    #[cfg(not(nginx_before_1_23))]
    unsafe fn point_cache_control_at(
        &mut self,
        header: *mut ngx_table_elt_t,
    ) -> Result<(), PoolFull> {
        // SAFETY: the field is the first of the headers of this name, whose last
        // has no next.
        unsafe { (*self.0).headers_out.cache_control = header };
        Ok(())
    }

    /// Does the same before nginx 1.23, where the field is an array.
    ///
    /// # Safety
    ///
    /// `header` must be in the list of headers.
    #[cfg(nginx_before_1_23)]
    unsafe fn point_cache_control_at(
        &mut self,
        header: *mut ngx_table_elt_t,
    ) -> Result<(), PoolFull> {
        use nginx_sys::{ngx_array_create, ngx_array_push};
        // SAFETY: an array without a place for elements was not set up yet
        // (ngx_http_headers_filter_module.c, ngx_http_set_expires). A copy of a
        // new one is as good: the places are in the request's pool.
        unsafe {
            let array = &raw mut (*self.0).headers_out.cache_control;
            if (*array).elts.is_null() {
                let size = size_of::<*mut ngx_table_elt_t>();
                let created = ngx_array_create((*self.0).pool, 1, size);
                if created.is_null() {
                    return Err(PoolFull);
                }
                array.write(created.read());
            }
            (*array).nelts = 0;
            let slot = ngx_array_push(array).cast::<*mut ngx_table_elt_t>();
            if slot.is_null() {
                return Err(PoolFull);
            }
            slot.write(header);
        }
        Ok(())
    }
}

/// Returns a static text as a string of nginx, which only reads it although the
/// type is mutable.
fn static_str(text: &'static str) -> ngx_str_t {
    ngx_str_t {
        len: text.len(),
        data: text.as_ptr().cast_mut(),
    }
}
