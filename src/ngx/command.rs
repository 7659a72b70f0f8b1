//! Directives on nginx's side: the table of commands and its one setter.

use std::ffi::{c_char, c_void};
use std::ptr;

use nginx_sys::{
    NGX_CONF_1MORE, NGX_CONF_TAKE1, NGX_CONF_TAKE12, NGX_HTTP_LOC_CONF, NGX_HTTP_LOC_CONF_OFFSET,
    NGX_HTTP_MAIN_CONF, NGX_HTTP_SRV_CONF, NGX_LOG_EMERG, ngx_command_t, ngx_conf_log_error,
    ngx_conf_t, ngx_str_t, ngx_uint_t,
};
use ngx::core::{NGX_CONF_ERROR, NGX_CONF_OK};

use super::ComplexValue;
use super::bytes::bytes;
use super::guard::guard;
use crate::conf::LocationConf;
use crate::directives::{DIRECTIVES, Refusal, Setter};
use crate::memory;

const COUNT: usize = DIRECTIVES.len();

/// [`DIRECTIVES`] as nginx wants them, with the terminator. nginx takes a
/// pointer to mutable commands but changes none.
pub static mut COMMANDS: [ngx_command_t; COUNT + 1] = commands();

#[allow(clippy::indexing_slicing)] // a compile-time loop within the length
const fn commands() -> [ngx_command_t; COUNT + 1] {
    let mut commands = [const { ngx_command_t::empty() }; COUNT + 1];
    let mut index = 0;
    while index < COUNT {
        let name = DIRECTIVES[index].name;
        let arguments = match DIRECTIVES[index].set {
            Setter::One(_) => NGX_CONF_TAKE1,
            Setter::OneOrTwo(_) => NGX_CONF_TAKE12,
            Setter::Some(_) => NGX_CONF_1MORE,
        };
        commands[index] = ngx_command_t {
            // A C string: nginx compares names with strcmp.
            name: ngx_str_t {
                len: name.count_bytes(),
                data: name.as_ptr().cast::<u8>().cast_mut(),
            },
            type_: (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | arguments)
                as ngx_uint_t,
            set: Some(set),
            conf: NGX_HTTP_LOC_CONF_OFFSET,
            // nginx hands it back unread: the directive's place in the table.
            offset: index,
            post: ptr::null_mut(),
        };
        index += 1;
    }
    commands
}

/// An argument of the directive that is being read.
pub struct Argument {
    cf: *mut ngx_conf_t,
    text: *mut ngx_str_t,
}

impl Argument {
    /// The argument as it stands in the configuration, unquoted.
    pub fn text(&self) -> &[u8] {
        // SAFETY: `set` made this of the parser's arguments, which lie in the
        // configuration's pool and do not change while the setter runs.
        unsafe { bytes(*self.text) }
    }

    /// The argument compiled, if it holds variables.
    pub fn variable(&self) -> Result<Option<ComplexValue>, Refusal> {
        // SAFETY: `cf` and `text` belong together, see `text`.
        unsafe { ComplexValue::compile(self.cf, self.text) }.map_err(|()| Refusal::Logged)
    }
}

/// The setter of every directive.
unsafe extern "C" fn set(
    cf: *mut ngx_conf_t,
    command: *mut ngx_command_t,
    conf: *mut c_void,
) -> *mut c_char {
    // SAFETY: nginx calls this with the configuration being read, one of
    // COMMANDS, and what `create_loc_conf` made for this level, to which
    // nothing else refers while the setter runs. The parser's array holds the
    // directive's name and, as NGX_CONF_TAKE1, NGX_CONF_TAKE12 and
    // NGX_CONF_1MORE say, at least one argument.
    unsafe {
        let Some(directive) = DIRECTIVES.get((*command).offset) else {
            return NGX_CONF_ERROR;
        };
        let words = (*(*cf).args).nelts;
        if !memory::is_there(memory::FOR_A_DIRECTIVE.saturating_mul(words)) {
            return refuse(cf, "llm_mock: no memory for a directive");
        }
        let argument = |nth| Argument {
            cf,
            text: (*(*cf).args).elts.cast::<ngx_str_t>().add(nth),
        };
        let conf = &mut *conf.cast::<LocationConf>();
        let put = || match directive.set {
            Setter::One(set) => set(conf, &argument(1)),
            Setter::OneOrTwo(set) => {
                let second = (words > 2).then(|| argument(2));
                set(conf, &argument(1), second.as_ref())
            }
            Setter::Some(set) => set(conf, &(1..words).map(argument).collect::<Vec<_>>()),
        };
        match guard((*cf).log, put) {
            Some(Ok(())) => NGX_CONF_OK,
            // nginx makes of it: "llm_mock" directive is duplicate in ...
            Some(Err(Refusal::Duplicate)) => c"is duplicate".as_ptr().cast_mut(),
            Some(Err(Refusal::Invalid { value, expected })) => {
                let name = directive.name.to_string_lossy();
                refuse(
                    cf,
                    &format!("invalid value \"{value}\" in \"{name}\": {expected}"),
                )
            }
            Some(Err(Refusal::Logged)) | None => NGX_CONF_ERROR,
        }
    }
}

/// Logs why the configuration can't be accepted, with its file and line.
///
/// # Safety
///
/// `cf` must be the configuration being read.
pub unsafe fn refuse(cf: *mut ngx_conf_t, why: &str) -> *mut c_char {
    // SAFETY: the format takes a length and a pointer; `why` lives during the
    // call, which copies it.
    unsafe {
        ngx_conf_log_error(
            NGX_LOG_EMERG as ngx_uint_t,
            cf,
            0,
            c"%*s".as_ptr(),
            why.len(),
            why.as_ptr(),
        );
    }
    NGX_CONF_ERROR
}
