//! The definition of the module for nginx, the callbacks for its configuration,
//! and the registration of its content handler.

use std::ffi::{c_char, c_void};
use std::ptr;

use nginx_sys::{
    NGX_ERROR, NGX_HTTP_MODULE, NGX_OK, ngx_array_push, ngx_conf_t, ngx_cycle_t,
    ngx_http_conf_ctx_t, ngx_http_core_main_conf_t, ngx_http_core_module, ngx_http_handler_pt,
    ngx_http_module_t, ngx_http_phases_NGX_HTTP_CONTENT_PHASE, ngx_int_t, ngx_module_t, ngx_uint_t,
};
use ngx::core::{NGX_CONF_ERROR, NGX_CONF_OK};

use super::command::{COMMANDS, refuse};
use super::guard::{guard, log_error};
use super::location::Location;
use super::{content, flavour, session, slot, variables};
use crate::worker;

static CONTEXT: ngx_http_module_t = ngx_http_module_t {
    preconfiguration: Some(preconfiguration),
    postconfiguration: Some(postconfiguration),
    create_main_conf: None,
    init_main_conf: None,
    create_srv_conf: None,
    merge_srv_conf: None,
    create_loc_conf: Some(create_loc_conf),
    merge_loc_conf: Some(merge_loc_conf),
};

/// The module's definition. nginx assigns its index when it loads the module.
#[allow(non_upper_case_globals)]
pub static mut ngx_http_llm_mock_module: ngx_module_t = ngx_module_t {
    ctx: (&raw const CONTEXT).cast_mut().cast(),
    commands: (&raw mut COMMANDS).cast(),
    type_: NGX_HTTP_MODULE as ngx_uint_t,
    init_process: Some(init_process),
    ..ngx_module_t::default()
};

/// The modules of this library. `ngx_load_module` looks up these three symbols.
#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
static mut ngx_modules: [*mut ngx_module_t; 2] =
    [&raw mut ngx_http_llm_mock_module, ptr::null_mut()];

#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
static mut ngx_module_names: [*const c_char; 2] =
    [c"ngx_http_llm_mock_module".as_ptr(), ptr::null()];

/// The module needs no specific position among nginx's modules.
#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
static mut ngx_module_order: [*const c_char; 1] = [ptr::null()];

unsafe extern "C" fn preconfiguration(cf: *mut ngx_conf_t) -> ngx_int_t {
    // SAFETY: nginx wrote it when it loaded the module, before any call.
    slot::set_index(unsafe { ngx_http_llm_mock_module.ctx_index });
    match flavour::check() {
        // SAFETY: nginx calls this with the configuration being read.
        Ok(()) => match unsafe { variables::register(cf) } {
            Some(()) => NGX_OK as ngx_int_t,
            None => NGX_ERROR as ngx_int_t,
        },
        Err(why) => {
            // SAFETY: nginx calls this with the configuration being read.
            unsafe { refuse(cf, &why) };
            NGX_ERROR as ngx_int_t
        }
    }
}

unsafe extern "C" fn postconfiguration(cf: *mut ngx_conf_t) -> ngx_int_t {
    // SAFETY: nginx calls this with the http block that was read, of which the
    // core module's main configuration is part; the array's elements are
    // handlers. `phases` is indexed by nginx's own constant for a phase.
    unsafe {
        let contexts = (*cf).ctx.cast::<ngx_http_conf_ctx_t>();
        let core = *(*contexts).main_conf.add(ngx_http_core_module.ctx_index);
        let core = core.cast::<ngx_http_core_main_conf_t>();
        let phases = &raw mut (*core).phases;
        let phase = phases
            .cast::<nginx_sys::ngx_http_phase_t>()
            .add(ngx_http_phases_NGX_HTTP_CONTENT_PHASE as usize);
        let slot = ngx_array_push(&raw mut (*phase).handlers).cast::<ngx_http_handler_pt>();
        if slot.is_null() {
            return NGX_ERROR as ngx_int_t;
        }
        slot.write(Some(content::handler));
    }
    NGX_OK as ngx_int_t
}

unsafe extern "C" fn init_process(cycle: *mut ngx_cycle_t) -> ngx_int_t {
    session::init();
    // SAFETY: nginx calls this with its cycle, which has a log.
    unsafe {
        let log = (*cycle).log;
        match guard(log, worker::start) {
            Some(Ok(())) => NGX_OK as ngx_int_t,
            Some(Err(error)) => {
                log_error(log, &format!("llm_mock: no random numbers: {error}"));
                NGX_ERROR as ngx_int_t
            }
            None => NGX_ERROR as ngx_int_t,
        }
    }
}

unsafe extern "C" fn create_loc_conf(cf: *mut ngx_conf_t) -> *mut c_void {
    // SAFETY: nginx calls this with the configuration being read.
    let location = unsafe { guard((*cf).log, || Location::create(cf)) };
    location.unwrap_or(ptr::null_mut()).cast()
}

unsafe extern "C" fn merge_loc_conf(
    cf: *mut ngx_conf_t,
    outer: *mut c_void,
    location: *mut c_void,
) -> *mut c_char {
    // SAFETY: both were made by `create_loc_conf`, for two levels, so they are
    // distinct, and nothing else refers to them meanwhile.
    let merged = unsafe {
        let outer = &*outer.cast::<Location>();
        let location = &mut *location.cast::<Location>();
        guard((*cf).log, || location.merge(outer))
    };
    match merged {
        Some(()) => NGX_CONF_OK,
        None => NGX_CONF_ERROR,
    }
}
