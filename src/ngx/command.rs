//! nginx's table of commands for the directives, and their common setter.

use std::ffi::{c_char, c_void};
use std::ptr;

use nginx_sys::{
    NGX_CONF_1MORE, NGX_CONF_TAKE1, NGX_CONF_TAKE12, NGX_HTTP_LOC_CONF, NGX_HTTP_LOC_CONF_OFFSET,
    NGX_HTTP_MAIN_CONF, NGX_HTTP_SRV_CONF, NGX_LOG_EMERG, ngx_command_t, ngx_conf_log_error,
    ngx_conf_t, ngx_str_t, ngx_uint_t,
};
use ngx::core::{NGX_CONF_ERROR, NGX_CONF_OK};

use super::argument::Argument;
use super::guard::guard;
use super::location::Location;
use crate::directives::{Arity, DIRECTIVES, Refusal};

const COUNT: usize = DIRECTIVES.len();

/// [`DIRECTIVES`] as commands of nginx, with the terminator. nginx takes a
/// pointer to mutable commands but does not change them.
pub static mut COMMANDS: [ngx_command_t; COUNT + 1] = commands();

#[allow(clippy::indexing_slicing)] // a compile-time loop within the length
const fn commands() -> [ngx_command_t; COUNT + 1] {
    let mut commands = [const { ngx_command_t::empty() }; COUNT + 1];
    let mut index = 0;
    while index < COUNT {
        let name = DIRECTIVES[index].name;
        let arguments = match DIRECTIVES[index].arity {
            Arity::One => NGX_CONF_TAKE1,
            Arity::OneOrTwo => NGX_CONF_TAKE12,
            Arity::Many => NGX_CONF_1MORE,
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
            // nginx passes it to the setter unread: the directive's index in
            // the table.
            offset: index,
            post: ptr::null_mut(),
        };
        index += 1;
    }
    commands
}

/// The setter of every directive.
unsafe extern "C" fn set(
    cf: *mut ngx_conf_t,
    command: *mut ngx_command_t,
    location: *mut c_void,
) -> *mut c_char {
    // SAFETY: nginx calls this with the configuration being read, one of
    // COMMANDS, and what `create_loc_conf` made for this level. Nothing else
    // refers to that while the setter runs: compiling a value calls nginx, but
    // nginx does not access it. NGX_CONF_TAKE1, NGX_CONF_TAKE12 and
    // NGX_CONF_1MORE ensure at least one argument.
    unsafe {
        let Some(directive) = DIRECTIVES.get((*command).offset) else {
            return NGX_CONF_ERROR;
        };
        let separator = match directive.arity {
            Arity::One | Arity::OneOrTwo => b' ',
            Arity::Many => b'\n',
        };
        let Some(argument) = Argument::join(cf, separator) else {
            return NGX_CONF_ERROR;
        };
        let conf = &mut (*location.cast::<Location>()).raw;
        match guard((*cf).log, || (directive.set)(conf, &argument)) {
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

/// Logs why the configuration is refused, with its file and line.
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
