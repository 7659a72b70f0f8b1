//! Refuses to run in a flavour of nginx that the module was not built for.
//!
//! OpenResty's nginx has the version and the signature of the nginx that it is
//! based on, but different structures, and nginx does not detect the mismatch
//! when it loads a module. At run time, a symbol that OpenResty's patches add
//! to the binary identifies OpenResty.

use nginx_sys::dlsym;

/// From OpenResty's patch "init_cycle_pool_release".
const OPENRESTY_SYMBOL: &std::ffi::CStr = c"saved_init_cycle_pool";

/// Checks that this process has the flavour that the module was built for.
///
/// # Errors
///
/// Returns a message with the remedy if it has not.
pub fn check() -> Result<(), String> {
    // RTLD_DEFAULT searches the program and its libraries. It is a null pointer
    // on Linux and -2 on macOS and the BSDs.
    let everywhere = if cfg!(target_os = "linux") {
        std::ptr::null_mut()
    } else {
        std::ptr::without_provenance_mut(usize::MAX - 1)
    };
    // SAFETY: the name is a C string, the handle is the one that dlsym
    // documents for a search of the whole process; the result is not followed.
    let symbol = unsafe { dlsym(everywhere, OPENRESTY_SYMBOL.as_ptr()) };
    let here = !symbol.is_null();
    let built = cfg!(openresty);
    if here == built {
        return Ok(());
    }
    let server = if here { "OpenResty" } else { "plain nginx" };
    Err(format!(
        "ngx_http_llm_mock_module was built for {} and can't run in {server}, \
         whose structures differ: run \"NGINX=path-of-this-server ./start.sh build\" \
         and load the module it makes",
        env!("LLM_MOCK_BUILT_FOR"),
    ))
}
