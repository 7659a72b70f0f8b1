//! The headers of a reply.

use std::ptr;

use nginx_sys::{
    ngx_http_request_t, ngx_list_push, ngx_pnalloc, ngx_str_t, ngx_table_elt_t, ngx_uint_t, off_t,
};

/// The request's pool could not grow.
#[derive(Debug)]
pub struct NoMemory;

/// The status and the headers that a request's reply will have.
pub struct HeadersOut(*mut ngx_http_request_t);

impl HeadersOut {
    /// # Safety
    ///
    /// `r` must be a request whose headers were not sent, and must outlive
    /// this.
    pub unsafe fn new(r: *mut ngx_http_request_t) -> Self {
        Self(r)
    }

    /// The HTTP status.
    pub fn status(&mut self, status: u16) {
        // SAFETY: the request is alive, see `new`.
        unsafe { (*self.0).headers_out.status = ngx_uint_t::from(status) }
    }

    /// The media type.
    pub fn content_type(&mut self, media_type: &'static str) {
        // SAFETY: as above; the text is static and nginx does not change it.
        unsafe {
            let out = &raw mut (*self.0).headers_out;
            (*out).content_type = static_str(media_type);
            // How much of it is the bare type, without a charset.
            (*out).content_type_len = media_type.len();
            (*out).content_type_lowcase = ptr::null_mut();
        }
    }

    /// The length of the body, in bytes.
    pub fn content_length(&mut self, length: usize) {
        // SAFETY: as above.
        unsafe {
            (*self.0).headers_out.content_length_n = off_t::try_from(length).unwrap_or(off_t::MAX);
        }
    }

    /// One more header, of fixed text.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub fn add(&mut self, name: &'static str, value: &'static str) -> Result<(), NoMemory> {
        self.push(name, static_str(value))
    }

    /// One more header, its value copied into the request's pool.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub fn add_copy(&mut self, name: &'static str, value: &[u8]) -> Result<(), NoMemory> {
        // SAFETY: the pool is the request's; the copy is of fresh memory as
        // long as `value`.
        let copy = unsafe {
            let data = ngx_pnalloc((*self.0).pool, value.len()).cast::<u8>();
            if data.is_null() {
                return Err(NoMemory);
            }
            ptr::copy_nonoverlapping(value.as_ptr(), data, value.len());
            ngx_str_t {
                len: value.len(),
                data,
            }
        };
        self.push(name, copy)
    }

    /// `value` must live as long as the request's pool.
    fn push(&mut self, name: &'static str, value: ngx_str_t) -> Result<(), NoMemory> {
        // SAFETY: the list holds headers; a pushed one is fresh memory, and
        // all zero is a header that is unset in every version of nginx (since
        // 1.23 it has a link to the next of its name).
        unsafe {
            let header =
                ngx_list_push(&raw mut (*self.0).headers_out.headers).cast::<ngx_table_elt_t>();
            if header.is_null() {
                return Err(NoMemory);
            }
            ptr::write_bytes(header, 0, 1);
            // Any hash but 0, which would hide the header.
            (*header).hash = 1;
            (*header).key = static_str(name);
            (*header).value = value;
        }
        Ok(())
    }
}

/// nginx reads such strings only, though its type says otherwise.
fn static_str(text: &'static str) -> ngx_str_t {
    ngx_str_t {
        len: text.len(),
        data: text.as_ptr().cast_mut(),
    }
}
