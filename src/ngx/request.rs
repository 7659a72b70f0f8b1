//! A safe view of a request.

use llm_mock_core::http::{Headers, Method};
use nginx_sys::{
    NGX_HTTP_DELETE, NGX_HTTP_GET, NGX_HTTP_HEAD, NGX_HTTP_OPTIONS, NGX_HTTP_POST,
    ngx_http_request_t, ngx_table_elt_t, ngx_uint_t,
};

use super::bytes::bytes;
use super::guard::{log_error, log_info};
use super::location::Location;
use super::slot;
use super::value::ComplexValue;
use crate::conf::Conf;

/// A request that nginx is handling. Access is read-only, except that
/// evaluating a variable may store its value in the request.
pub struct Request(*mut ngx_http_request_t);

impl Request {
    /// # Safety
    ///
    /// `r` must be a request of nginx's whose configuration is known, and
    /// must not be finalized while this or anything borrowed from it is in use.
    pub unsafe fn new(r: *mut ngx_http_request_t) -> Self {
        Self(r)
    }

    /// Returns the configuration of the request's location.
    pub fn conf(&self) -> &Conf {
        // SAFETY: `Location::create` filled this module's place for every
        // location, and nothing changes it once it is read. nginx keeps the
        // configuration until the request has ended.
        unsafe { &(*slot::loc_conf(self.0).cast::<Location>()).conf }
    }

    /// Returns the method as the routes distinguish it.
    pub fn method(&self) -> Method {
        const DELETE: ngx_uint_t = NGX_HTTP_DELETE as ngx_uint_t;
        const GET: ngx_uint_t = NGX_HTTP_GET as ngx_uint_t;
        const HEAD: ngx_uint_t = NGX_HTTP_HEAD as ngx_uint_t;
        const OPTIONS: ngx_uint_t = NGX_HTTP_OPTIONS as ngx_uint_t;
        const POST: ngx_uint_t = NGX_HTTP_POST as ngx_uint_t;
        // SAFETY: the request is alive, see `new`.
        match unsafe { (*self.0).method } {
            DELETE => Method::Delete,
            GET => Method::Get,
            HEAD => Method::Head,
            OPTIONS => Method::Options,
            POST => Method::Post,
            _ => Method::Other,
        }
    }

    /// Returns the name of the method, as sent.
    pub fn method_name(&self) -> &[u8] {
        // SAFETY: it is in the request's buffers, which live as long as the
        // request.
        unsafe { bytes((*self.0).method_name) }
    }

    /// Returns the path, decoded and without arguments.
    pub fn path(&self) -> &[u8] {
        // SAFETY: as for `method_name`.
        unsafe { bytes((*self.0).uri) }
    }

    /// Returns the arguments after the path, as sent.
    pub fn args(&self) -> &[u8] {
        // SAFETY: as for `method_name`.
        unsafe { bytes((*self.0).args) }
    }

    /// Returns the path and the arguments that the client sent, before rewrites
    /// and error pages.
    pub fn target(&self) -> &[u8] {
        // SAFETY: as for `method_name`.
        unsafe { bytes((*self.0).unparsed_uri) }
    }

    /// Returns the status with which nginx has refused the request, if
    /// `error_page` redirected it here without a change to a success (`=200`).
    pub fn refused_with(&self) -> Option<u16> {
        // SAFETY: the request is alive, see `new`.
        let status = unsafe { (*self.0).err_status };
        u16::try_from(status).ok().filter(|&status| status >= 400)
    }

    /// Returns the client's headers: the name in lower case, and the value.
    fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        // SAFETY: the request's list of headers was filled before any module
        // is called. Each part holds `nelts` headers, the last has no next.
        // Names and values are in the request's buffers; `lowcase_key` is as
        // long as the name.
        let mut part = unsafe { &raw const (*self.0).headers_in.headers.part };
        let mut index = 0;
        std::iter::from_fn(move || {
            // SAFETY: as above; `part` is followed only while it is not null.
            unsafe {
                let header = loop {
                    if part.is_null() {
                        return None;
                    }
                    if index >= (*part).nelts {
                        part = (*part).next;
                        index = 0;
                        continue;
                    }
                    let header = (*part).elts.cast::<ngx_table_elt_t>().add(index);
                    index += 1;
                    // A hash of 0 marks a header that another module has
                    // removed.
                    if (*header).hash != 0 {
                        break header;
                    }
                };
                let mut name = (*header).key;
                name.data = (*header).lowcase_key;
                Some((bytes(name), bytes((*header).value)))
            }
        })
    }

    /// Evaluates the text of a directive with the variables of this request.
    pub fn evaluate(&self, text: &ComplexValue) -> Option<&[u8]> {
        // SAFETY: the request is alive, see `new`. A value is kept in the
        // configuration that it was compiled for, see `ComplexValue`, and the
        // request's own is the only one that safe code can access.
        unsafe { text.evaluate(self.0) }
    }

    /// Writes one line to the error log, at level `error`.
    pub fn log_error(&self, message: &str) {
        // SAFETY: a request has a connection, and a connection has a log.
        unsafe { log_error((*(*self.0).connection).log, message) }
    }

    /// Writes one line to the error log, at level `info`.
    pub fn log_info(&self, message: &str) {
        // SAFETY: a request has a connection, and a connection has a log.
        unsafe { log_info((*(*self.0).connection).log, 0, message) }
    }
}

impl Headers for Request {
    fn get(&self, name: &str) -> Option<&[u8]> {
        let mut found = self.iter().filter(|(key, _)| *key == name.as_bytes());
        found.next().map(|(_, value)| value)
    }
}
